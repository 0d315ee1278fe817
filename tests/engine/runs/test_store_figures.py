from __future__ import annotations

from engine.runs.benchmark import store_figures


def test_figures_have_the_names_others_rely_on() -> None:
    figures = store_figures(runs=50)
    assert {"events_per_second", "open_seconds", "runs_open_seconds", "sort_ms"} <= set(figures)
    assert all(value > 0 for value in figures.values())
    assert figures["open_seconds"] < 0.1
    assert figures["events_per_second"] > 5000
