"""What ``athanor tour`` does on the runs page: seeds of two settings, grouped and compared, exported and replayed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

SETTINGS = ({"agent": "random-heuristic"}, {"agent": "uniform"})


def tour(page: RunsPage, folder: Path) -> dict[str, Any]:
    """Run two agents with two seeds each, compare them, and leave the figures as SVG and PDF in ``folder``."""
    from engine.service.jobs import Job

    workspace = page.workspace
    jobs = [
        workspace.engine.submit(
            Job("alchemy", {**settings, "episodes": 30, "traced": 1, "advice": False}, seed, title=settings["agent"])
        )
        for settings in SETTINGS
        for seed in (0, 1)
    ]

    def ended() -> bool:
        states = [workspace.engine.snapshot.job(job) for job in jobs]
        return all(state is not None and state.ended for state in states)

    workspace.wait(ended, 120)
    page.filters.search.setText("experiment = alchemy")
    page.group_by(("configuration.agent",))
    page.reread()
    workspace.wait(lambda: workspace.loader.is_idle and page.view.answer is not None, 20)
    workspace.wait(lambda: False, 0.3)
    for kind in ("svg", "pdf", "csv"):
        page.exporter.save(folder / f"runs-figures.{kind}")
    figures = page.view.answer.comparison.figures if page.view.answer else ()
    groups = {each.group.label: {"iqm": each.iqm.estimate, "of": each.words} for each in figures}
    rows = [
        {"id": row.id, "experiment": row.experiment, "status": row.status} for row in page.listing.columns.rows[:20]
    ]
    return {"runs": len(page.listing.columns), "shown": len(page.listing.last), "rows": rows, "groups": groups}
