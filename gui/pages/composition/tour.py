"""The page's main job from start to end: open a board, move the mixture, paint a wall, save the picture."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gui.pages.composition.board import WALL

if TYPE_CHECKING:
    from gui.pages.composition.page import CompositionPage

MOVES = 20


def tour(page: CompositionPage, folder: Path) -> dict[str, Any]:
    """Regret of every method on the tricky board, and how long an answer takes from slider to picture."""
    wait = page.workspace.wait
    page.begin_board()
    if not wait(lambda: page.panels.fields.state is not None, 90):
        return {"finished": False, "reason": "no answer came"}
    wait(lambda: len(page.source.scored(page.case)) >= 21 * 5, 20)
    taken = [_answer(page, 30 + 2 * k) for k in range(MOVES)]
    page.mixture.sliders[0].setValue(50)
    wait(lambda: page.source.newest("maps", page.case)["weights"][0][0] == 0.5, 5)
    regret = {page.source.methods[int(row["method"])]: round(float(np.nanmean(row["regret"])), 6)
              for row in page.source.newest("maps", page.case)}  # fmt: skip
    before = page.case
    page.board_bar.tool.setCurrentIndex(page.board_bar.tool.findData(WALL))
    for row in range(2, 6):
        page.painting.paint(row, 3, row == 2)
    painted = wait(lambda: page.case > before and bool(len(page.source.newest("maps", page.case))), 10)
    page.workspace.undo.undo()
    wait(lambda: not page.shown_case.walls.any(), 10)
    wait(lambda: page.panels.curves.state is not None, 10)
    page.exporter.save(folder / "composition.svg")
    page.exporter.save(folder / "composition.csv")
    return {
        "finished": True,
        "regret": regret,
        "answer_ms_median": round(1000 * float(np.median(taken)), 1),
        "answer_ms_most": round(1000 * float(np.max(taken)), 1),
        "painted": painted,
    }


def _answer(page: CompositionPage, share: int) -> float:
    """Seconds from a move of the slider until the heat maps show the answer and are painted."""
    began = time.perf_counter()
    page.mixture.sliders[0].setValue(share)

    def arrived() -> bool:
        rows = page.source.newest("maps", page.case)
        state = page.panels.fields.state
        return (len(rows) > 0 and abs(rows["weights"][-1][0] - share / 100) < 1e-9 and state is not None
                and state.version[1] == page.source.version)  # fmt: skip

    page.workspace.wait(arrived, 5)
    page.panels.fields.repaint()
    return time.perf_counter() - began
