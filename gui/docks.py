"""The docks that belong to the window itself: log, performance, history of what was arranged."""

from __future__ import annotations

import platform
import sys
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot, qVersion
from PySide6.QtGui import QGuiApplication, QUndoStack
from PySide6.QtWidgets import (
    QDockWidget,
    QGridLayout,
    QHBoxLayout,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from gui.theme import UNIT
from gui.theme.style import fixed_font
from gui.translation import tr
from gui.widgets.labels import label
from gui.words import amount, size

if TYPE_CHECKING:
    from gui.bridge import Bridge, FrameClock
    from gui.crash import RecentLines
    from gui.performance import LatencyProbe

REFRESH_S = 0.5


def dock(window: QMainWindow, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
    """A hidden dock of ``window`` called ``name``; its object name makes saved layouts find it."""
    made = QDockWidget(title, window)
    made.setObjectName(name)
    made.setAccessibleName(title)
    made.setWidget(widget)
    window.addDockWidget(area, made)
    made.hide()
    return made


class LogView(QPlainTextEdit):
    """The newest lines of the program's log; follows while it is scrolled to the end."""

    def __init__(self, recent: RecentLines) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFont(fixed_font())
        self.setMaximumBlockCount(2000)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(tr("Log"))
        self._recent = recent
        self._number = 0

    def refresh(self) -> None:
        """Append what is new; called by the frame clock while the dock is visible."""
        new = self._recent.number - self._number
        if new:
            lines = list(self._recent.lines)[-new:]
            self._number = self._recent.number
            self.appendPlainText("\n".join(lines))


class PerformanceView(QWidget):
    """Lateness of the event loop over the last minute, frames, engine speed and memory; all of it can be copied."""

    ROWS = (
        ("late_median", tr("Event loop late, median")),
        ("late_p99", tr("Event loop late, 99th percentile")),
        ("late_max", tr("Event loop late, longest")),
        ("frames", tr("Frames")),
        ("longest", tr("Longest frame")),
        ("steps", tr("Engine steps")),
        ("window_memory", tr("Memory of the window")),
        ("engine_memory", tr("Memory of the engine")),
    )

    def __init__(self, probe: LatencyProbe, clock: FrameClock, engine: Bridge, recent: RecentLines) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._probe, self._clock, self._engine, self._recent = probe, clock, engine, recent
        self._next = 0.0
        self._process = None
        self._values = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * UNIT)
        grid.setVerticalSpacing(UNIT // 2)
        for row, (key, title) in enumerate(self.ROWS):
            self._values[key] = label("–")
            self._values[key].setAccessibleName(title)
            self._values[key].setMinimumWidth(14 * UNIT)
            self._values[key].setAlignment(Qt.AlignmentFlag.AlignRight)
            grid.addWidget(label(title, "muted"), row, 0)
            grid.addWidget(self._values[key], row, 1)
        grid.setColumnStretch(2, 1)
        self.copy_button = QPushButton(tr("Copy diagnostics"))
        self.copy_button.clicked.connect(self.copy)
        row = QHBoxLayout()
        row.addWidget(self.copy_button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        layout.addLayout(grid)
        layout.addStretch(1)
        layout.addLayout(row)

    def refresh(self) -> None:
        """Show new figures twice a second; called by the frame clock while the dock is visible."""
        if time.perf_counter() < self._next:
            return
        self._next = time.perf_counter() + REFRESH_S
        for key, text in self.figures().items():
            if self._values[key].text() != text:
                self._values[key].setText(text)

    def figures(self) -> dict[str, str]:
        """Every figure in words, by the keys of ROWS."""
        if self._process is None:
            import psutil

            self._process = psutil.Process()
        late, meter, snapshot = self._probe.histogram, self._clock.meter, self._engine.snapshot
        return {
            "late_median": tr("{value:.1f} ms", value=late.quantile(0.5)),
            "late_p99": tr("{value:.1f} ms", value=late.quantile(0.99)),
            "late_max": tr("{maximum:.1f} ms", maximum=late.maximum),
            "frames": tr("{per_second:.0f} a second", per_second=meter.per_second),
            "longest": tr("{longest_ms:.1f} ms", longest_ms=meter.longest_ms),
            "steps": tr("{steps_per_second} a second", steps_per_second=amount(snapshot.steps_per_second)),
            "window_memory": size(self._process.memory_info().rss),
            "engine_memory": size(snapshot.rss) if snapshot.rss else "–",
        }

    @Slot()
    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.diagnostics())

    def diagnostics(self) -> str:
        """Versions, platform, figures and the last warnings, for a report."""
        from importlib.metadata import version

        screens = ", ".join(
            f"{screen.size().width()}x{screen.size().height()} at {screen.devicePixelRatio():g}"
            for screen in QGuiApplication.screens()
        )
        titles = dict(self.ROWS)
        lines = [
            f"Athanor {version('athanor')}, Python {platform.python_version()}, Qt {qVersion()}",
            f"numpy {version('numpy')}, pyqtgraph {version('pyqtgraph')}",
            f"{platform.platform()}, {platform.machine()}, {QGuiApplication.platformName()}, screens {screens}",
            f"program {sys.executable}",
            f"engine {self._engine.snapshot.state}",
            *(f"{titles[key]} {text}" for key, text in self.figures().items()),
            "",
            *[line for line in self._recent.lines if " INFO " not in line and " DEBUG " not in line][-40:],
        ]
        return "\n".join(lines)


def undo_view(stack: QUndoStack) -> QUndoView:
    """The history of what was arranged; a click goes back to that state."""
    view = QUndoView(stack)
    view.setEmptyLabel(tr("As it was opened"))
    view.setAccessibleName(tr("History of changes"))
    return view
