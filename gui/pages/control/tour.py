"""The page's main job from start to end: watch the water maze, wipe the memory in the middle, compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gui.pages.control.page import ControlPage


def tour(page: ControlPage, folder: Path) -> dict[str, Any]:
    """Facts of one episode and one branch; leaves an SVG and a table of the episode in ``folder``."""
    wait = page.workspace.wait
    if page.toolbar.setup is None:
        return {"finished": False, "reason": "no trained policy comes with the program"}
    page.run()
    if not wait(lambda: page.is_ready and page.session is not None and page.session.record is not None, 60):
        return {"finished": False, "reason": "no episode arrived"}
    facts: dict[str, Any] = {
        "finished": True,
        "task": page.view.task.name,
        "agents": [agent.title for agent in page.source.agents.values()],
        "returns": list(page.view.info.returns),
    }
    page.go_to(page.view.steps // 2)
    page.changes.wipe()
    facts["branched"] = wait(lambda: len(page.source.scenes) > 1 and page.view.info.parent == 0, 20)
    facts["returns_wiped_in_the_middle"] = list(page.view.info.returns)
    page.exporter.save(folder / "control.svg")
    page.exporter.save(folder / "control.csv")
    page.show_scene(0)
    page.go_to(page.view.steps - 1)
    wait(lambda: False, 0.3)
    return facts
