"""States of the pictures beside the raster: similarity, words, rollback, costs, training, two futures. No Qt here."""

from __future__ import annotations

from math import isfinite, nan
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gui.pages.memory import provenance
from gui.pages.memory.model import MemoryRecord, Rollback
from gui.pages.memory.states import ALL, Look
from gui.pages.memory.trace import READ, Trace
from gui.translation import tr
from gui.widgets.futures import FuturesState
from gui.widgets.learning import Curve, LearningState
from gui.widgets.rollback import RollbackState
from gui.widgets.scaling import Measured, Network, ScalingState
from gui.widgets.similarity import SimilarityState
from gui.widgets.words import WordsState

if TYPE_CHECKING:
    from engine.runs import Record

CURVES = ("bits wrong", "answers wrong", "loss", "level", "error", "accuracy", "sequences per second")
MOST_ROWS = 256


def words_state(trace: Trace, step: int, slot: int, limit: float) -> WordsState:
    """Touched words after a step, the newest touched where there are too many to see."""
    slots, words = trace.memory(step)
    slots, words = slots[-MOST_ROWS:], words[-MOST_ROWS:]
    chosen = np.flatnonzero(slots == slot)
    version = ("words", trace.info.number, trace.version)
    return WordsState(version, step, words, slots, limit, int(chosen[0]) if len(chosen) else -1)


def read_vector(trace: Trace, step: int, head: int) -> NDArray[np.float64] | None:
    """What ``head`` (ALL: the one that read most sharply) got at a step: the weighted sum of the words it read."""
    rows = trace.during(step)
    rows = rows[rows["kind"] == READ]
    if not len(rows) or not trace.has_words:
        return None
    if head == ALL:
        head = int(rows["head"][rows["weight"].argmax()])
    rows = rows[rows["head"] == head]
    if not len(rows):
        return None
    words = np.array([trace.word(int(slot), step) for slot in rows["slot"]], np.float64)
    return rows["weight"].astype(np.float64) @ words


def similarity_state(trace: Trace, step: int, look: Look) -> SimilarityState:
    """Cosine of what was read to every touched word; read weights where no words were recorded."""
    read = provenance.reads_at(trace, step, look.head)
    names = frozenset(slot for slot, _ in read)
    best = read[0][0] if read else -1
    vector = read_vector(trace, step, look.head)
    if vector is None:
        weights = dict(read)
        slots = trace.slots[-MOST_ROWS:].tolist()
        values = tuple(weights.get(slot, 0.0) for slot in slots)
        return SimilarityState(tuple(slots), values, names, best, step, tr("read weight"), tr("step {step}", step=step))
    slots, words = trace.memory(step)
    slots, words = slots[-MOST_ROWS:], words[-MOST_ROWS:].astype(np.float64)
    lengths = np.linalg.norm(words, axis=1) * np.linalg.norm(vector)
    cosines = np.divide(words @ vector, lengths, out=np.zeros(len(words)), where=lengths > 1e-12)
    cosines = np.nan_to_num(cosines)
    order = np.sort(cosines[~np.isin(slots, list(names))])[::-1]
    gap = tr(" · best of the others {order:.2f}", order=order[0]) if len(order) and names else ""
    words_ = tr("step {step}{gap}", step=step, gap=gap)
    shown = tuple(round(float(c), 4) for c in cosines)
    return SimilarityState(tuple(slots.tolist()), shown, names, best, step, tr("cosine"), words_)


def rollback_state(trace: Trace, rollback: Rollback, position: int) -> RollbackState:
    """Rows put back by step."""
    steps = rollback.rows[:, 0]
    steps = steps[(steps >= 0) & (steps < trace.length)]
    restored = np.bincount(steps, minlength=trace.length)
    version = ("rollback", trace.info.number, rollback.before, len(rollback.rows))
    return RollbackState(
        version, restored, rollback.before, rollback.after, rollback.identical, rollback.milliseconds, position
    )


