"""Frames a second of three live heat maps of 128 x 1000 while the engine works."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from gui.benchmarks.loads import PAGES, work
from gui.benchmarks.session import window

SLOTS, STEPS, MAPS = 128, 1000, 3


def measure(seconds: float, load: str = "alchemy") -> dict[str, Any]:
    """Each frame every map gets a new column and is painted; a frame counts when all three were painted.

    Levels are fixed at 0 and 1, so a frame can be compared with the one before.
    """
    import pyqtgraph as pg
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    with window(PAGES[load]) as whole, work(whole, load):
        holder = QWidget()
        holder.resize(1280, 800)
        column = QVBoxLayout(holder)
        colours = pg.colormap.get("viridis").getLookupTable(0.0, 1.0, 256)
        random = np.random.default_rng(0)
        images, frames, painted = [], [np.zeros((SLOTS, STEPS), np.float32) for _ in range(MAPS)], [0] * MAPS
        for place in range(MAPS):
            view = _view(pg, painted, place)
            item = pg.ImageItem(axisOrder="row-major", levels=(0.0, 1.0), lut=colours)
            view.addItem(item)
            view.setXRange(0, STEPS, padding=0)
            view.setYRange(0, SLOTS, padding=0)
            column.addWidget(view)
            images.append(item)
        holder.show()
        step = 0

        def frame() -> None:
            nonlocal step
            for item, values in zip(images, frames, strict=True):
                values[:, step % STEPS] = random.random(SLOTS, np.float32)
                item.setImage(values, autoLevels=False)
            step += 1

        whole.clock.show(frame)
        whole.workspace.wait(lambda: False, 1.0)
        before, began = list(painted), time.perf_counter()
        whole.workspace.wait(lambda: False, seconds)
        taken = time.perf_counter() - began
        counts = [after - first for after, first in zip(painted, before, strict=True)]
        whole.clock.show(None)
        holder.hide()
        holder.deleteLater()
    return {
        "load": load,
        "frames_per_second": round(min(counts) / taken, 1),
        "maps": MAPS,
        "slots": SLOTS,
        "steps": STEPS,
    }


def _view(pg: Any, painted: list[int], place: int) -> Any:
    """A view that counts how often it is painted."""

    class CountingView(pg.PlotWidget):
        def paintEvent(self, event: Any) -> None:
            super().paintEvent(event)
            painted[place] += 1

    return CountingView()
