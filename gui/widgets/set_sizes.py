"""How many bits a set takes: the neural filter in its parts, classical filters, and what no memory at all can do."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

from gui.translation import tr
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class SizeRow:
    """A method: ``parts`` (name, bits), none where it has no meaning for this set, then ``words`` say why; ``wrong``
    the measured share of false positives (None: a formula); ``group`` 0 neural, 1 classical, 2 without a memory.
    """

    name: str
    parts: tuple[tuple[str, float], ...]
    wrong: float | None = None
    group: int = 0
    words: str = ""

    @property
    def bits(self) -> float:
        """All parts."""
        return sum(bits for _, bits in self.parts)


@dataclass(frozen=True)
class SizesState:
    """Rows from top to bottom, for sets of ``keys`` keys at a rate of ``fpr``."""

    rows: tuple[SizeRow, ...]
    keys: int
    fpr: float


class SetSizes(Picture):
    """Shows one :class:`SizesState`."""

    heading = tr("Bits")
    columns = 20
    rows = 10

    def note(self) -> str:
        return tr("{keys:,} keys at {fpr:g} %", keys=self.state.keys, fpr=100 * self.state.fpr)

    def describe(self) -> str:
        return ". ".join(
            tr("{name} {bits:,.0f} bits", name=r.name, bits=r.bits) if r.parts else f"{r.name}: {r.words}"
            for r in self.state.rows
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        groups = len({row.group for row in state.rows})
        gap = 0.45 * unit
        step = min((area.height() - gap * (groups - 1)) / max(len(state.rows), 1), 2.0 * unit)
        name_width, value_width = 7.0 * unit, 6.4 * unit
        bar = QRectF(area.left() + name_width, 0, max(area.width() - name_width - value_width, unit), 0)
        top = max((row.bits for row in state.rows), default=1.0) or 1.0
        y, before = area.top(), state.rows[0].group if state.rows else 0
        shades = (1.0, 0.7, 0.45)
        for row in state.rows:
            if row.group != before:
                y += gap
                before = row.group
            place = QRectF(area.left(), y, name_width - 0.5 * unit, step)
            canvas.text(place, row.name, theme.text if row.group == 0 else theme.muted, small=True, bold=row.group == 0)
            x = bar.left()
            fill = theme.accent if row.group == 0 else theme.data[0] if row.group == 1 else theme.data[2]
            for i, (name, bits) in enumerate(row.parts):
                width = bar.width() * bits / top
                piece = QRectF(x, y + 0.2 * step, width, 0.6 * step)
                canvas.fill(piece, fill, 0, shades[min(i, 2)])
                self.regions.append(
                    Region(
                        piece,
                        (row.name, name),
                        tr("{name}, {part}\n{bits:,.0f} bits", name=row.name, part=name, bits=bits),
                    )
                )
                x += width
            words = row.words if not row.parts else f"{row.bits:,.0f} b"
            if row.parts and row.wrong is not None:
                words += f", {100 * row.wrong:.2g} %"
            right = QRectF(area.right() - value_width, y, value_width, step)
            if not row.parts:
                right = QRectF(bar.left(), y, area.right() - bar.left(), step)
            canvas.text(right, words, theme.muted, small=True, align=RIGHT)
            tip = f"{row.name}\n" + (tr("{bits:,.1f} bits", bits=row.bits) if row.parts else row.words)
            if row.wrong is not None and row.parts:
                tip += tr("\n{wrong:.3g} % false positives measured", wrong=100 * row.wrong)
            self.regions.append(Region(QRectF(area.left(), y, name_width, step), row.name, tip))
            y += step
