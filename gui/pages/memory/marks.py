"""What lies over the raster for a chosen or hovered cell, and what the card beside it says. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from gui.pages.memory import provenance
from gui.pages.memory.states import ALL, Look
from gui.pages.memory.trace import ERASE, LEAST, READ, WRITE, Trace
from gui.translation import tr
from gui.widgets.provenance import Arc, Marks
from gui.widgets.slot_life import Fact, SlotState

SHOWN = 0.2  # reads at the cursor with at least this weight are led back to their writes
FEW = 4


@dataclass(frozen=True)
class Focus:
    """What the person looks at: a ``slot`` (-1 none) as of ``step``; ``cell`` where one cell is meant."""

    slot: int = -1
    step: int = 0
    cell: bool = False


def marks(trace: Trace, look: Look, focus: Focus, position: int) -> Marks:
    """Arcs and life for the focus; without one, where the words read at the cursor came from."""
    if focus.slot < 0:
        return _at_cursor(trace, look, position)
    row = look.row(trace, focus.slot)
    if row < 0:
        return Marks()
    lived = provenance.life(trace, focus.slot)
    arcs, origins = _arcs(trace, row, focus)
    return Marks(
        row,
        tuple(step for step, _ in lived.writes),
        tuple(step for step, weight in lived.reads if weight >= provenance.FAINT),
        lived.clears,
        arcs,
        origins,
    )


def _arcs(trace: Trace, row: int, focus: Focus) -> tuple[tuple[Arc, ...], tuple[int, ...]]:
    rows = trace.at(focus.slot)
    here = rows[rows["step"] == focus.step]
    read = here["weight"][here["kind"] == READ]
    found = provenance.sources(trace, focus.slot, focus.step)
    earlier = found and found[0].step < focus.step  # a word read in the step that wrote it tells nothing: look ahead
    if earlier and len(read) and read.max() >= LEAST:
        return _back(found, row, focus, float(read.max()))
    wrote = here["weight"][here["kind"] == WRITE]
    if len(wrote) and wrote.max() >= LEAST:
        return _forth(trace, row, focus)
    return (), tuple(source.step for source in found[:1])


def _back(
    found: tuple[provenance.Source, ...], row: int, focus: Focus, weight: float
) -> tuple[tuple[Arc, ...], tuple[int, ...]]:
    found = tuple(s for s in found if s.share >= provenance.FAINT and s.step < focus.step)
    arcs = tuple(
        Arc(
            row,
            source.step,
            focus.step,
            min(source.share, 1.0),
            k == 0,
            tr("written at {step}, read at {read} ({weight:.2f})", step=source.step, read=focus.step, weight=weight)
            if k == 0
            else "",
        )
        for k, source in enumerate(found[: provenance.MOST])
    )
    return arcs, tuple(source.step for source in found[:1])


def _forth(trace: Trace, row: int, focus: Focus) -> tuple[tuple[Arc, ...], tuple[int, ...]]:
    reads = [read for read in provenance.readers(trace, focus.slot, focus.step) if read[0] > focus.step]
    arcs = tuple(
        Arc(
            row,
            focus.step,
            step,
            weight,
            k == 0,
            tr("written at {step}, read at {read} ({weight:.2f})", step=focus.step, read=step, weight=weight)
            if k == 0
            else "",
        )
        for k, (step, weight) in enumerate(reads)
    )
    return arcs, (focus.step,)


def _at_cursor(trace: Trace, look: Look, position: int) -> Marks:
    arcs = []
    for slot, weight in provenance.reads_at(trace, position, look.head, SHOWN)[:FEW]:
        found = provenance.sources(trace, slot, position)
        row = look.row(trace, slot)
        if found and row >= 0 and found[0].step != position:
            main = not arcs
            words = (
                tr(
                    "written at {step}, read at {position} ({weight:.2f})",
                    step=found[0].step,
                    position=position,
                    weight=weight,
                )
                if main
                else ""
            )
            arcs.append(Arc(row, found[0].step, position, weight, main, words))
    return Marks(arcs=tuple(arcs), origins=tuple(arc.start for arc in arcs[:1]))


def slot_state(trace: Trace, slot: int, step: int, limit: float) -> SlotState:
    """The card of a slot as of a step."""
    lived = provenance.life(trace, slot)
    found = provenance.sources(trace, slot, step)
    facts, source = [], found[0] if found else None
    rows = trace.at(slot)
    if source is None:
        facts.append(Fact(tr("written"), tr("nothing in it at this step")))
    else:
        facts.append(Fact(tr("written at step"), f"{source.step}", source.step))
        facts.append(Fact(tr("share of the word · write weight"), f"{source.share:.2f} · {source.weight:.2f}"))
        if gates := _gates(trace, rows, source.step, slot):
            facts.append(Fact(*gates))
        others = [other for other in found[1:] if other.share >= provenance.FAINT]
        words = ", ".join(f"{other.step} ({other.share:.2f})" for other in others[:4]) or tr("no other step")
        facts.append(Fact(tr("added to at"), words, others[0].step if others else -1))
        later = provenance.readers(trace, slot, source.step)
        words = ", ".join(f"{at} ({weight:.2f})" for at, weight in later[:3]) or "never"
        more = tr(" and {later} more", later=len(later) - 3) if len(later) > 3 else ""
        facts.append(Fact(tr("read at step (weight)"), words + more, later[0][0] if later else -1))
    before = [at for at in lived.clears if at <= step]
    facts.append(
        Fact(tr("cleared at"), f"{before[-1]}" if before else tr("never so far"), before[-1] if before else -1)
    )
    last = [at for at, _ in (*lived.writes, *lived.reads) if at <= step]
    facts.append(Fact(tr("steps since last access"), f"{step - max(last)}" if last else tr("never accessed")))
    facts.append(Fact(tr("writes · reads in all"), f"{len(lived.writes)} · {len(lived.reads)}"))
    return _with_word(
        trace, SlotState(slot, (trace.info.number, trace.version, slot, step), tuple(facts)), source, limit
    )


def _with_word(trace: Trace, state: SlotState, source: provenance.Source | None, limit: float) -> SlotState:
    if source is None:
        return state
    made = trace.steps[trace.steps["step"] == source.step] if len(trace.steps) else ()
    if len(made):
        part = next((s.name for s in trace.info.spans if s.start <= source.step < s.stop), "")
        words = tr("input at step {step}", step=source.step) + (f", {part}" if part else "")
        state = replace(state, input=np.ravel(made[0]["input"]).astype(np.float32), input_words=words)
    if trace.has_words:
        after = trace.word(state.slot, source.step)
        before = trace.word(state.slot, source.step - 1)
        words = tr("word of {after}, write of step {step}", after=len(after), step=source.step)
        state = replace(state, before=before, after=after, limit=limit, word_words=words)
    return state


def _gates(trace: Trace, rows: np.ndarray, step: int, slot: int) -> tuple[str, str] | None:
    """Write gate and the share that went to a fresh word, of the head that wrote most (SAM, DAM, SDNC)."""
    names = trace.info.signals
    if "write gate" not in names or "interpolation gate" not in names or not len(trace.signals):
        return None
    wrote = rows[(rows["kind"] == WRITE) & (rows["step"] == step)]
    head = int(wrote["head"][wrote["weight"].argmax()])
    values = []
    for name in ("write gate", "interpolation gate"):
        found = trace.signals[
            (trace.signals["step"] == step)
            & (trace.signals["head"] == head)
            & (trace.signals["signal"] == names.index(name))
        ]
        if not len(found):
            return None
        values.append(float(found["value"][0]))
    fresh = len(rows[(rows["kind"] == ERASE) & (rows["step"] == step) & (rows["head"] == head)]) > 0
    share = 1 - values[1] if fresh else values[1]
    kind = tr("least recently accessed") if fresh else tr("read before")
    return tr("write gate × share of {kind}", kind=kind), f"{values[0]:.2f} × {share:.2f}"


def cell_words(trace: Trace, look: Look, step: int, row: int) -> str:
    """Exact values of one cell for the status bar."""
    slot = look.slot(trace, row)
    if slot < 0:
        return ""
    rows = trace.at(slot)
    rows = rows[rows["step"] == step]
    if look.head != ALL:
        rows = rows[rows["head"] == look.head]
    parts = [tr("slot {slot:,}, step {step}", slot=slot, step=step)]
    for kind, name in ((WRITE, tr("write")), (READ, tr("read")), (ERASE, tr("cleared by"))):
        found = rows[rows["kind"] == kind]
        if len(found):
            heads = ", ".join(
                tr("head {h}", h=h + 1) + ("" if kind == ERASE else f" {w:.3f}")
                for h, w in zip(found["head"].tolist(), found["weight"].tolist(), strict=True)
            )
            parts.append(f"{name} {heads}")
    return " · ".join(parts if len(parts) > 1 else [*parts, tr("not accessed")])
