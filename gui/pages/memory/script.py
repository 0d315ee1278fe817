"""What is on screen as lines of Python, as a table of accesses and as JSON lines. No Qt in here."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from math import isfinite
from typing import Any

import numpy as np

from gui.pages.memory.model import MemoryRecord
from gui.pages.memory.trace import Trace

KINDS = ("read", "write", "erase", "precedence")


def python_lines(source: MemoryRecord, trace: Trace, step: int, slot: int) -> str:
    """Python that reads the same trace, lists the accesses of the cursor's step and, with a ``slot``, its word."""
    lines = [
        "import numpy as np",
        "",
        "from engine.runs import Record",
        "",
        f"record = Record.open({str(source.record.folder)!r})",
        'accesses = record.table("accesses").read()',
        f'accesses = accesses[accesses["trace"] == {trace.info.number}]',
        f'here = accesses[accesses["step"] == {step}]',
        f"kinds = {KINDS}",
        "for access in here:",
        '    print(kinds[access["kind"]], "head", access["head"], "slot", access["slot"], access["weight"])',
    ]
    if slot >= 0 and trace.has_words:
        lines += [
            'words = record.table("words").read()',
            f'words = words[(words["trace"] == {trace.info.number}) & (words["slot"] == {slot})]',
            f'words = words[words["step"] <= {step}]',
            f'print("slot {slot} last changed at step", words["step"][-1] if len(words) else None)',
            'print(words["word"][-1] if len(words) else None)',
        ]
    return "\n".join([*lines, ""])


def table(trace: Trace) -> str:
    """Every access as CSV: step, kind, head, slot, weight."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["step", "kind", "head", "slot", "weight"])
    for row in trace.accesses.tolist():
        step, kind, head, slot, weight = row
        writer.writerow([step, KINDS[kind] if kind < len(KINDS) else kind, head, slot, f"{weight:.7g}"])
    return text.getvalue()


def _plain(values: np.ndarray) -> list[float | None]:
    """JSON has no nan: what is not a number becomes null."""
    return [round(float(v), 7) if isfinite(v) else None for v in np.ravel(values)]


def json_lines(trace: Trace) -> str:
    """The trace: one line of facts, then a line a step with input, target, output, accesses and changed words."""
    head: dict[str, Any] = dataclasses.asdict(trace.info)
    if not isfinite(head["bits_wrong"]):
        head["bits_wrong"] = None
    lines = [json.dumps({"trace": head})]
    rows = {int(row["step"]): row for row in trace.steps}
    for step in range(trace.reached):
        line: dict[str, Any] = {"step": step}
        if step in rows:
            row = rows[step]
            line |= {name: _plain(row[name]) for name in ("input", "target", "output")}
            line["scored"] = bool(row["mask"])
        line["accesses"] = [
            [KINDS[a["kind"]] if a["kind"] < len(KINDS) else int(a["kind"]), int(a["head"]), int(a["slot"]),
             round(float(a["weight"]), 7)]
            for a in trace.during(step)
        ]  # fmt: skip
        if trace.has_words:
            changed = trace.words[trace.words["step"] == step]
            line["words"] = {int(word["slot"]): _plain(word["word"]) for word in changed}
        lines.append(json.dumps(line, separators=(",", ":")))
    return "\n".join([*lines, ""])
