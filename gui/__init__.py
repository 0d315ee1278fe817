"""Athanor's window: turns records into pictures and clicks into jobs."""
