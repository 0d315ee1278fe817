"""What is on screen as lines of Python and as a table. No Qt in here."""

from __future__ import annotations

import csv
import io

from gui.pages.control.states import SceneView


def python_lines(view: SceneView, step: int) -> str:
    """Python that reads the same scene and prints what the first agent knows at a step."""
    info, source = view.info, view.source
    return "\n".join(
        [
            "from engine.runs import Record",
            "",
            f"record = Record.open({str(source.record.folder)!r})",
            f'scene = record.events("scenes")[{info.number}]',
            f'rows = record.table("steps").read({info.first_row}, {info.first_row} + {view.rows.size})',
            f"rows = rows.reshape({len(info.agents)}, {view.steps})  # agents, steps",
            f"here = rows[0, {step}]",
            f"# state: {', '.join(quantity.name for quantity in view.task.state)}",
            f"# hidden: {', '.join(quantity.name for quantity in view.task.hidden)}",
            'print(scene["title"], scene["returns"])',
            'print("state", here["state"], "hidden", here["hidden"], "read from memory", here["decoded"])',
            "",
        ]
    )


def table(view: SceneView) -> str:
    """Every step of every agent as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    task = view.task
    names = [q.name for q in task.state] + [f"true {q.name}" for q in task.hidden]
    names += [f"read {q.name}" for q in task.hidden] + [f"action {q.name}" for q in task.actions]
    writer.writerow(["agent", "step", *names, "reward", "teleported"])
    for place, number in enumerate(view.info.agents):
        title = view.source.agents[number].title
        for row in view.rows[place]:
            values = [v for key in ("state", "hidden", "decoded", "action") for v in row[key].tolist()]
            told = [f"{v:.7g}" if v == v else "" for v in values]
            writer.writerow([title, int(row["step"]), *told, f"{float(row['reward']):.7g}", int(row["teleported"])])
    return text.getvalue()
