"""The page's main job from start to end: run a network, lead a read back to its write, clear that word, compare."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.pages.memory import provenance

if TYPE_CHECKING:
    from gui.pages.memory.page import MemoryPage


def tour(page: MemoryPage, folder: Path) -> dict[str, Any]:
    """Facts of one sequence and one branch; leaves an SVG and the accesses as CSV in ``folder``."""
    wait = page.workspace.wait
    if not page.toolbar.setup.source:
        return {"finished": False, "reason": "no trained network comes with the program"}
    page.run()
    if not wait(lambda: page.is_ready and page.trace.reached >= page.trace.info.steps > 0, 90):
        return {"finished": False, "reason": "no trace arrived"}
    trace = page.trace
    facts: dict[str, Any] = {
        "finished": True,
        "model": trace.info.model,
        "slots": trace.info.slots,
        "steps": trace.length,
        "bits_wrong": trace.info.bits_wrong,
        "slots_touched": len(trace.slots),
    }
    answers = [int(step) for step in trace.steps["step"][trace.steps["mask"]]]
    found = [(provenance.reads_at(trace, step), step) for step in answers]
    reads, step = max(found, key=lambda item: item[0][0][1] if item[0] else 0.0, default=((), 0))
    if reads:
        slot, weight = reads[0]
        page.go_to(step)
        page.pin(slot)
        sources = provenance.sources(trace, slot, step)
        facts |= {"read_at": step, "slot": slot, "weight": weight, "written_at": sources[0].step if sources else None}
        page.exporter.save(folder / "memory.svg")
        page.exporter.save(folder / "memory.csv")
        page.roll_back()
        page.changes.erase(slot)
        branched = wait(lambda: len(page.shown) == 2 and page.source.trace(page.shown[1]).reached >= trace.length, 30)
        wait(lambda: trace.info.number in page.source.rollbacks, 5)
        back = page.source.rollbacks.get(trace.info.number)
        facts |= {"branched": branched, "rollback_identical": back.identical if back else None}
        if branched:
            facts["bits_wrong_without_the_word"] = page.source.traces[page.shown[1]].bits_wrong
    return facts
