"""Lines over steps, in the colours of the theme. Imports pyqtgraph: import this module only when a plot is shown."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from gui.theme import UNIT, current, signals
from gui.translation import tr

pg.setConfigOptions(imageAxisOrder="row-major", antialias=False, useOpenGL=False)


class Curves(pg.PlotWidget):
    """Named curves with a legend; lines are one pixel wide and thinned to the pixels there are, so a million points
    are fine.
    """

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setMinimumHeight(160)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMenuEnabled(False)
        self.hideButtons()
        self.getPlotItem().layout.setContentsMargins(0, UNIT, UNIT, 0)
        self._legend = self.addLegend(offset=(-8, 8))
        self._items: dict[str, pg.PlotDataItem] = {}
        signals().changed.connect(self.colour)
        self.setLabel("bottom", tr("step"))
        self.colour()

    def show_curves(self, curves: dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]) -> None:
        """Show ``{name: (steps [n], values [n])}`` and no others."""
        for name in [name for name in self._items if name not in curves]:
            self.removeItem(self._items.pop(name))
        for name, (steps, values) in curves.items():
            if name not in self._items:
                self._items[name] = self.plot(name=name)
                self._items[name].setDownsampling(auto=True, method="peak")
            self._items[name].setData(steps, values)
        self.colour()

    @Slot()
    def colour(self) -> None:
        """Take the colours of the theme in force."""
        theme = current()
        self.setBackground(theme.panel)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(theme.border)
            axis.setTextPen(theme.muted)
        for _, text in self._legend.items:
            text.setText(text.text, color=theme.text)
        for place, item in enumerate(self._items.values()):
            item.setPen(pg.mkPen(theme.data[place % len(theme.data)], width=1))
