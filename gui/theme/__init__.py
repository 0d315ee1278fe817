"""Colours and measures of the window, light and dark."""

from gui.theme.tokens import DARK, LIGHT, UNIT, Theme, current, set_current, signals

__all__ = ["DARK", "LIGHT", "UNIT", "Theme", "current", "set_current", "signals"]
