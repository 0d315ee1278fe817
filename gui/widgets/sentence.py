"""A sentence whose words say how much each of two readers expected them; a click chooses a word."""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

from PySide6.QtCore import QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.twin_rows import percent

LEAST = 6.0  # powers of ten that a bar spans


@dataclass(frozen=True)
class SentenceWord:
    """``chances`` of the word, one a reader (nan: none yet); ``new`` to both readers; ``rate`` of the overwriting."""

    text: str
    chances: tuple[float, ...]
    new: bool = False
    rate: float = 0.0


@dataclass(frozen=True)
class SentenceState:
    """``words`` read, names of the ``readers``, the ``chosen`` word and what stands at the heading."""

    words: tuple[SentenceWord, ...]
    readers: tuple[str, ...]
    chosen: int
    note: str = ""


class Sentence(Picture):
    """Shows one :class:`SentenceState`: under each word one bar a reader, full for certainty, empty for one in a
    million.
    """

    heading = tr("Your sentence")
    columns = 24
    rows = 7
    word_chosen = Signal(int)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def note(self) -> str:
        return self.state.note

    def describe(self) -> str:
        state = self.state
        if not 0 <= state.chosen < len(state.words):
            return tr("No word is chosen")
        word = state.words[state.chosen]
        said = zip(state.readers, word.chances, strict=False)
        return f"{word.text}: " + ", ".join(f"{name} {percent(value)}" for name, value in said)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        x, y = area.left(), area.top()
        bar, gap = 0.5 * unit, 0.15 * unit
        height = 1.5 * unit + len(state.readers) * (bar + gap) + 0.7 * unit
        bottom = area.bottom() - 1.3 * unit
        for place, word in enumerate(state.words):
            width = max(canvas.metrics(bold=word.new).horizontalAdvance(word.text) + 1.0 * unit, 3.0 * unit)
            if x + width > area.right() and x > area.left():
                x, y = area.left(), y + height
            if y + height > bottom + 0.7 * unit:
                canvas.text(QRectF(x, y - height, area.right() - x, 1.4 * unit), "…", theme.muted)
                break
            box = QRectF(x, y, width - 0.3 * unit, height - 0.5 * unit)
            if place == state.chosen:
                canvas.fill(box, theme.accent_soft, 0.2 * unit)
                canvas.outline(box, theme.accent, 0.2 * unit)
            colour = theme.accent if word.new else theme.text
            canvas.text(QRectF(box.left(), y + 0.1 * unit, box.width(), 1.3 * unit), word.text, colour, align=CENTRE,
                        bold=word.new)  # fmt: skip
            for k, chance in enumerate(word.chances):
                row = QRectF(box.left() + 0.25 * unit, y + 1.5 * unit + k * (bar + gap), box.width() - 0.5 * unit, bar)
                canvas.fill(row, theme.track, 0.1 * unit)
                if chance == chance and chance > 0:
                    share = min(max(1 + log10(chance) / LEAST, 0.02), 1.0)
                    canvas.fill(QRectF(row.topLeft(), QSizeF(row.width() * share, bar)), theme.data[k], 0.1 * unit)
            said = zip(state.readers, word.chances, strict=False)
            tip = "\n".join(f"{name} {percent(value)}" for name, value in said)
            tip = (tr("{word}, new to both", word=word.text) if word.new else word.text) + f"\n{tip}"
            if word.rate:
                tip += tr("\nthen overwritten at rate {rate:.2f}", rate=word.rate)
            self.regions.append(Region(box, place, tip))
            x += width
        legend = QRectF(area.left(), area.bottom() - 1.1 * unit, area.width(), 1.1 * unit)
        used = 0.0
        for k, name in enumerate(state.readers):
            canvas.fill(
                QRectF(legend.left() + used, legend.center().y() - 0.25 * unit, unit, 0.5 * unit), theme.data[k]
            )
            used += 1.3 * unit + canvas.text(legend.adjusted(used + 1.3 * unit, 0, 0, 0), name, theme.text, small=True)
            used += 1.2 * unit
        canvas.text(legend.adjusted(used, 0, 0, 0), tr("bar from 1 in a million to certain, logarithmic"), theme.muted,
                    align=RIGHT, small=True)  # fmt: skip

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if region is not None:
            self.word_chosen.emit(int(region.key))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(event.key())
        if self.state is None or by is None:
            super().keyPressEvent(event)
            return
        self.word_chosen.emit(min(max(self.state.chosen + by, 0), len(self.state.words) - 1))
