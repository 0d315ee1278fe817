"""Data sets: where they are looked for, checksums, splits and episode samplers."""

from engine.data.folders import find, folders

__all__ = ["find", "folders"]
