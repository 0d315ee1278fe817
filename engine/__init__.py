"""Athanor's engine: environments, agents, memories, experiments and their records. Imports no Qt."""
