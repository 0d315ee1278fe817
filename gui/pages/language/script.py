"""An evaluation as lines of Python, as a command and as a table. No Qt in here."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gui.pages.language.figures import Group
    from gui.pages.language.model import Evaluation


def python_lines(evaluation: Evaluation, episode: int) -> str:
    """Python that reads the transcript and the figures of an episode."""
    return "\n".join(
        [
            "from engine.runs import Record",
            "",
            f"record = Record.open({str(evaluation.record.folder)!r})",
            'for message in record.events("transcript"):',
            f'    if message["episode"] == {episode}:',
            '        print(message["role"], message["kind"], message["trial"] + 1, message["step"] + 1)',
            '        print(message["text"])',
            'turns = record.table("turns").read()',
            f'turns = turns[turns["episode"] == {episode}]',
            'nodes = record.table("nodes").read()',
            "for turn in turns:",
            '    bits = nodes["information"][turn["next_node"]] if turn["next_node"] >= 0 else float("nan")',
            '    print(turn["trial"] + 1, turn["step"] + 1, turn["action"], turn["valid"], turn["reward"], bits)',
            "",
        ]
    )


def command_line(settings: Mapping[str, Any], defaults: Mapping[str, Any], seed: int) -> str:
    """The command that runs the same evaluation; settings equal to their ``defaults`` are left out."""
    parts = ["athanor", "run", "text-alchemy"]
    for name, value in settings.items():
        if name in defaults and value != defaults[name]:
            parts += ["--set", f"{name}={value if isinstance(value, str) else json.dumps(value)}"]
    return shlex.join([*parts, "--seed", str(seed)])


def table(groups: Sequence[Group]) -> str:
    """Every finished episode as CSV: model, condition, episode, trial, score, oracle."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["model", "condition", "change_at", "episode", "trial", "score", "oracle"])
    for group in groups:
        change = group.change + 1 if group.change else 0
        for episode, (scores, oracle) in enumerate(zip(group.scores, group.oracle, strict=True)):
            for trial, (score, best) in enumerate(zip(scores, oracle, strict=True)):
                row = [episode, trial + 1, f"{score:g}", f"{best:g}"]
                writer.writerow([group.settings.get("model"), group.condition, change, *row])
    return text.getvalue()
