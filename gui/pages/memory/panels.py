"""The pictures of the page in their splitters, all made from one :class:`View`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter

from gui.pages.memory import marks, overview
from gui.pages.memory.column import TraceColumn
from gui.pages.memory.marks import Focus
from gui.pages.memory.model import MemoryRecord
from gui.pages.memory.side import Side
from gui.pages.memory.states import Look
from gui.pages.memory.trace import Trace
from gui.widgets.sequence import Part
from gui.widgets.step_timeline import StepLane, StepsState
from gui.widgets.transport import Transport

WIDE = 1750  # pixels from which both halves of the side fit


@dataclass(frozen=True)
class View:
    """What the page shows: one or two traces of a record, at one step, under one look, with one focus."""

    source: MemoryRecord
    shown: tuple[int, ...]
    position: int
    look: Look
    focus: Focus


class Panels(QSplitter):
    """Trace columns at the left, the side at the right; ``transport`` belongs below and is kept in step."""

    cell_hovered = Signal(int, int)
    cell_chosen = Signal(int, int)
    step_wanted = Signal(int)

    def __init__(self, transport: Transport) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.transport = transport
        self.columns = (TraceColumn(), TraceColumn())
        self.side = Side()
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        for widget, share in ((self.columns[0], 1), (self.columns[1], 1), (self.side, 0)):
            self.addWidget(widget)
            self.setStretchFactor(self.indexOf(widget), share)
        self.columns[1].hide()
        self.setSizes([860, 0, 340])
        self._limits: dict[tuple, float] = {}
        self._parting: tuple = ()
        self._timeline: tuple = ()
        self._futures: tuple = ()
        self._step: tuple = ()
        for column in self.columns:
            column.cell_hovered.connect(self.cell_hovered)
            column.cell_chosen.connect(self.cell_chosen)
            column.step_wanted.connect(self.step_wanted)
            column.span_changed.connect(self._on_span)

    @property
    def raster(self):
        """The first trace's raster."""
        return self.columns[0].raster

    def traces(self, view: View) -> list[Trace]:
        """The shown traces as far as they are written."""
        return [view.source.trace(number) for number in view.shown]

    def show_view(self, view: View) -> None:
        """Bring every picture up to date."""
        traces = self.traces(view)
        if self.columns[0].isHidden():
            self.columns[0].show()
            self.side.show_only_costs(False)
        self._arrange(len(traces) == 2)
        parting = self._part(traces)
        self._show_timeline(view, traces, parting)
        for column, trace in zip(self.columns, traces, strict=False):
            title = trace.info.title if len(traces) == 2 else ""
            column.show_trace(trace, view.look, (view.source.record.id, trace.info.title), parting, title)
            column.set_position(view.position)
        near = self.side.near
        near.futures.setVisible(len(traces) == 2)
        near.words.setVisible(len(traces) < 2 or near.height() > 45 * self.fontMetrics().height())
        if len(traces) == 2 and self._futures != (key := self._key(traces)):
            self._futures = key
            self.side.near.futures.set_state(overview.futures_state(*traces))
        self.show_focus(view)

    def show_nothing(self, costs: bool) -> None:
        """No trace: empty pictures, or none beside the costs where the record is all about them."""
        self._futures = self._step = ()
        for column in self.columns:
            column.clear()
        self.columns[0].setVisible(not costs)
        self.columns[1].hide()
        near = self.side.near
        for picture in (near.futures, near.slot, near.similarity, near.words, self.side.cost.rollback):
            picture.set_state(None)
        near.futures.hide()
        self.side.show_only_costs(costs)
        if costs:
            self.side.show_cost()

    def show_focus(self, view: View) -> None:
        """What follows the pointer and the cursor: arcs, the slot's card, similarity, words, rollback."""
        traces = self.traces(view)
        for column, trace in zip(self.columns, traces, strict=False):
            if column.trace is trace:
                column.show_marks(view.focus, view.position)
        trace = traces[0]
        near, focus, limit = self.side.near, view.focus, self._limit(trace)
        slot = self._card_slot(trace, view)
        step = focus.step if focus.cell else view.position
        if near.isVisibleTo(self):
            near.slot.set_state(marks.slot_state(trace, slot, step, limit) if slot >= 0 else None)
            self._show_step(view, trace, slot, limit)
        back = view.source.rollbacks.get(trace.info.number)
        rollback = self.side.cost.rollback
        if back is None:
            rollback.set_state(None)
        elif rollback.state is not None and rollback.state.before == back.before and rollback.isVisible():
            rollback.set_state(replace(rollback.state, position=view.position))
        else:
            rollback.set_state(overview.rollback_state(trace, back, view.position))

    def _show_step(self, view: View, trace: Trace, slot: int, limit: float) -> None:
        """Similarity and words: computed when the step changes, only marked anew when the slot does."""
        near, key = self.side.near, (id(trace), trace.version, view.position, view.look)
        if key != self._step:
            self._step = key
            near.similarity.set_state(overview.similarity_state(trace, view.position, view.look))
            near.words.set_state(overview.words_state(trace, view.position, slot, limit))
        elif (words := near.words.state) is not None:
            row = next(iter((words.slots == slot).nonzero()[0].tolist()), -1)
            near.words.set_state(replace(words, row=row))

    def _card_slot(self, trace: Trace, view: View) -> int:
        """The focus, or the slot read most at the cursor, or the one written most."""
        if view.focus.slot >= 0:
            return view.focus.slot
        rows = trace.during(view.position)
        for kind in (0, 1):
            own = rows[rows["kind"] == kind]
            if len(own) and own["weight"].max() > 0:
                return int(own["slot"][own["weight"].argmax()])
        return -1

    def _key(self, traces: list[Trace]) -> tuple:
        return tuple((id(trace), trace.version) for trace in traces)

    def _limit(self, trace: Trace) -> float:
        key = (id(trace), trace.version)
        if key not in self._limits:
            self._limits = {key: trace.limit}
        return self._limits[key]

    def _part(self, traces: list[Trace]) -> int:
        if len(traces) < 2:
            return -1
        if not self._parting or self._parting[0] != self._key(traces):
            self._parting = (self._key(traces), overview.first_difference(*traces))
        return self._parting[1]

    def _show_timeline(self, view: View, traces: list[Trace], parting: int) -> None:
        key = (self._key(traces), parting)
        if self._timeline != key:
            self._timeline = key
            parts = tuple(Part(span.name, span.start, span.stop) for span in traces[0].info.spans)
            lanes = tuple(_lane(trace) for trace in traces)
            steps = max(trace.length for trace in traces)
            self._state = StepsState(steps, parts, lanes, parting)
        self.transport.set_state(self._state, view.position)

    def _arrange(self, compared: bool) -> None:
        """One column, or two futures side by side."""
        if compared == self.columns[1].isVisibleTo(self):
            return
        self.columns[1].setVisible(compared)
        side = self.side.width() or 340
        rest = max(self.width() - side, 400)
        self.setSizes([rest // 2, rest // 2, side] if compared else [rest, 0, side])

    @Slot(object)
    def _on_span(self, span) -> None:
        """Both futures show the same steps."""
        for column in self.columns:
            if column.trace is not None:
                for picture in (column.sequence, column.raster, column.gates):
                    picture.set_span(span)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= WIDE
        if wide != (self.side.count() == 2):
            self.side.set_wide(wide)
            side = 760 if wide else 340
            count = 2 if self.columns[1].isVisibleTo(self) else 1
            rest = (self.width() - side) // count
            self.setSizes([rest, rest if count == 2 else 0, side])

    def save_state(self) -> dict[str, Any]:
        """Sizes of the column's splitter."""
        return {"column": self.columns[0].sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back saved sizes; anything unexpected is left alone."""
        sizes = state.get("column")
        if isinstance(sizes, list) and len(sizes) == 3 and all(type(s) is int and 0 < s < 10_000 for s in sizes):
            for column in self.columns:
                column.setSizes(sizes)


def _lane(trace: Trace) -> StepLane:
    rows = trace.steps
    if not len(rows):
        return StepLane(trace.info.title, trace.reached, frozenset(), frozenset())
    target, output = (rows[name].reshape(len(rows), -1) for name in ("target", "output"))
    wrong = rows["mask"] & ((target >= 0.5) != trace.info.said(output)).any(1)
    scored = frozenset(rows["step"][rows["mask"]].tolist())
    return StepLane(trace.info.title, trace.reached, scored, frozenset(rows["step"][wrong].tolist()))
