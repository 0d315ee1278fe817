"""States of the pictures over time: raster, sequence and gates of one trace. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gui.pages.memory.trace import LEAST, PRECEDENCE, WRITE, Trace
from gui.translation import tr
from gui.widgets.gates import GatesState, Lane
from gui.widgets.raster import RasterState
from gui.widgets.raster_cells import Cells
from gui.widgets.sequence import Part, SequenceState

ALL = -1
LANES = 6
HEAT_CELLS = 4_000_000  # rows times steps that an age map may have


@dataclass(frozen=True)
class Look:
    """How rows are shown: in order of first touch or by ``address``, of one ``head`` or of all."""

    address: bool = False
    head: int = ALL

    def row(self, trace: Trace, slot: int) -> int:
        """Row of a slot, -1 where it has none."""
        return slot if self.address else trace.row(slot)

    def slot(self, trace: Trace, row: int) -> int:
        """Slot of a row, -1 outside."""
        if self.address:
            return row if 0 <= row < max(trace.info.slots, 1) else -1
        return int(trace.slots[row]) if 0 <= row < len(trace.slots) else -1


class RasterSource:
    """The cells of one trace under one look, grown as the trace grows."""

    def __init__(self, trace: Trace, look: Look, name: tuple) -> None:
        self.trace, self.look = trace, look
        self.cells = Cells()
        self._name = (*name, look)
        self._taken = 0

    def state(self, parting: int = -1) -> RasterState:
        """Take in what came, and describe it."""
        trace, look = self.trace, self.look
        fresh = trace.accesses[self._taken :]
        self._taken += len(fresh)
        kept = (fresh["kind"] <= WRITE) & (fresh["weight"] > 0)
        if look.head != ALL:
            kept &= fresh["head"] == look.head
        fresh = fresh[kept]
        rows = fresh["slot"] if look.address else trace.row_of(fresh["slot"].astype(np.int64)).astype(np.int32)
        seen = rows >= 0
        self.cells.extend(fresh["step"][seen], rows[seen], fresh["kind"][seen], fresh["weight"][seen])
        most = int(trace.accesses["slot"].max()) + 1 if len(trace.accesses) else 0
        count = max(trace.info.slots, most) if look.address else len(trace.slots)
        words = (
            tr("{slots:,} of {all_slots:,} slots touched", slots=len(trace.slots), all_slots=trace.info.slots)
            if trace.info.slots
            else ""
        )
        if trace.dropped:
            words += tr(" · {dropped:,} damaged accesses left out", dropped=trace.dropped)
        slots = None if look.address else trace.slots
        return RasterState(self.cells, self._name, count, trace.length, self.cells.count, slots, parting, words)


def sequence_state(trace: Trace, parting: int = -1) -> SequenceState:
    """Inputs, targets and outputs; steps that have not been written yet are empty."""
    steps, rows = trace.length, trace.steps
    sizes = {name: rows[name].reshape(len(rows), -1).shape[1] if len(rows) else 0 for name in _VALUES}
    arrays = {name: np.zeros((steps, sizes[name]), np.float32) for name in _VALUES}
    scored = np.zeros(steps, bool)
    if len(rows):
        for name in _VALUES:
            arrays[name][rows["step"]] = rows[name].reshape(len(rows), -1)
        scored[rows["step"]] = rows["mask"]
    parts = tuple(Part(span.name, span.start, span.stop) for span in trace.info.spans)
    return SequenceState(
        ("sequence", trace.info.number, trace.info.title, trace.version),
        steps,
        arrays["input"],
        arrays["target"],
        arrays["output"],
        scored,
        scored[:, None] & (trace.info.said(arrays["output"]) != (arrays["target"] >= 0.5)),
        parts,
        answer_words(trace, bool(scored.any())),
        parting,
    )


_VALUES = ("input", "target", "output")


def answer_words(trace: Trace, scored: bool = True) -> str:
    """How right the answer is."""
    info = trace.info
    wrong = "" if not scored else tr("all {unit} right", unit=info.unit) if info.bits_wrong == 0 else info.wrong_words()
    names = " then ".join(span.name for span in trace.info.spans)
    return " · ".join(word for word in (names, wrong) if word)


def gates_state(trace: Trace, look: Look) -> GatesState:
    """Signals as lines, then usage or age and link precedence as heat over the rows of first touch."""
    groups: dict[str, list[int]] = {}
    for number, name in enumerate(trace.info.signals):
        groups.setdefault(name.partition(", ")[0], []).append(number)
    found = [_signal(trace, name, numbers, look) for name, numbers in groups.items()]
    lanes = [lane for lane in found if lane is not None]
    heats = [heat for heat in (_usage(trace) or _age(trace), _precedence(trace)) if heat is not None]
    words = [
        tr("{name} by dash: {parts}", name=lane.name, parts=", ".join(lane.parts))
        for lane in lanes
        if len(lane.parts) > 1
    ]
    if trace.info.heads > 1:
        words.append(tr("head {head} strong", head=look.head + 1) if look.head != ALL else tr("one line a head"))
    shown = tuple([*lanes[: LANES - len(heats)], *heats])
    return GatesState(("gates", trace.info.number, trace.version, look.head), trace.length, shown, " · ".join(words))


def _signal(trace: Trace, name: str, numbers: list[int], look: Look) -> Lane | None:
    """One signal, or the parts of one (read modes: by content, forward, backward), a line for each part and head."""
    rows = trace.signals
    rows = rows[np.isin(rows["signal"], numbers)] if len(rows) else rows
    if not len(rows):
        return None
    heads = int(rows["head"].max()) + 1
    values = np.full((len(numbers), heads, trace.length), np.nan, np.float32)
    values[np.searchsorted(numbers, rows["signal"]), rows["head"], rows["step"]] = rows["value"]
    low, high = _ends(values)
    parts = tuple(trace.info.signals[number].partition(", ")[2] for number in numbers)
    bold = look.head if look.head < heads else ALL
    return Lane(name, values.reshape(-1, trace.length), low, high, bold=bold, parts=parts)


def _ends(values: NDArray[np.float32]) -> tuple[float, float]:
    """0 to 1 where that holds everything, else from 0 (or the least) to a round number above the largest."""
    finite = values[np.isfinite(values)]
    if not len(finite) or (finite.min() >= 0 and finite.max() <= 1):
        return 0.0, 1.0
    top = float(finite.max())
    power = 10.0 ** np.floor(np.log10(max(top, 1e-9)))
    high = next((n * power for n in (1, 1.5, 2, 3, 5, 7.5, 10) if n * power >= top), top) if top > 0 else 0.0
    return min(float(finite.min()), 0.0), float(high)


def _usage(trace: Trace) -> Lane | None:
    if not len(trace.usage) or not _fits(trace):
        return None
    rows = trace.row_of(trace.usage["slot"].astype(np.int64))
    kept = np.flatnonzero(rows >= 0)
    last = np.full((len(trace.slots), trace.length), -1)  # which row tells the value; only changes are recorded
    last[rows[kept], trace.usage["step"][kept]] = kept
    last = np.maximum.accumulate(last, axis=1)
    values = np.where(last >= 0, trace.usage["value"][last], 0).astype(np.float32)
    return Lane("usage", values, *_ends(values), heat=True)


def _age(trace: Trace) -> Lane | None:
    """Steps since the last access of every touched slot, nothing before the first."""
    if not len(trace.slots) or not _fits(trace):
        return None
    rows = trace.accesses[(trace.accesses["kind"] <= WRITE) & (trace.accesses["weight"] >= LEAST)]
    place = trace.row_of(rows["slot"].astype(np.int64))
    last = np.full((len(trace.slots), trace.length), -1, np.int32)
    last[place[place >= 0], rows["step"][place >= 0]] = rows["step"][place >= 0]
    last = np.maximum.accumulate(last, axis=1)
    ages = np.where(last >= 0, np.arange(trace.length) - last, 0).astype(np.float32)
    ages[:, trace.reached :] = 0
    return Lane(tr("age, steps"), ages, 0.0, float(max(ages.max(), 1.0)), heat=True)


def _precedence(trace: Trace) -> Lane | None:
    rows = trace.accesses[trace.accesses["kind"] == PRECEDENCE]
    if not len(rows) or not _fits(trace):
        return None
    place = trace.row_of(rows["slot"].astype(np.int64))
    values = np.zeros((len(trace.slots), trace.length), np.float32)
    values[place[place >= 0], rows["step"][place >= 0]] = rows["weight"][place >= 0]
    return Lane("precedence", values, 0.0, 1.0, heat=True)


def _fits(trace: Trace) -> bool:
    return 0 < len(trace.slots) * trace.length <= HEAT_CELLS