def scaling_state(source: MemoryRecord, unit: str) -> ScalingState | None:
    """Cost by slots of every network; ``unit`` "ms" (time a step) or "MB" (growth)."""
    rows = source.scaling
    column = "ms_per_step" if unit == "ms" else "growth_mb"
    if not len(rows) or column not in (rows.dtype.names or ()):
        return None
    guessed = "growth_extrapolated" if unit == "MB" and "growth_extrapolated" in rows.dtype.names else "extrapolated"
    networks = []
    for model in np.unique(rows["model"]).tolist():
        for warm in (False, True):
            own = rows[(rows["model"] == model) & (rows["warm"] == warm)]
            own = own[np.argsort(own["slots"], kind="stable")]
            points = tuple(
                Measured(int(row["slots"]), float(row[column]), bool(row[guessed]))
                for row in own
                if isfinite(row[column])
            )
            if points:
                networks.append(Network(source.models.get(model, f"model {model}").upper(), points, warm))
    if not networks:
        return None
    batch = sorted({int(b) for b in rows["batch"]})
    words = tr("a step forward and backward, batch {str}", str=" and ".join(map(str, batch)))
    if unit == "MB":
        words = tr(
            "growth over {tolist} steps, batch 1",
            tolist=" and ".join(str(n) for n in sorted(set(rows["steps"].tolist()))),
        )
    return ScalingState(tuple(networks), unit, words)


def learning_state(record: Record, words: str = "") -> LearningState | None:
    """The scalars of a training run, those people ask for first; None where there are none."""
    names = record.scalar_names()
    order = [name for name in CURVES if name in names] + [name for name in names if name not in CURVES]
    curves = []
    for name in order[:3]:
        steps, values = record.scalars(name)
        if len(steps):
            curves.append(Curve(name, len(steps), steps, values))
    return LearningState(tuple(curves), words) if curves else None


def first_difference(first: Trace, second: Trace) -> int:
    """First step at which two traces differ in what went in, came out, or was accessed; -1 where they are alike."""
    common = min(first.reached, second.reached)
    found = common if first.reached != second.reached and first.info.steps != second.info.steps else -1
    candidates = [found] if found >= 0 else []
    a, b = first.steps, second.steps
    if len(a) and len(b) and a.dtype == b.dtype:
        n = min(len(a), len(b))
        parts = [np.any((a[k][:n] != b[k][:n]).reshape(n, -1), axis=1) for k in ("input", "output")]
        where = np.flatnonzero(parts[0] | parts[1])
        candidates += [int(a["step"][where[0]])] if len(where) else []
    a, b = first.accesses, second.accesses
    n = min(len(a), len(b))
    where = np.flatnonzero(a[:n] != b[:n])
    if len(where):
        candidates.append(int(min(a["step"][where[0]], b["step"][where[0]])))
    elif len(a) != len(b):
        longer = a if len(a) > len(b) else b
        candidates.append(int(longer["step"][n]))
    start = second.info.from_step if second.info.from_step is not None else -1
    return max(min(candidates), start) if candidates else -1


def futures_state(first: Trace, second: Trace) -> FuturesState:
    """Answers of two traces side by side."""
    target, outputs = np.zeros((0, 0), np.float32), []
    for trace in (first, second):
        rows = trace.steps
        rows = rows[rows["mask"]] if len(rows) else rows
        outputs.append(rows["output"].reshape(len(rows), -1) if len(rows) else np.zeros((0, 0), np.float32))
        if trace is first and len(rows):
            target = rows["target"].reshape(len(rows), -1)
    n = min(len(outputs[0]), len(outputs[1]), len(target))
    outputs, target = [o[:n] for o in outputs], target[:n]
    said = [trace.info.said(o) for trace, o in zip((first, second), outputs, strict=True)]
    flipped = said[0] != said[1]
    if first.info.unit == "answers":
        flipped = flipped.any(1)
    wrong = tuple(s != (target >= 0.5) for s in said)
    errors = tuple(_errors(trace) for trace in (first, second))
    version = (first.info.number, first.version, second.info.number, second.version)
    titles = (first.info.title, second.info.title)
    parting, changed = first_difference(first, second), int(flipped.sum())
    return FuturesState(
        version, target, tuple(outputs), wrong, titles, errors, parting, changed, flipped.size, first.info.unit
    )


def _errors(trace: Trace) -> float:
    if isfinite(trace.info.bits_wrong):
        return trace.info.bits_wrong
    rows = trace.steps
    if not len(rows) or "error_bits" not in (rows.dtype.names or ()):
        return nan
    return float(np.nansum(rows["error_bits"][rows["mask"]]))
