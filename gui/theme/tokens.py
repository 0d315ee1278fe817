"""The two themes as plain values, and the one that is in force.

Every text colour keeps a contrast of at least 4.5 to 1 on every surface it is used on (a test holds this). Widgets that
paint themselves read ``current()`` in ``paintEvent`` and repaint on ``signals().changed``.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

# Okabe and Ito's palette, ordered so that the first ones differ most; safe for the common colour-blindnesses.
OKABE_ITO = ("#56B4E9", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#0072B2", "#F0E442", "#999999")


@dataclass(frozen=True)
class Theme:
    """Colours as #rrggbb; sizes follow the application font, so none are stored here.

    Attributes: ``window`` bars and rails, ``panel`` content surface, ``raised`` cards and buttons on a panel,
    ``border`` hairlines, ``text``/``muted`` text, ``faint`` what cannot be used now, ``accent`` the one accent with
    ``accent_text`` on top of it and ``accent_soft`` behind a selected row, ``good``/``bad`` signs of reward, ``track``
    empty part of a bar, ``data`` series colours in order, ``potions`` fill of the six potion colours (red, green,
    orange, yellow, pink, turquoise), ``stones`` fill of purple, blurple and blue stones, ``pairs`` the three potion
    pairs' edge colours.
    """

    name: str
    window: str
    panel: str
    raised: str
    border: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_text: str
    accent_soft: str
    good: str
    bad: str
    track: str
    data: tuple[str, ...]
    potions: tuple[str, ...]
    stones: tuple[str, ...]
    pairs: tuple[str, ...]

    @property
    def is_dark(self) -> bool:
        return self.name == "dark"


DARK = Theme(
    name="dark",
    window="#111317",
    panel="#1a1d23",
    raised="#23272f",
    border="#31363f",
    text="#e8eaee",
    muted="#9aa1ad",
    faint="#6c7380",
    accent="#f2a33a",
    accent_text="#16130c",
    accent_soft="#33291a",
    good="#4cc38a",
    bad="#f07178",
    track="#2b3038",
    data=OKABE_ITO,
    potions=("#e5484d", "#46b06c", "#f08c3a", "#f2cf46", "#f29bb2", "#3dbcc4"),
    stones=("#9467d6", "#6f7fe0", "#3f9be8"),
    pairs=("#d55e5e", "#e3b341", "#49b8c4"),
)

LIGHT = Theme(
    name="light",
    window="#ecebe6",
    panel="#ffffff",
    raised="#f5f4f0",
    border="#d7d5cd",
    text="#1f2328",
    muted="#5c636e",
    faint="#8b9099",
    accent="#985200",
    accent_text="#ffffff",
    accent_soft="#fbead2",
    good="#147040",
    bad="#c02f3a",
    track="#e4e2db",
    data=("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8a7f00", "#777777"),
    potions=("#d13438", "#2f8f55", "#e07b1f", "#e3b900", "#e26d8d", "#1fa3ab"),
    stones=("#7a46c2", "#4f5fcf", "#1f7fd1"),
    pairs=("#c23b40", "#b98900", "#0f8791"),
)


class _Signals(QObject):
    changed = Signal()


UNIT = 8  # pixels at 96 dots an inch: every margin and gap is a multiple or a half of it

_current = DARK
_signals: _Signals | None = None


def current() -> Theme:
    """The theme in force."""
    return _current


def signals() -> _Signals:
    """The object whose ``changed`` signal tells that ``current()`` differs."""
    global _signals
    if _signals is None:
        _signals = _Signals()
    return _signals


def set_current(theme: Theme) -> None:
    """Put ``theme`` in force and tell everyone who listens."""
    global _current
    if theme != _current:
        _current = theme
        signals().changed.emit()
