"""What the runs page remembers between two starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QSplitter

from gui.pages.runs.listing import CHOICES, COLOURS, Metric

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage


def save(page: RunsPage, splitter: QSplitter) -> dict[str, Any]:
    """As JSON values."""
    listing = page.listing
    return {
        "splitter": splitter.sizes(),
        "figures": [each.sizes() for each in page.view.splitters],
        "table": page.table.save_state(),
        "keys": list(listing.keys),
        "columns": list(page.model.keys),
        "metric": [listing.metric.name, listing.metric.choice, listing.metric.step] if listing.is_chosen else [],
        "colours": listing.colours.known,
        "curve": page.comparing.curve,
        "tab": page.view.currentIndex(),
    }


def restore(page: RunsPage, splitter: QSplitter, state: dict[str, Any]) -> None:
    """Take back what :func:`save` gave; what does not fit is left alone."""
    for each, sizes in ((splitter, state.get("splitter")), *zip(page.view.splitters, _list(state.get("figures")))):  # noqa: B905
        if _whole(sizes) and len(sizes) == each.count() and all(size > 0 for size in sizes):
            each.setSizes(sizes)
    if isinstance(state.get("table"), dict):
        page.table.restore_state(state["table"])
    keys = [key for key in _list(state.get("keys")) if isinstance(key, str)]
    page.listing.keys = tuple(keys)
    page.filters.choose_keys(tuple(keys))
    page.model.set_keys([key for key in _list(state.get("columns")) if isinstance(key, str)])
    metric = _list(state.get("metric"))
    if len(metric) == 3 and isinstance(metric[0], str) and metric[1] in CHOICES[:4] and isinstance(metric[2], int):
        page.listing.metric, page.listing.is_chosen = Metric(*metric), True
    colours = state.get("colours")
    if isinstance(colours, dict):
        known = {
            label: colour for label, colour in colours.items() if isinstance(colour, int) and 0 <= colour < COLOURS
        }
        page.listing.colours.known = known
    if isinstance(state.get("curve"), str):
        page.comparing.curve = state["curve"]
    if state.get("tab") in (0, 1, 2):
        page.view.setCurrentIndex(state["tab"])


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, int) for item in value)
