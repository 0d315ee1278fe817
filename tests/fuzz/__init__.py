"""Every reader of files against mutated and random bytes: ``python -m tests.fuzz``."""
