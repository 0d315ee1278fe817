"""The page's main job from start to end: watch an agent, stop in the middle, look at the other future of one action."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.pages.alchemy import choices

if TYPE_CHECKING:
    from gui.pages.alchemy.page import AlchemyPage

SEED = 1337


def tour(page: AlchemyPage, folder: Path) -> dict[str, Any]:
    """Facts of one watched episode; leaves an SVG and the steps as CSV in ``folder``."""
    wait = page.workspace.wait
    page.toolbar.seed.setValue(SEED)
    page.toolbar.choose("", "level-3")
    page.watch()

    def over() -> bool:
        return page.is_ready and bool(page.situations.nodes[page.path.rows[-1]]["done"])

    finished = wait(over, 90)
    if not page.is_ready:
        return {"finished": False}
    nodes, path = page.situations.nodes, page.path
    facts = {
        "finished": finished,
        "score": float(nodes["score"][path.rows[-1]]),
        "steps": len(path.rows) - 1,
        "chemistries_left": int(nodes["remaining"][path.rows[-1]]),
    }
    page.go_to(path.positions[len(path.positions) // 3])
    wait(lambda: page.situations.ideal(page.row) is not None, 2)
    facts["position"] = page.position
    facts["choices"] = len(choices.kinds(page.situations, page.row))
    page.exporter.save(folder / "alchemy.svg")
    page.exporter.save(folder / "alchemy.csv")
    return facts
