"""Evaluations as JSON lines that other evaluators can read: one episode a line, with everything that was said.

The names of the figures are those of the public evaluation logs of text Alchemy (data set Racktic/alchemy-eval-logs),
one kind of line in a file; ``messages`` are as chat endpoints take them.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import BadInput
from engine.runs.files import encode_json
from engine.runs.record import Record


def export_json_lines(record: Record, path: Path) -> int:
    """Write the finished episodes of a text Alchemy record; returns how many.

    Each line: ``episode_index``, ``model``, ``condition``, ``turns``, ``invalid_actions``, ``agent_per_trial`` and
    ``oracle_per_trial`` (points), ``normalized_per_trial`` (null where the oracle has nothing to earn), ``performance``
    (their mean), ``total_reward``, ``usage`` and ``messages``. Raises BadInput for any other record.
    """
    if record.metadata.experiment != "text-alchemy" or "episodes" not in record.tables():
        raise BadInput(f"{record.id} is no evaluation of text Alchemy")
    said: dict[int, list[dict[str, str]]] = {}
    for event in record.events("transcript"):
        said.setdefault(event["episode"], []).append({"role": event["role"], "content": event["text"]})
    settings = record.metadata.configuration
    rows = record.table("episodes").read()
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        for row in rows[np.argsort(rows["episode"])]:
            file.write(encode_json(_line(row, settings, said.get(int(row["episode"]), []))) + b"\n")
    os.replace(part, path)
    return len(rows)


def _line(row: Any, settings: dict[str, Any], messages: list[dict[str, str]]) -> dict[str, Any]:
    scores, oracle = row["trial_scores"].astype(float), row["oracle_trial_scores"].astype(float)
    relative = [float(a / b) if b > 0 else None for a, b in zip(scores, oracle, strict=True)]
    known = [value for value in relative if value is not None]
    shown = ("wording", "prior_knowledge", "summary", "summary_every", "summary_form", "history", "window", "change_at")
    return {
        "episode_index": int(row["episode"]),
        "model": settings.get("model"),
        "condition": {name: settings.get(name) for name in shown},
        "turns": int(row["answers"]),
        "invalid_actions": int(row["invalid"]),
        "agent_per_trial": scores,
        "oracle_per_trial": oracle,
        "normalized_per_trial": relative,
        "performance": float(np.mean(known)) if known else None,
        "total_reward": float(row["score"]),
        "usage": {"input": int(row["prompt_tokens"]), "output": int(row["completion_tokens"])},
        "messages": messages,
    }
