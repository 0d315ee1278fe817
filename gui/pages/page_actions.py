"""Actions that pages have in common: moving in time, and taking home what is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gui.actions import Action
from gui.translation import tr
from gui.widgets.transport import Transport

Row = tuple[str, str, Callable[[], object], str, str]


def moving(room: str, transport: Transport, ready: Callable[[], bool]) -> list[Action]:
    """Play, back, forward and to both ends of a timeline that counts steps, as ``room.verb``."""
    rows = (
        ("play-pause", tr("Play or pause"), transport.toggle, "K", "play"),
        ("first", tr("To the first step"), transport.to_first, "", "first"),
        ("back", tr("A step back"), transport.back, ",", "previous"),
        ("forward", tr("A step forward"), transport.forward, ".", "next"),
        ("last", tr("To the last step"), transport.to_last, "", "last"),
    )
    return viewing(room, rows, ready)


def viewing(room: str, rows: Iterable[Row], ready: Callable[[], bool]) -> list[Action]:
    """Rows of verb, text, handler, shortcut and icon in the menu View, beside those of :func:`moving`."""
    return [Action(f"{room}.{verb}", text, act, "View", 5, keys, icon, ready) for verb, text, act, keys, icon in rows]


def taking(room: str, rows: Iterable[Row], ready: Callable[[], bool]) -> list[Action]:
    """Rows as above that copy, into the menu Edit, or save to a file, into File."""
    return [
        Action(f"{room}.{verb}", text, act, "Edit" if verb.startswith("copy-") else "File", 3, keys, icon, ready)
        for verb, text, act, keys, icon in rows
    ]
