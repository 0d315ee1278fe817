"""What the page remembers between two starts: its arrangement, the record on screen and the place in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.errors import BadInput

if TYPE_CHECKING:
    from gui.pages.alchemy.page import AlchemyPage


def save(page: AlchemyPage) -> dict[str, Any]:
    """Everything to remember, as JSON values."""
    kept = {
        "splitters": page.panels.save_state(),
        "level": page.toolbar.level.currentData(),
        "agent": page.toolbar.agent_name,
        "belief": page.belief,
    }
    if page.situations is None:
        return kept | {key: page.last[key] for key in ("record", "shown", "position") if key in page.last}
    return kept | {"record": page.situations.record.id, "shown": list(page.shown), "position": page.position}


def restore(page: AlchemyPage, state: dict[str, Any]) -> None:
    """Take back the arrangement; the record follows when the page is shown. Anything unexpected is left alone."""
    page.toolbar.choose(str(state.get("level", "")), str(state.get("agent", "")))
    page.belief = bool(state.get("belief", page.belief))
    page.last = state
    if isinstance(state.get("splitters"), dict):
        page.panels.restore_state(state["splitters"])


def reopen(page: AlchemyPage, last: dict[str, Any]) -> None:
    """Show the record that was on screen, where it was; nothing is said of one that has been deleted meanwhile."""
    if not last.get("record"):
        return
    try:
        identifier = page.workspace.record(str(last["record"])).metadata.id
    except BadInput:
        return
    page.open_record(identifier)
    shown = last.get("shown")
    lines = [name for name in shown if name in page.situations.lines] if isinstance(shown, list) else []
    if lines and isinstance(last.get("position"), int):
        page.episode = page.situations.lines[lines[0]].episode
        page.show_lines(lines)
        page.go_to(last["position"])
