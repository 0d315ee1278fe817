"""What the pictures of the page show, made from the record and the cursor. No Qt widgets in here."""

from __future__ import annotations

from itertools import pairwise
from math import isfinite, log2

import numpy as np

from gui.pages.sets.model import SetsRecord
from gui.translation import tr
from gui.widgets.bit_array import BitArrayState
from gui.widgets.sequence import Part
from gui.widgets.set_answer import AnswerState
from gui.widgets.set_curves import SetRatesState, SizeCurvesState, SizeSeries
from gui.widgets.set_sizes import SizeRow, SizesState
from gui.widgets.slot_memory import SlotMemoryState
from gui.widgets.step_timeline import StepLane, StepsState

INSERT = 0
BASELINES = {"fence": tr("Fence"), "prior": tr("Prior"), "label": tr("Label")}
WHY_NOT = {
    "fence": tr("needs sorted strings"),
    "prior": tr("needs known popularity"),
    "label": tr("needs classes"),
}


PUBLISHED = {
    ("mnist-class", 500, 0.01): 382.0,
    ("word-ranges", 5000, 0.05): 871.0,
    ("word-ranges", 5000, 0.01): 1500.0,
    ("word-ranges", 5000, 0.001): 24500.0,
    ("word-ranges", 200, 0.05): 210.0,
    ("word-ranges", 200, 0.01): 630.0,
    ("word-ranges", 200, 0.001): 2500.0,
}
"""Bits of Rae et al. 2019: 5.2, table 1 and (200 keys) read off figure 4; their words are those of GigaWord."""


def memory_state(source: SetsRecord, position: int) -> SlotMemoryState:
    """The memory after an operation."""
    row = source.operations[position]
    memory = row["memory"]
    version = (source.record.id, position)
    inserted = int(row["kind"]) == INSERT and not source.bench.get("loaded")
    largest = float(np.abs(source.operations["memory"][: position + 1]).max(initial=0)) or 1.0
    part = np.outer(row["word"], row["address"]) if inserted else memory / max(int(row["n"]), 1) * row["address"]
    limit = float(np.abs(part).max(initial=0)) or 1.0
    return SlotMemoryState(
        version, memory, row["address"], row["word"], largest, _round_up(limit), inserted, int(row["n"])
    )


