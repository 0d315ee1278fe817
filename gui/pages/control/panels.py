"""The pictures of the page in their splitters, all made from one scene at one step."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSplitter, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from gui.pages.control.model import ControlRecord
from gui.pages.control.states import SceneView, dwell_state, figures, learning_state
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.dwell import Dwell
from gui.widgets.key_values import KeyValues
from gui.widgets.latencies import Latencies
from gui.widgets.learning import Learning
from gui.widgets.orbit import Orbit
from gui.widgets.returns import Returns
from gui.widgets.step_range import StepRange
from gui.widgets.traces import Traces
from gui.widgets.transport import Transport
from gui.widgets.units import Units, UnitsState
from gui.widgets.world import World

WORLDS = 4  # agents side by side at most


class Evaluation(QWidget):
    """Figures of the evaluation in words."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.values = KeyValues(tr("Evaluation"))
        column = QVBoxLayout(self)
        column.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        column.addWidget(self.values)
        column.addStretch(1)


class Panels(QSplitter):
    """Worlds and strips at the left, what comes of it at the right; ``transport`` belongs below and is kept in step."""

    step_wanted = Signal(int)
    placed = Signal(float, float)
    dragged = Signal(float, float)

    def __init__(self, transport: Transport) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.transport = transport
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.worlds = [World() for _ in range(WORLDS)]
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(1)
        for world in self.worlds:
            line.addWidget(world, 1)
            world.placed.connect(self.placed)
            world.dragged.connect(self.dragged)
        self.readings, self.acts = Traces(tr("Hidden, and read from memory")), Traces(tr("Actions"))
        self.seen, self.units = Traces(tr("What the agent sees")), Units()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for title, strip in (
            (tr("Actions"), self.acts),
            (tr("What it sees"), self.seen),
            (tr("Memory units"), self.units),
        ):
            self.tabs.addTab(strip, title)
        self.left = self._column(row, self.readings, self.tabs)
        self.left.setSizes([330, 150, 170])
        self.latencies, self.returns, self.orbit = Latencies(), Returns(), Orbit()
        self.bars = QStackedWidget()
        self.bars.addWidget(self.latencies)
        self.bars.addWidget(self.returns)
        self.evaluation, self.dwell, self.learning = Evaluation(), Dwell(), Learning()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.evaluation)
        self.side = QTabWidget()
        self.side.setDocumentMode(True)
        self.side.addTab(self.orbit, tr("Memory"))
        self.side.addTab(scroll, tr("Evaluation"))
        self.side.addTab(self.dwell, tr("Probe"))
        self.side.addTab(self.learning, tr("Training"))
        self.right = self._column(self.bars, self.side)
        self.right.setSizes([280, 330])
        for widget, share in ((self.left, 1), (self.right, 0)):
            self.addWidget(widget)
            self.setStretchFactor(self.indexOf(widget), share)
        self.setSizes([820, 380])
        for strip in self.strips:
            strip.step_wanted.connect(self.step_wanted)
        self.learning.set_message(tr("Train a policy to see it learn, and watch one of its episodes as it does"))
        self.orbit.set_message(tr("This agent has no memory"))
        self.dwell.set_message(
            tr("Evaluate a policy of a water maze to see where it looks for a platform that is gone")
        )
        self.units.set_message(tr("This agent has no memory"))
        self.seen.set_message(tr("It sees images: they are in the corner of its world"))
        self._scene: tuple = ()

    @property
    def strips(self) -> tuple[Traces | Units, ...]:
        """Everything that lies over the steps."""
        return (self.readings, self.acts, self.seen, self.units)

    def _column(self, *widgets: QWidget) -> QSplitter:
        column = QSplitter(Qt.Orientation.Vertical)
        column.setChildrenCollapsible(False)
        column.setHandleWidth(1)
        for widget in widgets:
            column.addWidget(widget)
        return column

    def show_scene(self, view: SceneView, step: int) -> None:
        """Bring every picture of the episode up to date."""
        if self._scene != view.version:
            self._scene = view.version
            for strip in self.strips:
                strip.set_span(StepRange.whole(view.steps))
            self.readings.set_state(view.readings())
            self.acts.set_state(view.actions())
            self.seen.set_state(view.observations())
            units = view.memory()
            self.units.set_state(None if units is None else UnitsState((*view.version, "units"), units))
            for place, world in enumerate(self.worlds):
                world.setVisible(place < len(view.info.agents))
            self.bars.setCurrentWidget(self.latencies if view.task.maze else self.returns)
        for place, world in enumerate(self.worlds[: len(view.info.agents)]):
            world.set_state(view.world(place, step))
        for strip in self.strips:
            strip.set_position(step)
        self.orbit.set_state(view.orbit(step))
        if view.task.maze:
            self.latencies.set_state(view.latencies(step))
        else:
            self.returns.set_state(view.returns())
        self.transport.set_state(view.timeline(), step)

    def show_run(self, source: ControlRecord, words: str) -> None:
        """Evaluation and training, which change as a run grows."""
        self.evaluation.values.show_pairs(figures(source) or [(tr("Evaluation"), tr("Not evaluated yet"))])
        self.dwell.set_state(dwell_state(source))
        state = learning_state(source.record, words)
        self.learning.set_state(state if state.curves else None)

    def save_state(self) -> dict[str, Any]:
        """Sizes of the splitters."""
        return {"left": self.left.sizes(), "right": self.right.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back saved sizes; anything unexpected is left alone."""
        for name, column in (("left", self.left), ("right", self.right)):
            sizes = state.get(name)
            fits = isinstance(sizes, list) and len(sizes) == column.count()
            if fits and all(type(size) is int and 0 < size < 10_000 for size in sizes):
                column.setSizes(sizes)
