"""The engine as a service: jobs, the thread that supervises engine processes, the processes, sweeps."""
