"""What two readers expect next, side by side: words with bars of their probabilities."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.twin_rows import percent


@dataclass(frozen=True)
class ExpectedState:
    """``readers`` by name, for each the words and probabilities it expects most; ``right`` is the word that came ("":
    not known); ``note`` says after which words.
    """

    readers: tuple[str, ...]
    words: tuple[tuple[tuple[str, float], ...], ...]
    right: str = ""
    note: str = ""


class Expected(Picture):
    """Shows one :class:`ExpectedState`."""

    heading = tr("Expected next")
    columns = 18
    rows = 8

    def note(self) -> str:
        return self.state.note

    def describe(self) -> str:
        said = zip(self.state.readers, self.state.words, strict=True)
        return ". ".join(f"{name}: " + ", ".join(f"{w} {percent(p)}" for w, p in words) for name, words in said)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        width = area.width() / max(len(state.readers), 1)
        for k, (name, words) in enumerate(zip(state.readers, state.words, strict=True)):
            column = QRectF(area.left() + k * width, area.top(), width - unit, area.height())
            canvas.text(QRectF(column.left(), column.top(), column.width(), 1.2 * unit), name, theme.data[k], bold=True,
                        small=True)  # fmt: skip
            most = max((chance for _, chance in words), default=1.0) or 1.0
            height = min((column.height() - 1.5 * unit) / max(len(words), 1), 1.7 * unit)
            for place, (word, chance) in enumerate(words):
                row = QRectF(column.left(), column.top() + 1.5 * unit + place * height, column.width(), height)
                bar = QRectF(row.left(), row.top() + 0.1 * height, max(row.width() * chance / most, 1.0), 0.8 * height)
                canvas.fill(bar, theme.data[k], 0.1 * unit, 0.30)
                right = word == state.right
                canvas.text(row.adjusted(0.4 * unit, 0, -4.2 * unit, 0), word, theme.accent if right else theme.text,
                            bold=right)  # fmt: skip
                canvas.text(row.adjusted(0, 0, -0.3 * unit, 0), percent(chance), theme.muted, align=RIGHT, small=True)
                self.regions.append(
                    Region(
                        row,
                        (k, place),
                        tr("{name} expects {word} with {chance}", name=name, word=word, chance=percent(chance)),
                    )
                )
