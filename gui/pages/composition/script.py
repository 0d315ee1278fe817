"""What is on screen as lines of Python and as a table. No Qt in here."""

from __future__ import annotations

import csv
import io

import numpy as np

from gui.pages.composition.model import Case, CompositionRecord


def python_lines(source: CompositionRecord, case: Case, weights: list[float]) -> str:
    """Python that solves the board on screen again, or reads the same scores from the record."""
    if case.is_board:
        return "\n".join(
            [
                "import numpy as np",
                "",
                "from engine.composition.compose import METHODS, Skills",
                "from engine.composition.grids import Grid",
                "",
                f"walls = np.array({case.walls.astype(int).tolist()}, bool)",
                f"rewards = np.array({case.rewards.tolist()})",
                f"grid = Grid(walls, rewards, {case.moves!r})",
                f"found = Skills(grid.problem({case.gamma!r}, {case.alpha!r})).compose(np.array({weights}))",
                "for method in METHODS:",
                "    print(method, found.values[method].mean(), found.regret(method))",
                "",
            ]
        )
    return "\n".join(
        [
            "from engine.runs import Record",
            "",
            f"record = Record.open({str(source.record.folder)!r})",
            f"methods = {list(source.methods)}",
            'scores = record.table("scores").read()',
            f'for row in scores[scores["case"] == {case.number}]:',
            '    print(row["updates"], methods[row["method"]], row["value"], row["regret"], row["returned"])',
            "",
        ]
    )


def table(source: CompositionRecord, case: Case) -> str:
    """Scores as CSV: those of the record, or for a board what is on screen."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["world", "updates", "mixture", "method", "value", "regret", "return", "ends_shared"])
    for number, one in source.cases.items() if case.suite != "play" else [(case.number, case)]:
        for row in source.scored(number):
            writer.writerow([one.row, int(row["updates"]), f"{row['mixture']:.6g}", source.methods[int(row["method"])],
                             f"{row['value']:.9g}", f"{row['regret']:.9g}", _blank(row["returned"]),
                             _blank(row["near"][2])])  # fmt: skip
    if case.suite == "play":
        for row in source.newest("maps", case.number):
            writer.writerow([one.row, int(row["updates"]), f"{row['weights'][0]:.6g}",
                             source.methods[int(row["method"])], f"{np.nanmean(row['value']):.9g}",
                             f"{np.nanmean(row['regret']):.9g}", "", ""])  # fmt: skip
    return text.getvalue()


def _blank(value: float) -> str:
    return f"{value:.6g}" if np.isfinite(value) else ""
