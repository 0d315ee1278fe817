"""The page's main job from start to end: write examples, damage them, read them back, draw a query, random starts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gui.pages.recall.page import RecallPage


def tour(page: RecallPage, folder: Path) -> dict[str, Any]:
    """Facts of one write; leaves an SVG of the page and the reads as CSV in ``folder``."""
    wait = page.workspace.wait
    if not page.toolbar.source:
        return {"finished": False, "reason": "no trained memory comes with the program"}
    page.write_examples()
    if not wait(lambda: page.is_ready and page.shown in page.source.controls and page.query >= 0, 90):
        return {"finished": False, "reason": "nothing was written"}
    source = page.source
    facts: dict[str, Any] = {"finished": True, "memory": source.about.source, "floats": source.about.floats}
    judged = source.judged(page.shown)
    facts |= {key: judged.get(key) for key in ("error_swap", "error_unwritten", "error_query", "verdict")}
    facts["error_read"] = judged.get("error")  # "error" alone would say that the tour went wrong
    before = len(source.queries(page.shown))
    page.choose_stored(0)
    page.drawing.heal()
    page.drawing.hurt()
    page.drawing.read()
    facts["read_by_hand"] = wait(lambda: len(source.queries(page.shown)) == before + 1, 15)
    page.random_starts()
    facts["attractors"] = wait(lambda: len(source.rows("attractors", page.shown)) > 0, 15)
    page.go_to(source.writes(page.shown) + 3)
    wait(lambda: False, 0.2)
    page.exporter.save(folder / "recall.svg")
    page.exporter.save(folder / "recall.csv")
    return facts
