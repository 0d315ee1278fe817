"""One card of a transcript: what it says, and its lines laid out for one width."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont, QTextCharFormat, QTextLayout, QTextOption

from gui.theme import Theme
from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas, derived, shade

GUTTER = 6.6  # line heights for the names of the parts at the left
PAD = 0.55
PARTS = {
    "observation": tr("observation"),
    "reasoning": tr("reasoning"),
    "action": tr("action"),
    "answer": tr("answer"),
}
TINTS = {"system": 7, "game": 0, "answer": -1, "summary": 2, "bad": -2}
"""Index in the theme's data colours of the bar beside a card; -1 is the theme's border, -2 its sign of something bad.
"""


@dataclass(frozen=True, slots=True)
class Card:
    """One message.

    Attributes: ``key`` by which it is chosen, ``tint`` one of TINTS or "trial" for a heading between trials, ``parts``
    (name in the margin, words), ``note`` small words below (figures of an answer), ``bad`` why it was not carried out,
    ``short`` what is shown of the first part while the card is folded ("" for a card that does not fold).
    """

    key: int
    tint: str
    parts: tuple[tuple[str, str], ...]
    note: str = ""
    bad: str = ""
    short: str = ""

    def shown(self, folded: bool) -> tuple[tuple[str, str], ...]:
        """The parts as they are shown."""
        if not folded or not self.short:
            return self.parts
        more = self.parts[0][1].count("\n") - self.short.count("\n")
        name = self.parts[0][0]
        return (
            (name, self.short),
            ("", tr("{more} more lines", more=more) if more > 1 else tr("1 more line")),
        ) + self.parts[1:]

    @property
    def text(self) -> str:
        """Everything that was said."""
        return "\n".join(words for _, words in self.parts)


def estimate(card: Card, folded: bool, columns: int) -> float:
    """Height in line heights before the card was ever laid out; ``columns`` characters fit on a line."""
    if card.tint == "trial":
        return 2.2
    lines = sum(
        max(1, ceil(len(line) / max(columns, 8))) for _, words in card.shown(folded) for line in words.split("\n")
    )
    return lines * 1.02 + 2 * PAD + 0.9 * bool(card.note) + 1.0 * bool(card.bad)


class Block:
    """A card laid out for one width and font; ``height`` in pixels."""

    def __init__(self, card: Card, folded: bool, width: float, font: QFont, found: str) -> None:
        self.card, self.folded, self.width = card, folded, width
        key = font.toString()
        self.unit = derived(key, False, 1.0)[1].height()
        unit, y = self.unit, PAD * derived(key, False, 1.0)[1].height()
        self._parts: list[tuple[str, float, QTextLayout, str]] = []
        self.more: QRectF | None = None
        if card.tint == "trial":
            self.height = 2.2 * unit
            return
        room = max(width - GUTTER * unit - unit, 6 * unit)
        for place, (name, words) in enumerate(card.shown(folded)):
            is_more = folded and bool(card.short) and place == 1
            base = derived(key, name == "action", 0.86 if is_more else 1.0)[0]
            layout, height = _laid_out(words or " ", base, room, found)
            role = "more" if is_more else name
            self._parts.append((name, y, layout, role))
            if is_more:
                self.more = QRectF(0, y, width, height)
            y += height
        self._bad_at = y
        y += unit * 1.0 if card.bad else 0.0
        self._note_at = y
        y += 0.9 * unit if card.note else 0.0
        self.height = ceil(y + PAD * unit)

    def draw(self, canvas: Canvas, area: QRectF, selected: bool) -> None:
        """Paint the card at ``area``, whose height is the block's."""
        theme, unit, card = canvas.theme, canvas.unit, self.card
        if card.tint == "trial":
            self._draw_heading(canvas, area)
            return
        tint = colour_of(card, theme)
        quiet = card.tint in ("game", "system")
        canvas.fill(area, theme.raised if not quiet else theme.panel, 5)
        if card.tint == "summary":
            canvas.fill(area, tint, 5, 0.09)
        canvas.fill(QRectF(area.left(), area.top() + 3, 3, area.height() - 6), tint, 1.5, 0.9 if not quiet else 0.45)
        if selected:
            canvas.outline(area.adjusted(0.75, 0.75, -0.75, -0.75), theme.accent, 5, 1.5)
        left = area.left() + GUTTER * unit
        for name, y, layout, role in self._parts:
            label = QRectF(area.left() + 0.7 * unit, area.top() + y, (GUTTER - 1.1) * unit, unit)
            canvas.text(label, PARTS.get(name, name), theme.muted, small=True)
            canvas.painter.setPen(shade(_ink(theme, role, quiet)))
            layout.draw(canvas.painter, QPointF(left, area.top() + y))
        if card.bad:
            line = QRectF(left, area.top() + self._bad_at, area.right() - left - unit, unit)
            canvas.text(line, tr("not carried out: {bad}", bad=card.bad), theme.bad, small=True)
        if card.note:
            line = QRectF(left, area.top() + self._note_at, area.right() - left - unit, 0.9 * unit)
            canvas.text(line, card.note, theme.muted, small=True)

    def _draw_heading(self, canvas: Canvas, area: QRectF) -> None:
        theme, unit = canvas.theme, canvas.unit
        name, words = self.card.parts[0]
        middle = area.center().y() + 0.2 * unit
        row = QRectF(area.left() + 0.7 * unit, middle - 0.6 * unit, area.width() - 1.4 * unit, 1.2 * unit)
        used = canvas.text(row, name, theme.text, bold=True, small=True)
        right = canvas.text(row, words, theme.muted, align=RIGHT, small=True)
        line = QRectF(row.left() + used + 0.7 * unit, middle, row.width() - used - right - 1.4 * unit, 1)
        canvas.fill(line, theme.border)


def colour_of(card: Card, theme: Theme) -> str:
    """The colour of the bar beside a card."""
    index = TINTS["bad"] if card.bad else TINTS.get(card.tint, -1)
    return theme.bad if index == -2 else theme.faint if index == -1 else theme.data[index]


def _ink(theme: Theme, role: str, quiet: bool) -> str:
    if role == "more":
        return theme.accent
    return theme.muted if role == "observation" or quiet else theme.text


def _laid_out(words: str, font: QFont, room: float, found: str) -> tuple[QTextLayout, float]:
    """Wrapped lines of ``words`` with every occurrence of ``found`` marked, and their height."""
    layout = QTextLayout(words.replace("\n", "\u2028"), font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    if found:
        layout.setFormats(_marks(words, found))
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(room)
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    layout.setCacheEnabled(True)
    return layout, y


def _marks(words: str, found: str) -> list[QTextLayout.FormatRange]:
    marks, text, wanted, at = [], words.lower(), found.lower(), 0
    if len(text) != len(words):  # a letter whose small form is longer: positions would be wrong
        return []
    while (at := text.find(wanted, at)) >= 0 and len(marks) < 200:
        mark = QTextLayout.FormatRange()
        mark.start, mark.length = _units(words[:at]), _units(words[at : at + len(wanted)])
        style = QTextCharFormat()
        style.setBackground(shade("#e6b422", 0.45))
        mark.format = style
        marks.append(mark)
        at += len(wanted)
    return marks


def _units(text: str) -> int:
    """Length as Qt counts: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
