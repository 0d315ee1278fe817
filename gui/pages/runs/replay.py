"""Two runs side by side on one timeline: at each step what each of them has there, and where they part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSplitter, QStackedLayout, QVBoxLayout, QWidget

from gui.pages.runs.grid import GridView
from gui.pages.runs.tracks import Track, parting
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.bench import Bench
from gui.widgets.empty_state import EmptyState
from gui.widgets.labels import ElidedLabel, label
from gui.widgets.step_timeline import StepLane, StepsState, StepTimeline
from gui.widgets.transport import Transport

if TYPE_CHECKING:
    from gui.workspace import Workspace


class ReplayView(QWidget):
    """``tracks`` are the two records, ``position`` the step that both sides show."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self.tracks: tuple[Track, Track] | None = None
        self.position = 0
        self._parting = -1
        self._moved = 0.0
        self.titles = (ElidedLabel(), ElidedLabel())
        self.benches = (Bench(), Bench())
        self.fields = GridView(tr("Both runs at this step"))
        self.transport = Transport(timeline=StepTimeline())
        self.transport.position_chosen.connect(self.go_to)
        self.episode = QComboBox()
        self.episode.setAccessibleName(tr("Episode"))
        self.episode.activated.connect(self._on_episode)
        self.part = QPushButton(tr("To where they part"))
        self.part.setToolTip(tr("The first step at which the two differ"))
        self.part.clicked.connect(self._on_part)
        self.words = label("", "muted")
        self._pictures = QSplitter(Qt.Orientation.Horizontal)
        for bench in self.benches:
            self._pictures.addWidget(bench)
        heads, bar = QHBoxLayout(), QHBoxLayout()
        for title in self.titles:
            heads.addWidget(title, 1)
        for widget in (self.episode, self.words):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self.part)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 0)
        column.setSpacing(UNIT)
        column.addLayout(bar)
        column.addLayout(heads)
        column.addWidget(self._pictures, 3)
        column.addWidget(self.fields, 4)
        column.addWidget(self.transport)
        nothing = EmptyState(
            "play",
            tr("Two runs, one timeline"),
            tr(
                "Tick or select two runs, then choose Replay side by side (Ctrl+R). "
                "Every step shows both, and the first step at which they differ is marked."
            ),
        )
        self._stack = QStackedLayout(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(whole)

    def show_pair(self, first: str, second: str) -> None:
        """Open two runs by their ids, in the background."""
        folder = self._workspace.runs_folder

        def read() -> tuple[Track, Track, int]:
            one, two = Track.open(folder / first), Track.open(folder / second)
            return one, two, parting(one, two)

        self._workspace.loader.load("runs.replay", read, self._on_tracks, self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self._workspace.show_error(
            tr("The runs cannot be replayed: {error}", error=error), tr("The records are as they were")
        )

    def _on_tracks(self, answer: tuple[Track, Track, int]) -> None:
        one, two, self._parting = answer
        self.tracks = (one, two)
        self.position = 0
        shared = [episode for episode in one.episodes if episode in two.episodes]
        self.episode.clear()
        for episode in shared:
            self.episode.addItem(tr("Episode {episode}", episode=episode + 1), episode)
        self.episode.setVisible(len(shared) > 1)
        for title, track in zip(self.titles, self.tracks, strict=True):
            title.setText(track.record.metadata.title or track.record.id)
        self._show_axis()
        self._stack.setCurrentIndex(1)

    def _show_axis(self) -> None:
        end = max(track.end for track in self.tracks)
        titles = [track.record.metadata.title or track.record.id for track in self.tracks]
        lanes = tuple(
            StepLane(title, track.reached, frozenset(), frozenset())
            for title, track in zip(titles, self.tracks, strict=True)
        )
        self._axis = StepsState(end + 1, (), lanes, self._parting)
        self.part.setEnabled(self._parting >= 0)
        words = (
            tr("The two do not differ")
            if self._parting < 0
            else tr("They differ from step {parting:,} on", parting=self._parting)
        )
        lengths = [track.reached for track in self.tracks]
        if lengths[0] != lengths[1]:
            words += tr("; {first:,} and {second:,} steps", first=lengths[0], second=lengths[1])
        self.words.setText(words)
        self.go_to(min(self.position, end))

    @Slot(int)
    def go_to(self, position: int) -> None:
        """Show both runs at a step."""
        if self.tracks is None:
            return
        self.position = max(0, min(position, self._axis.end))
        self.transport.set_state(self._axis, self.position)
        states = [track.bench(self.position) for track in self.tracks]
        self._pictures.setVisible(any(state is not None for state in states))
        for bench, state in zip(self.benches, states, strict=True):
            bench.set_state(state)
        one, two = (track.fields(self.position) for track in self.tracks)
        rows = []
        for name in dict.fromkeys([*one, *two]):
            a, b = one.get(name, "–"), two.get(name, "–")
            rows.append((name, a, b, "" if a == b else "differs"))
        self.fields.show_rows((tr("At this step"), tr("First"), tr("Second"), ""), rows)

    @Slot()
    def _on_episode(self) -> None:
        for track in self.tracks:
            track.choose(self.episode.currentData())
        self._parting = parting(*self.tracks)
        self.position = 0
        self._show_axis()

    @Slot()
    def _on_part(self) -> None:
        self.go_to(self._parting)

    def on_frame(self, now: float) -> None:
        """Play on, where it plays."""
        if not self.transport.playing or self.tracks is None or not self.isVisible():
            return
        steps = self.transport.steps_per_second
        if now - self._moved >= 1 / steps:
            self._moved = now
            if self.position >= self._axis.end:
                self.transport.set_playing(False)
            else:
                self.go_to(self.position + 1)

    def facts(self) -> dict[str, Any]:
        """What is on screen, for the tour."""
        if self.tracks is None:
            return {}
        return {"runs": [track.record.id for track in self.tracks], "parting": self._parting}
