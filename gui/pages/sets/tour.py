"""The page's main job from start to end: fill a filter, ask for members and others, save it, measure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gui.pages.sets.page import SetsPage


def tour(page: SetsPage, folder: Path) -> dict[str, Any]:
    """Facts of one filter and a small measurement; leaves a saved filter, an SVG and a table in ``folder``."""
    wait = page.workspace.wait
    page.fill()
    planned = page.toolbar.count.value()
    if not wait(lambda: page.is_ready and len(page.source.operations) >= planned, 90):
        return {"finished": False, "reason": "no filter arrived"}
    page.ask_sample(True, 20)
    page.ask_sample(False, 100)
    page.save(folder / "set.filter")
    if not wait(lambda: len(page.source.operations) >= planned + 120, 60):
        return {"finished": False, "reason": "questions were not answered"}
    rows = page.source.operations
    yes = rows["network"] | rows["backup"]
    facts: dict[str, Any] = {
        "finished": True,
        "keys": planned,
        "missed_members": int((~yes & rows["member"]).sum()),
        "false_positives_of_100": int((yes & ~rows["member"]).sum()),
        "bits": float(page.source.checks["bits"][-1].sum()),
        "bits_bloom": float(page.source.checks["bloom_bits"][-1]),
        "saved": wait(lambda: (folder / "set.filter").is_file(), 10),
    }
    page.measuring.measure({"task": page.toolbar.chosen.task, "n": planned, "sets": 10, "curve": [10, 20, 40]})
    facts["measured"] = wait(lambda: page.measuring.source is not None and not page.measuring.running, 120)
    page.go_to(planned - 1)
    wait(lambda: False, 0.2)
    page.exporter.save(folder / "sets.svg")
    page.exporter.save(folder / "sets.csv")
    return facts
