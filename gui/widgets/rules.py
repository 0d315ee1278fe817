"""Which rules are still possible, and how likely each is."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class RulesState:
    """``words`` of every rule, ``possible`` flags, the ``hidden`` one (-1 not shown)."""

    words: tuple[str, ...]
    possible: tuple[bool, ...]
    hidden: int = -1

    @property
    def left(self) -> int:
        """Rules still possible."""
        return sum(self.possible)


class Rules(Picture):
    """Shows one :class:`RulesState`: every possible rule is as likely as any other."""

    heading = tr("What may pay")
    columns = 18
    rows = 10

    def note(self) -> str:
        left = self.state.left
        return tr(
            "{left} of {rules} rules · {bits:.2f} bits",
            left=left,
            rules=len(self.state.words),
            bits=log2(max(left, 1)),
        )

    def describe(self) -> str:
        state = self.state
        return ", ".join(words for words, flag in zip(state.words, state.possible, strict=True) if flag)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        rows = max(int(area.height() / (1.35 * unit)), 1)
        columns = min(-(-len(state.words) // rows), max(int(area.width() / (9 * unit)), 1))
        width = area.width() / columns
        order = sorted(range(len(state.words)), key=lambda k: not state.possible[k])
        shown = rows * columns if len(order) <= rows * columns else rows * columns - 1
        share = 1 / max(state.left, 1)
        for place, k in enumerate(order[:shown]):
            column, row = divmod(place, rows)
            line = QRectF(area.left() + column * width, area.top() + row * 1.35 * unit, width - 0.8 * unit, 1.25 * unit)
            possible, is_hidden = state.possible[k], k == state.hidden
            bar = QRectF(line.left(), line.center().y() - 0.25 * unit, 3 * unit, 0.5 * unit)
            canvas.fill(bar, theme.track, 2)
            if possible:
                canvas.fill(QRectF(bar.left(), bar.top(), max(bar.width() * share, 2), bar.height()), theme.data[0], 2)
            words = line.adjusted(3.6 * unit, 0, 0, 0)
            figure = f"{100 * share:.0f} %" if possible else ""
            used = canvas.text(words, figure, theme.muted, align=RIGHT, small=True)
            ink = theme.good if is_hidden else theme.text if possible else theme.faint
            text = tr("{words}, the rule", words=state.words[k]) if is_hidden else state.words[k]
            canvas.text(words.adjusted(0, 0, -used - 0.4 * unit, 0), text, ink, bold=is_hidden, small=True)
            self.regions.append(Region(line, k, state.words[k]))
        if shown < len(order):
            line = QRectF(
                area.left() + (columns - 1) * width, area.top() + (rows - 1) * 1.35 * unit, width, 1.25 * unit
            )
            canvas.text(line, tr("{order} more", order=len(order) - shown), theme.muted, small=True)
