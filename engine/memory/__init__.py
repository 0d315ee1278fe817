"""Networks with an external memory: LSTM (none), NTM, DNC, DAM, SAM and SDNC behind one interface."""

from engine.memory.catalogue import MODELS, build
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import ACCESS, KINDS, Recorder

__all__ = ["ACCESS", "KINDS", "MODELS", "MemoryNetwork", "Recorder", "Sizes", "build"]
