"""Puts a theme on the application: palette, style sheet and font, all made from the tokens."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from gui.theme.tokens import DARK, LIGHT, Theme, set_current

FONTS = Path(__file__).resolve().parents[2] / "assets" / "fonts"
BODY_POINTS = 10.0  # at 96 dots an inch; 13.3 pixels
CHOICES = ("system", "light", "dark")


def load_font(scale: float = 1.0) -> QFont:
    """The interface font, Inter, with digits of one width so that changing numbers do not dance.

    Falls back to the system's own font where the files are missing. ``scale`` is the reader's text size.
    """
    for file in sorted(FONTS.glob("*.otf")):
        QFontDatabase.addApplicationFont(str(file))
    font = (
        QFont("Inter")
        if "Inter" in QFontDatabase.families()
        else QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    )
    font.setPointSizeF(BODY_POINTS * scale)
    font.setFeature(QFont.Tag("tnum"), 1)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def fixed_font() -> QFont:
    """The font for commands, identifiers and logs."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QGuiApplication.font().pointSizeF() * 0.92)
    return font


def palette(theme: Theme) -> QPalette:
    """Qt's palette of one theme, for everything the style sheet does not name."""
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    colours = {
        role.Window: theme.window,
        role.Base: theme.panel,
        role.AlternateBase: theme.raised,
        role.Button: theme.raised,
        role.ToolTipBase: theme.raised,
        role.WindowText: theme.text,
        role.Text: theme.text,
        role.ButtonText: theme.text,
        role.ToolTipText: theme.text,
        role.BrightText: theme.bad,
        role.PlaceholderText: theme.muted,
        role.Highlight: theme.accent_soft,
        role.HighlightedText: theme.text,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Accent: theme.accent,
        role.Light: theme.raised,
        role.Midlight: theme.border,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.window,
    }
    made = QPalette()
    for name, colour in colours.items():
        made.setColor(name, QColor(colour))
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        made.setColor(group.Disabled, name, QColor(theme.faint))
    return made


class ThemeSwitch(QObject):
    """Keeps the application's theme equal to the person's choice, which may be to follow the system, live."""

    def __init__(self, application: QApplication, choice: str, percent: int = 100) -> None:
        super().__init__(application)
        self._application = application
        self._sheet = ""
        self.choice = choice
        self.percent = percent
        application.setFont(load_font(percent / 100))
        application.styleHints().colorSchemeChanged.connect(self._on_system_changed)
        self.choose(choice)

    def choose(self, choice: str) -> None:
        """Use ``choice``: one of CHOICES."""
        self.choice = choice if choice in CHOICES else "system"
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(self.choice, Qt.ColorScheme.Unknown)
        self._application.styleHints().setColorScheme(scheme)
        self._apply()

    def set_scale(self, percent: int) -> None:
        """Show all text at ``percent`` of its usual size."""
        if percent != self.percent:
            self.percent = percent
            font = self._application.font()
            font.setPointSizeF(BODY_POINTS * percent / 100)
            self._application.setFont(font)
            self._apply()

    @Slot()
    def _on_system_changed(self) -> None:
        if self.choice == "system":
            self._apply()

    def _apply(self) -> None:
        from gui.theme.sheet import sheet

        light = self._application.styleHints().colorScheme() == Qt.ColorScheme.Light
        theme = {"light": LIGHT, "dark": DARK}.get(self.choice, LIGHT if light else DARK)
        self._application.setPalette(palette(theme))
        made = sheet(theme, self._application.font().pointSizeF())
        if made != self._sheet:
            self._sheet = made
            self._application.setStyleSheet(made)
        set_current(theme)
