"""What can be known: chemistries left, the bits still missing by part, and which colour is which hidden potion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from gui.translation import tr
from gui.widgets.alchemy_words import COLOURS, number
from gui.widgets.canvas import CENTRE, RIGHT, Canvas, ink_on
from gui.widgets.picture import Picture, Region
from gui.widgets.potion import draw_chip

CHEMISTRIES = 167_424
PARTS = (tr("potion map"), tr("stone map and rotation"), tr("graph"))
LATENT = ("1 −", "1 +", "2 −", "2 +", "3 −", "3 +")
TRUE = "#ff9f1c"  # outline of the true cell: seen on every colour of the map, in both themes


_VIRIDIS = (
    "44015446075a470d6047136548186a481d6f482374482878472d7b46327e453781433c844240864045883e49893c4e8a3a528b38578c365b8d"
    "345f8d32638d31688e2e6c8e2d708e2b738e2a778e287b8e277f8e25828e24868e228a8d218e8d20928c1f958b1f998a1e9d891fa18720a485"
    "22a88325ac8129af7f2eb37c35b7793bbb7442be704ac16c52c5685ac86363cb5e6ccd5975d0537fd34d89d54794d7409ed939a9db32b4dd2b"
    "bfdf25c9e01fd4e21adee318e9e419f3e51dfde725"
)
HEAT = tuple(f"#{_VIRIDIS[k : k + 6]}" for k in range(0, len(_VIRIDIS), 6))
"""The viridis map as 64 colours; written out, because the plot library that has it takes half a second to import."""


def heat(value: float) -> str:
    """Colour of a probability on the fixed scale 0 to 1."""
    return HEAT[int(min(max(value, 0.0), 1.0) * (len(HEAT) - 1) + 0.5)]


@dataclass(frozen=True)
class BeliefState:
    """Exact posterior in numbers.

    Attributes: ``remaining`` chemistries not ruled out, ``bits`` still missing for potion map, stone map with
    rotation, and graph,
    ``prior_bits`` missing at the start of the episode (the scale of the bar), ``matrix`` probability of latent potion
    (column) for
    colour (row), ``truth`` latent potion of each colour or empty; ``remembered`` the same matrix as an
    agent reads it from its memory, or empty.
    """

    remaining: int
    bits: tuple[float, float, float]
    prior_bits: float
    matrix: tuple[tuple[float, ...], ...]
    truth: tuple[int, ...] = ()
    remembered: tuple[tuple[float, ...], ...] = ()


class Belief(Picture):
    """Shows one :class:`BeliefState`."""

    heading = tr("Belief")
    columns = 22
    rows = 13

    def note(self) -> str:
        return tr(
            "{bits} of {prior_bits} bits unknown",
            bits=number(sum(self.state.bits), 1),
            prior_bits=number(self.state.prior_bits, 1),
        )

    def describe(self) -> str:
        state = self.state
        parts = ", ".join(
            tr("{name} {bits} bits", name=name, bits=number(bits, 2))
            for name, bits in zip(PARTS, state.bits, strict=True)
        )
        best = ", ".join(
            f"{COLOURS[c]} {LATENT[int(np.argmax(row))]} {100 * max(row):.0f} %" for c, row in enumerate(state.matrix)
        )
        return tr(
            "{remaining} of {chemistries} chemistries left. {parts}. {best}",
            remaining=number(state.remaining),
            chemistries=number(CHEMISTRIES),
            parts=parts,
            best=best,
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit = canvas.unit
        if area.width() > 33 * unit:
            left = QRectF(area.left(), area.top(), 0.42 * area.width(), area.height())
            matrix = QRectF(
                left.right() + 1.5 * unit, area.top(), area.right() - left.right() - 1.5 * unit, area.height()
            )
            self._draw_count(canvas, left, stacked=True)
        else:
            left = QRectF(area.left(), area.top(), area.width(), 3.6 * unit)
            matrix = area.adjusted(0, 3.9 * unit, 0, 0)
            self._draw_count(canvas, left, stacked=False)
        self._draw_matrix(canvas, matrix)

    def _draw_count(self, canvas: Canvas, area: QRectF, stacked: bool) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        row = QRectF(area.left(), area.top(), area.width(), 1.5 * unit)
        used = canvas.text(row, number(state.remaining), theme.text, bold=True, factor=1.35)
        canvas.text(
            row.adjusted(used + 0.5 * unit, 0.15 * unit, 0, 0),
            tr("of {chemistries} chemistries left", chemistries=number(CHEMISTRIES)),
            theme.muted,
            small=True,
        )
        bar = QRectF(area.left(), row.bottom() + 0.35 * unit, area.width(), 0.7 * unit)
        canvas.fill(bar, theme.track, 0.2 * unit)
        x = bar.left()
        for part, (name, bits) in enumerate(zip(PARTS, state.bits, strict=True)):
            width = bar.width() * bits / max(state.prior_bits, 1e-9)
            if width > 0.5:
                piece = QRectF(x, bar.top(), max(width - 1, 1), bar.height())
                canvas.fill(piece, theme.data[part])
                self.regions.append(
                    Region(piece, f"bits {part}", tr("{name}: {bits} bits unknown", name=name, bits=number(bits, 3)))
                )
            x += width
        top = bar.bottom() + 0.4 * unit
        x = area.left()
        for part, (name, bits) in enumerate(zip(PARTS, state.bits, strict=True)):
            if stacked:
                line = QRectF(area.left(), top + part * 1.3 * unit, area.width(), 1.3 * unit)
            else:
                name = (tr("potions"), tr("stones, rotation"), tr("graph"))[part]
                line = QRectF(x, top, area.width() * (0.3, 0.43, 0.27)[part], 1.2 * unit)
                x += line.width()
            canvas.fill(
                QRectF(line.left(), line.center().y() - 0.28 * unit, 0.56 * unit, 0.56 * unit), theme.data[part]
            )
            words = line.adjusted(0.9 * unit, 0, 0, 0)
            if stacked:
                canvas.text(words.adjusted(0, 0, -4 * unit, 0), name, theme.text, small=True)
                canvas.text(words, tr("{bits} bits", bits=number(bits, 2)), theme.muted, align=RIGHT, small=True)
            else:
                canvas.text(words, f"{name} {number(bits, 1)}", theme.muted, small=True)

    def _draw_matrix(self, canvas: Canvas, area: QRectF) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        names, head, scale = 6.2 * unit, 1.3 * unit, 3.9 * unit
        width, height = (area.width() - names - scale) / 6, (area.height() - head) / 6
        width = min(width, 2.6 * height)
        left, top = area.left() + names, area.top() + head
        for column, word in enumerate(LATENT):
            canvas.text(
                QRectF(left + column * width, area.top(), width, head), word, theme.muted, align=CENTRE, small=True
            )
        corner = QRectF(area.left(), area.top(), names - 0.4 * unit, head)
        both = bool(state.remembered)
        canvas.text(corner, tr("exact | memory") if both else tr("moves axis"), theme.muted, align=RIGHT, small=True)
        show = height > 0.95 * unit and width > 1.4 * unit
        for colour, row in enumerate(state.matrix):
            y = top + colour * height
            line = QRectF(area.left(), y, names, height)
            draw_chip(
                canvas, QPointF(line.left() + 0.55 * unit, line.center().y()), min(0.5 * unit, 0.46 * height), colour
            )
            canvas.text(line.adjusted(1.4 * unit, 0, 0, 0), COLOURS[colour], theme.text, small=True)
            for column, value in enumerate(row):
                cell = QRectF(left + column * width, y, width - 1, height - 1)
                words = f"{100 * value:.0f}" if show and value >= 0.005 else ""
                if both:
                    half = cell.adjusted(0, 0, -cell.width() / 2 - 1, 0)
                    canvas.fill(half.translated(cell.width() / 2 + 1, 0), heat(state.remembered[colour][column]))
                    canvas.fill(half, heat(value))
                else:
                    canvas.fill(cell, heat(value))
                    canvas.text(cell, words, ink_on(heat(value)), align=CENTRE, small=True)
                if state.truth and state.truth[colour] == column:
                    canvas.outline(cell.adjusted(1, 1, -1, -1), TRUE, 1, 0.14 * unit)
                tip = tr(
                    "{colours} moves axis {column} to {latent} with {value:.1f} %",
                    colours=COLOURS[colour],
                    column=column // 2 + 1,
                    latent=LATENT[column][-1],
                    value=100 * value,
                )
                tip += (
                    tr("; read from memory {remembered:.1f} %", remembered=100 * state.remembered[colour][column])
                    if both
                    else ""
                )
                self.regions.append(Region(cell, ("cell", colour, column), tip))
        self._draw_scale(canvas, QRectF(left + 6 * width + 0.6 * unit, top, 0.6 * unit, 6 * height - 1))

    def _draw_scale(self, canvas: Canvas, bar: QRectF) -> None:
        step = bar.height() / 24
        for k in range(24):
            canvas.fill(
                QRectF(bar.left(), bar.bottom() - (k + 1) * step, bar.width(), step + 0.5), heat((k + 0.5) / 24)
            )
        unit, muted = canvas.unit, canvas.theme.muted
        for text, y in (("100 %", bar.top()), ("0 %", bar.bottom() - unit)):
            canvas.text(QRectF(bar.right() + 0.3 * unit, y, 3 * unit, unit), text, muted, small=True)
