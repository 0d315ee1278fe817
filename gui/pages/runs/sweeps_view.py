"""Sweeps: how far they are, what came out of which settings, as a table, parallel coordinates and a heat map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from gui.pages.runs.grid import GridView
from gui.pages.runs.sweeps import Sweep, map_state, parallel_state, read_sweep, sweep_names
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.empty_state import EmptyState
from gui.widgets.grid_map import GridMap
from gui.widgets.labels import ElidedLabel, label
from gui.widgets.parallel import Parallel
from gui.words import status_words, value_words

if TYPE_CHECKING:
    from engine.runs.columns import RunColumns
    from gui.workspace import Workspace

REFRESH_S = 1.0


class SweepsView(QWidget):
    """``sweep`` is the one that is shown; it is read again every second while it can be seen."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.sweep: Sweep | None = None
        self._next = 0.0
        self.name, self.value, self.first, self.second = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        for box, words in ((self.name, tr("Sweep")), (self.value, tr("Result")), (self.first, tr("Rows of the map")),
                           (self.second, tr("Columns of the map"))):  # fmt: skip
            box.setAccessibleName(words)
            box.setToolTip(words)
            box.setMinimumContentsLength(6)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.activated.connect(self._on_name if box is self.name else self._show)
        self.words, self.progress = ElidedLabel("", "muted"), QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(tr("Progress of the sweep"))
        self.points, self.parallel, self.map = GridView(tr("Points of the sweep")), Parallel(), GridMap()
        self.map.set_message(tr("A heat map needs two settings with up to twelve values each"))
        bar = QHBoxLayout()
        bar.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 0)
        bar.setSpacing(UNIT)
        for widget in (self.name, label(tr("Result"), "muted"), self.value, label(tr("Map"), "muted"), self.first,
                       label(tr("by"), "muted"), self.second):  # fmt: skip
            bar.addWidget(widget)
        bar.addStretch(1)
        below = QHBoxLayout()
        below.setContentsMargins(2 * UNIT, 0, 2 * UNIT, 0)
        below.addWidget(self.words, 1)
        lower = QSplitter(Qt.Orientation.Horizontal)
        lower.addWidget(self.points)
        lower.addWidget(self.map)
        lower.setSizes([380, 320])
        both = QSplitter(Qt.Orientation.Vertical)
        both.addWidget(self.parallel)
        both.addWidget(lower)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(UNIT)
        column.addLayout(bar)
        column.addLayout(below)
        column.addWidget(self.progress)
        column.addWidget(both, 1)
        nothing = EmptyState(
            "grid",
            tr("No sweep yet"),
            tr(
                "A sweep runs an experiment for many settings at once. Begin one in a terminal, "
                "and watch it here:\nathanor sweep alchemy --grid agent=uniform,thompson seed=0,1"
            ),
        )
        self._stack = QStackedLayout(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(whole)

    def on_frame(self, now: float, columns: RunColumns | None) -> None:
        """Read the shown sweep again, now and then."""
        if now >= self._next:
            self._next = now + REFRESH_S
            self._read(columns)

    def _read(self, columns: RunColumns | None) -> None:
        chosen = self.name.currentText()

        def read() -> tuple[list[str], Sweep | None]:
            from engine.data.folders import user_folder

            names = sweep_names(Path(user_folder()) / "sweeps")
            name = chosen if chosen in names else next(iter(names), "")
            return names, read_sweep(name, columns) if name else None

        self._workspace.loader.load("runs.sweep", read, self._on_read, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self.words.setText(str(error))

    def _on_read(self, answer: tuple[list[str], Sweep | None]) -> None:
        names, sweep = answer
        self._stack.setCurrentIndex(1 if sweep else 0)
        if sweep is None:
            return
        _fill(self.name, names, sweep.name)
        if sweep == self.sweep:
            return
        is_other = self.sweep is None or self.sweep.name != sweep.name
        self.sweep = sweep
        _fill(self.value, sweep.metrics, "" if is_other else self.value.currentText())
        keys = list(sweep.keys)
        _fill(self.first, keys, keys[0] if is_other and keys else self.first.currentText())
        _fill(self.second, keys, keys[min(1, len(keys) - 1)] if is_other and keys else self.second.currentText())
        self._show()

    @Slot()
    def _on_name(self) -> None:
        self._next = 0.0

    @Slot()
    def _show(self) -> None:
        sweep, metric = self.sweep, self.value.currentText()
        if sweep is None:
            return
        self.words.setText(sweep.words)
        ended = sum(point.status != "running" for point in sweep.points)
        self.progress.setRange(0, max(sweep.total, 1))
        self.progress.setValue(ended)
        rows: list[tuple[str, ...]] = []
        for point in sweep.points:
            value = point.result.get(metric)
            again = tr(" (attempt {attempts})", attempts=point.attempts) if point.attempts > 1 else ""
            rows.append(
                (
                    *(value_words(point.settings.get(key)) for key in sweep.keys),
                    status_words(point.status) + again,
                    "–" if value is None else value_words(value),
                    point.error,
                )
            )
        self.points.show_rows(
            (*sweep.keys, tr("Status"), metric.replace("_", " ") or tr("Result"), tr("Problem")), rows
        )
        self.parallel.set_state(parallel_state(sweep, metric))
        first, second = self.first.currentText(), self.second.currentText()
        self.map.set_state(map_state(sweep, first, second, metric) if first and second and first != second else None)

    def facts(self) -> dict[str, Any]:
        """What is on screen, for the tour."""
        return {"sweep": self.sweep.words} if self.sweep else {}


def _fill(box: QComboBox, names: list[str], chosen: str) -> None:
    if [box.itemText(place) for place in range(box.count())] != names:
        box.clear()
        box.addItems(names)
    if chosen in names:
        box.setCurrentText(chosen)