def _round_up(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten, so that neighbouring steps share a scale."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(power * step for step in (1, 2, 5, 10) if power * step >= value * 0.999))


def answer_state(source: SetsRecord, position: int) -> AnswerState | None:
    """Why the key of an operation is answered as it is."""
    row = source.operations[position]
    key, number = int(row["key"]), int(row["check"])
    pictures = source.rows["pictures"]
    pixels = pictures["pixels"][key] if key < len(pictures) else None
    inserted = int(row["kind"]) == INSERT
    checks = source.checks
    made = checks[number] if 0 <= number < len(checks) else None
    version = (source.record.id, position, len(checks) > number)
    words = {
        "version": version, "text": source.keys.get(key, "?"), "logit": float(row["logit"]),
        "network": bool(row["network"]), "backup": bool(row["backup"]), "member": bool(row["member"]),
        "inserted": inserted, "pixels": pixels,
    }  # fmt: skip
    if made is None:
        return AnswerState(threshold=float(source.bench.get("threshold") or float("nan")), **words)
    return AnswerState(
        threshold=float(made["threshold"]), low=float(made["range"][0]), high=float(made["range"][1]),
        members=made["members"], others=made["others"], **words,
    )  # fmt: skip


def bits_state(source: SetsRecord, position: int) -> BitArrayState:
    """The classical filter after an operation."""
    _, _, planned = source.classical(position)
    first, bits = source.bits_before(position)
    row = source.operations[position]
    rows = source.operations[first : position + 1]
    own = np.unique(row["places"][(row["places"] >= 0) & (row["places"] < len(bits))])
    inserted = int(row["kind"]) == INSERT
    earlier = rows[:-1] if inserted else rows
    _set(bits, earlier["places"][earlier["kind"] == INSERT])
    fresh = int((~bits[own]).sum())
    if inserted:
        bits[own] = True
    return BitArrayState(
        (source.record.id, position), bits, tuple(own.tolist()), fresh, bool(row["bloom"]), int(row["n"]), planned
    )


def _set(bits, places) -> None:
    flat = places.ravel()
    bits[flat[(flat >= 0) & (flat < len(bits))]] = True


def sizes_state(source: SetsRecord, position: int) -> SizesState | None:
    """What the set costs after an operation."""
    row = source.operations[position]
    number = int(row["check"])
    if not 0 <= number < len(source.checks):
        return None
    made = source.checks[number]
    n, fpr = int(made["n"]), source.rate(position)
    bound = n * log2(1 / fpr)
    memory, counters, backup = (float(bits) for bits in made["bits"])
    wrong = [float(value) if isfinite(value) else None for value in made["wrong"]]
    published = PUBLISHED.get((str(source.bench.get("task")), n, round(fpr, 4)))
    rows = [
        SizeRow(
            tr("Neural, ours"),
            ((tr("memory"), memory), (tr("counters"), counters), (tr("backup filter"), backup)),
            wrong[0],
        ),
        SizeRow(
            tr("Neural, paper"),
            ((tr("bits"), published),) if published else (),
            None,
            0,
            tr("not published for this set"),
        ),
        SizeRow(tr("Bloom"), ((tr("bits"), float(made["bloom_bits"])),), wrong[1], 1),
        SizeRow(tr("Xor, formula"), ((tr("bits"), 1.23 * bound),), None, 1),
        SizeRow(tr("Fuse, formula"), ((tr("bits"), 1.13 * bound),), None, 1),
        SizeRow(tr("Ribbon, formula"), ((tr("bits"), 1.10 * bound),), None, 1),
    ]
    for i, name in enumerate(BASELINES):
        bits = float(made["baselines"][i])
        parts = ((tr("bits"), bits),) if isfinite(bits) else ()
        words = WHY_NOT[name] if wrong[2 + i] is None else tr("more often wrong than asked")
        rows.append(SizeRow(BASELINES[name], parts, wrong[2 + i], 2, words))
    return SizesState(tuple(rows), n, fpr)


def timeline_state(source: SetsRecord) -> StepsState:
    """Operations in order, runs of the same kind as parts; a false positive counts as wrong, an insertion as plain."""
    rows = source.operations
    kinds = rows["kind"]
    edges = [0, *(np.flatnonzero(np.diff(kinds)) + 1).tolist(), len(rows)]
    parts = tuple(Part(tr("insert") if kinds[a] == INSERT else tr("ask"), a, b) for a, b in pairwise(edges) if b > a)
    wrong = (rows["network"] | rows["backup"]) != rows["member"]
    asked = frozenset(np.flatnonzero(kinds != INSERT).tolist())
    lane = StepLane(tr("operations"), len(rows), asked, frozenset(np.flatnonzero(wrong).tolist()))
    return StepsState(len(rows), parts, (lane,))


NEURAL, BLOOM = "neural", "bloom"


def curves_state(source: SetsRecord) -> SizeCurvesState | None:
    """Bits against keys of a measurement: neural, Bloom, and the smallest baseline that keeps the rate."""
    if not source.summaries:
        return None
    series = []
    for fpr in sorted({float(s["fpr"]) for s in source.summaries}, reverse=True):
        own = [s for s in source.summaries if float(s["fpr"]) == fpr]
        for method, name, colour, dashed in ((NEURAL, tr("neural"), 1, False), (BLOOM, tr("Bloom"), 0, True)):
            points = sorted((int(s["n"]), float(s["bits"])) for s in own if s["method"] == method)
            series.append(SizeSeries(name, fpr, tuple(points), colour, dashed))
        best: dict[int, float] = {}
        for s in own:
            if s["method"] not in (NEURAL, BLOOM) and s["wrong"] <= fpr:
                best[int(s["n"])] = min(best.get(int(s["n"]), float("inf")), float(s["bits"]))
        if best:
            series.append(SizeSeries(tr("no memory"), fpr, tuple(sorted(best.items())), 2))
    result = source.record.status().result or {}
    trained = result.get("trained") or (0, 0)
    return SizeCurvesState(tuple(series), (int(trained[0]), int(trained[1])))


def rates_state(source: SetsRecord) -> SetRatesState | None:
    """Measured rates of the sets of the size that was asked for."""
    rows = source.rows["sets"]
    number = next((i for i, name in source.methods.items() if name == NEURAL), None)
    if not len(rows) or number is None:
        return None
    n = int(rows["n"][0])
    own = rows[(rows["n"] == n) & (rows["method"] == number)]
    columns = []
    for i, fpr in enumerate(sorted({float(f) for f in own["fpr"]}, reverse=True)):
        values = own["wrong"][own["fpr"] == np.float32(fpr)]
        columns.append((round(fpr, 6), i, tuple(float(v) for v in values)))
    return SetRatesState(tuple(columns))
