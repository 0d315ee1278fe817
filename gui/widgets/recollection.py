"""What an agent remembers along an episode: one row a fact, one column a step, brightness how strongly it is read."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from gui.translation import tr
from gui.widgets.alchemy_words import COLOURS, stone_words
from gui.widgets.belief import heat
from gui.widgets.canvas import Canvas
from gui.widgets.episode_axis import draw_axis
from gui.widgets.picture import Picture, Region
from gui.widgets.potion import draw_chip
from gui.widgets.time_axis import TimeAxis

ERASED = -2
READABLE = 0.6  # height of a row, in lines, from which on its words are written beside it


@dataclass(frozen=True)
class Fact:
    """A remembered fact: ``colour`` 0..5 of a potion, -1 for a stone that was seen, -2 erased; ``before`` and ``after``
    appearances; ``written`` position on the axis; ``informative`` whether that step changed the exact posterior.
    """

    colour: int
    before: tuple[int, int, int]
    after: tuple[int, int, int]
    written: int
    informative: bool = False

    @property
    def words(self) -> str:
        """The fact as a short sentence."""
        if self.colour == ERASED:
            return "erased"
        stone = " ".join(stone_words(self.before))
        if self.colour < 0:
            return tr("saw a {stone} stone", stone=stone)
        if self.before == self.after:
            return tr("{colours} on {stone}: no effect", colours=COLOURS[self.colour], stone=stone)
        return tr(
            "{colours} on {stone}: {after}",
            colours=COLOURS[self.colour],
            stone=stone,
            after=" ".join(stone_words(self.after)),
        )


@dataclass(frozen=True)
class RecollectionState:
    """``facts`` known at the cursor, in the order they were written; ``positions`` of the decisions and ``weights`` of
    the facts at each (0 to 1; shorter early on); the cursor's ``position``; ``share`` of the weight at the cursor on
    facts whose step changed the exact posterior, and ``chance`` the share of such steps so far.
    """

    axis: TimeAxis
    facts: tuple[Fact, ...]
    positions: tuple[int, ...]
    weights: tuple[tuple[float, ...], ...]
    position: int
    share: float = float("nan")
    chance: float = float("nan")


class Recollection(Picture):
    """Shows one :class:`RecollectionState`; a click selects a fact and emits :attr:`position_chosen`.

    Attributes: ``selected`` number of the fact that was clicked, -1 for none.
    """

    position_chosen = Signal(int)
    heading = tr("Memory")
    columns = 22
    rows = 10

    def __init__(self) -> None:
        super().__init__()
        self.selected = -1

    @property
    def fact(self) -> Fact | None:
        """The selected fact, None where none is, or where it is erased or not yet written."""
        facts = self.state.facts if self.state is not None else ()
        if not 0 <= self.selected < len(facts) or facts[self.selected].colour == ERASED:
            return None
        return facts[self.selected]

    def note(self) -> str:
        state = self.state
        if self.fact is not None:
            return tr("{words} · Delete erases it", words=self.fact.words)
        if isnan(state.share):
            return tr("{facts} facts", facts=len(state.facts))
        return tr(
            "{facts} facts · {share:.0%} of reading on the {chance:.0%} of steps that told",
            facts=len(state.facts),
            share=state.share,
            chance=state.chance,
        )

    def describe(self) -> str:
        state = self.state
        told = tr("{facts} facts remembered", facts=len(state.facts))
        if state.facts:
            told += tr(", the last one {words}", words=state.facts[-1].words)
        return told

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        count = max(len(state.facts), 12)
        wide = area.width() > 42 * unit and (area.height() - 1.3 * unit) / count > READABLE * unit
        left = (15 if wide else 1.8) * unit
        plot = area.adjusted(left, 0, 0, -1.3 * unit)
        height = plot.height() / count
        canvas.fill(plot, heat(0.0))
        step = max(plot.width() * state.axis.cell, 1.0)
        ends = [*(state.axis.share(p) for p in state.positions[1:]), 1.0]
        for position, weights, end in zip(state.positions, state.weights, ends, strict=True):
            x = plot.left() + plot.width() * state.axis.share(position)
            width = min(max(plot.left() + plot.width() * end - x, 1.0), 1.05 * step)
            for slot, weight in enumerate(weights):
                if weight > 0.01 and slot < count:
                    canvas.fill(QRectF(x, plot.top() + slot * height, width, max(height - 0.5, 0.7)), heat(weight))
        for slot, fact in enumerate(state.facts):
            row = QRectF(area.left(), plot.top() + slot * height, area.width(), height)
            self._draw_label(canvas, QRectF(row.left(), row.top(), left - 0.3 * unit, height), fact, wide)
            x = plot.left() + plot.width() * state.axis.share(fact.written)
            mark = QRectF(x, row.top(), max(0.3 * step, 2.0), max(height - 0.5, 0.7))
            canvas.fill(mark, theme.accent if fact.informative else theme.muted)
            if slot == self.selected:
                canvas.outline(row.adjusted(0, -0.5, 0, 0.5), theme.accent, 2, 1.5)
            told = tr(", it changed what could be known") if fact.informative else tr(", which told nothing new")
            trial, at = divmod(fact.written, state.axis.steps)
            words = tr(
                "{words}\nwritten in trial {trial}, step {at}{told}\nclick selects, Delete erases it",
                words=fact.words,
                trial=trial + 1,
                at=at,
                told=told,
            )
            self.regions.append(Region(row, ("slot", slot), words))
        draw_axis(canvas, plot, state.axis, state.position)
        canvas.text(
            QRectF(area.left(), plot.bottom() + 0.1 * unit, left, 1.2 * unit), tr("trial"), theme.muted, small=True
        )

    @staticmethod
    def _draw_label(canvas: Canvas, area: QRectF, fact: Fact, wide: bool) -> None:
        unit = canvas.unit
        radius = min(0.45 * unit, 0.45 * area.height())
        if fact.colour >= 0:
            draw_chip(canvas, QPointF(area.left() + 0.6 * unit, area.center().y()), radius, fact.colour)
        if wide:
            factor = min(1.0, area.height() / unit)
            canvas.text(area.adjusted(1.4 * unit, 0, 0, 0), fact.words, canvas.theme.muted, small=True, factor=factor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if self.state is None or region is None or event.button() != Qt.MouseButton.LeftButton:
            return
        slot = region.key[1]
        self.selected = -1 if slot == self.selected else slot
        self.setAccessibleDescription(
            self.describe() + (tr(". Selected: {words}", words=self.fact.words) if self.fact else "")
        )
        self.update()
