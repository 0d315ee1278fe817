"""The pictures of the page in their splitters, all made from one :class:`View`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter

from gui.pages.alchemy import choices, overview, remembered, states
from gui.pages.alchemy.line_view import LineView
from gui.pages.alchemy.model import Path, Situations
from gui.translation import tr
from gui.widgets.belief import Belief
from gui.widgets.cells import Cells
from gui.widgets.decision import Decision
from gui.widgets.information import Information
from gui.widgets.recollection import Recollection
from gui.widgets.scores import Scores
from gui.widgets.time_axis import TimeAxis
from gui.widgets.transport import Transport


@dataclass(frozen=True)
class View:
    """What the page shows: one or two lines of a record, at one position.

    Attributes: ``enabled`` whether the first bench takes actions, ``truth`` the hidden chemistry instead of the
    belief,
    ``belief`` whether belief may be seen, ``advice`` whether the ideal observer's choice may be seen, ``waiting``
    whether
    it is still to come.
    """

    situations: Situations
    shown: tuple[str, ...]
    position: int
    enabled: bool = False
    truth: bool = False
    belief: bool = True
    advice: bool = True
    waiting: bool = False


class Panels(QSplitter):
    """Bench, cube, decision, information, belief and points; ``transport`` belongs below and is kept in step."""

    position_chosen = Signal(int)
    action_chosen = Signal(int)
    truth_toggled = Signal(bool)

    def __init__(self, transport: Transport) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.transport = transport
        self.views = (LineView(), LineView())
        self.decision, self.information, self.belief, self.scores = Decision(), Information(), Belief(), Scores()
        self.memories, self.cells = (Recollection(), Recollection()), (Cells(), Cells())
        self._top, self._bottom = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Horizontal)
        self._side = QSplitter(Qt.Orientation.Vertical)
        for splitter in (self, self._top, self._bottom, self._side):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
        self._side.addWidget(self.decision)
        self._side.addWidget(self.information)
        self._side.setSizes([360, 110])
        for widget in (*self.views, self._side):
            self._top.addWidget(widget)
        for widget in (*self.memories, *self.cells, self.belief):
            self._bottom.addWidget(widget)
            widget.setVisible(widget is self.belief)
        self._bottom.addWidget(self.scores)
        self.addWidget(self._top)
        self.addWidget(self._bottom)
        self.views[1].hide()
        self._top.setSizes([900, 900, 300])
        for index, stretch in enumerate((1, 1, 0)):
            self._top.setStretchFactor(index, stretch)
        self._bottom.setSizes([620] * self._bottom.count())
        self.setSizes([440, 240])
        self._regrets: choices.Regrets | None = None
        self._whole: tuple | None = None
        self.views[0].bench.action_chosen.connect(self.action_chosen)
        self.information.position_chosen.connect(self.position_chosen)
        for view in self.views:
            view.cube.truth_toggled.connect(self.truth_toggled)

    @property
    def bench(self):
        """The bench that takes actions."""
        return self.views[0].bench

    @property
    def selected(self) -> tuple[int, str] | None:
        """Number and words of what is selected in the first line's memory, None where nothing is."""
        facts, cells = self.memories[0], self.cells[0]
        if facts.state is not None:
            return (facts.selected, facts.fact.words) if facts.fact is not None else None
        if cells.state is not None and cells.state.words and cells.selected >= 0:
            return cells.selected, tr("word {selected}", selected=cells.selected + 1)
        return None

    def show_view(self, view: View, changed: bool) -> None:
        """Bring every picture up to date; ``changed`` says that the record has grown since the last call."""
        situations, shown = view.situations, view.shown
        self._arrange(len(shown) == 2)
        if self._regrets is None or self._regrets.situations is not situations:
            self._regrets, changed = choices.Regrets(situations), True
        paths = [situations.line_path(line) for line in shown]
        if changed or self._whole != shown:
            self._whole = shown
            self.transport.set_state(overview.timeline_state(situations, shown), view.position)
        else:
            self.transport.set_state(self.transport.timeline.state, view.position)
        for k, (line, path) in enumerate(zip(shown, paths, strict=True)):
            self._show_line(self.views[k], view, line, path, k)
        first, index = paths[0], paths[0].index(view.position)
        if view.advice:
            so_far = self._regrets.so_far(first, index)
            agent = situations.lines[shown[0]].agent
            self.decision.set_state(
                choices.decision_state(situations, first, index, agent, so_far, waiting=view.waiting)
            )
        else:
            self.decision.set_state(None)
        axis = self.transport.timeline.state.axis
        at = first.positions[index]
        facts = remembered.remembered(situations, first, situations.lines[shown[0]].agent)
        decoded = remembered.decoded(remembered.at_cursor(facts, at))
        belief = states.belief_state(situations, first, index, truth=view.truth, remembered=decoded)
        self.belief.set_state(belief if view.belief else None)
        self._show_memories(view, paths, at, axis)
        self.information.set_state(overview.information_state(situations, first, index, axis) if view.belief else None)
        self.scores.set_state(overview.scores_state(situations, shown, at))

    def _show_memories(self, view: View, paths: list[Path], position: int, axis: TimeAxis) -> None:
        """What each line's agent remembers, side by side; without any, two lines need no row below."""
        some = False
        for k, (facts, cells) in enumerate(zip(self.memories, self.cells, strict=True)):
            remembers = active = None
            if k < len(paths):
                line = view.situations.lines[view.shown[k]]
                rows = remembered.remembered(view.situations, paths[k], line.agent)
                remembers = remembered.recollection_state(view.situations, paths[k], rows, position, axis)
                active = remembered.cells_state(view.situations, paths[k], line.agent, position, axis)
                heading = tr("Memory, {title}", title=line.title) if len(paths) == 2 else tr("Memory")
                for picture in (facts, cells):
                    picture.set_heading(heading)
                    picture.set_rows(6 if len(paths) == 2 else type(picture).rows)  # two benches leave less height
            for picture, state in ((facts, remembers), (cells, active)):
                picture.set_state(state)
                picture.setVisible(state is not None)
            some = some or remembers is not None or active is not None
        self.belief.setVisible(len(paths) == 1)
        self._bottom.setVisible(len(paths) == 1 or some)

    def _show_line(self, target: LineView, view: View, line: str, path, k: int) -> None:
        situations, index = view.situations, path.index(view.position)
        target.set_title(situations.lines[line].title if len(view.shown) == 2 else "")
        row = path.rows[index]
        ideal = situations.ideal(row) if view.advice and view.enabled and k == 0 else None
        advice = int(ideal["action"]) if ideal is not None else None
        enabled = view.enabled and k == 0
        target.bench.set_state(states.bench_state(situations, path, index, enabled=enabled, advice=advice))
        visible = view.belief or view.truth
        target.cube.set_state(states.cube_state(situations, row, truth=view.truth) if visible else None)

    def set_messages(self, belief: str, advice: str) -> None:
        """Words in the pictures that are hidden."""
        for picture in (self.belief, self.information, *(view.cube for view in self.views)):
            picture.set_message(belief)
        self.decision.set_message(advice)

    def _arrange(self, compared: bool) -> None:
        """One line: the row below is shown. Two lines: two columns, with the points beside them."""
        if compared == self.views[1].isVisibleTo(self):
            return
        for view in self.views:  # first: the least widths decide how much room the columns get
            view.stack(compared)
        self.views[1].setVisible(compared)
        if compared:
            self._side.addWidget(self.scores)
            self._side.setSizes([250, 130, 260])
            self._top.setSizes([int(share * self.width()) for share in (0.36, 0.36, 0.28)])
        else:
            self._bottom.addWidget(self.scores)
            self._top.setSizes([900, 0, 300])

    def save_state(self) -> dict[str, Any]:
        """Sizes of the splitters of the arrangement for one line."""
        if self.views[1].isVisibleTo(self):
            return {}
        splitters = {"all": self, "top": self._top, "bottom": self._bottom, "side": self._side, "line": self.views[0]}
        return {name: splitter.sizes() for name, splitter in splitters.items()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back saved sizes; anything unexpected is left alone."""
        splitters = {"all": self, "top": self._top, "bottom": self._bottom, "side": self._side, "line": self.views[0]}
        for name, splitter in splitters.items():
            sizes = state.get(name)
            good = isinstance(sizes, list) and len(sizes) == splitter.count() and all(type(s) is int for s in sizes)
            if good and 0 < sum(sizes) < 100_000:
                splitter.setSizes(sizes)
