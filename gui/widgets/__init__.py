"""Pictures and controls that know Qt and numpy, and nothing of the engine."""
