"""The timeline with its buttons: first, back, play, forward, last, speed, and where the cursor is in words."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QToolButton, QVBoxLayout

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.labels import label
from gui.widgets.timeline import Timeline, TimelineState

SPEEDS = (1, 2, 4, 8, 16, 60)


class Transport(QFrame):
    """Timeline and buttons; ``position_chosen`` wherever the person wants to go, ``playing_changed`` on play and
    pause.
    """

    position_chosen = Signal(int)
    playing_changed = Signal(bool)

    def __init__(self, parent=None, timeline: Timeline | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.timeline = timeline or Timeline()
        self.timeline.position_chosen.connect(self.position_chosen)
        self.playing = False
        self._place, self.speed = label("", "small"), QComboBox()
        self._place.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._place.setAccessibleName(tr("Place of the cursor"))
        widest = tr("trial 10 of 10\nstep 20 of 20\n200 of 200")
        self._place.setMinimumWidth(self.fontMetrics().boundingRect(0, 0, 999, 999, 0, widest).width() + UNIT)
        for speed in SPEEDS:
            self.speed.addItem(tr("{speed} steps/s", speed=speed) if speed > 1 else tr("1 step/s"), speed)
        self.speed.setCurrentIndex(SPEEDS.index(4))
        self.speed.setAccessibleName(tr("Speed"))
        self.speed.setToolTip(tr("Speed of play"))
        self.buttons = {
            "first": self._button("first", tr("To the start (Home)"), self.to_first),
            "back": self._button("previous", tr("A step back (←)"), self.back),
            "play": self._button("play", tr("Play (Space)"), self.toggle),
            "forward": self._button("next", tr("A step forward (→)"), self.forward),
            "last": self._button("last", tr("To the end (End)"), self.to_last),
        }
        row = QHBoxLayout()
        row.setSpacing(UNIT // 2)
        for button in self.buttons.values():
            row.addWidget(button)
        controls = QVBoxLayout()
        controls.setSpacing(UNIT // 2)
        controls.addStretch(1)
        controls.addLayout(row)
        controls.addWidget(self.speed)
        controls.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        layout.setSpacing(UNIT)
        layout.addLayout(controls)
        layout.addWidget(self.timeline, 1)
        layout.addWidget(self._place)

    def _button(self, icon: str, words: str, act) -> QToolButton:
        button = QToolButton()
        set_icon(button, icon, 2 * UNIT)
        button.setToolTip(words)
        button.setAccessibleName(words.split(" (")[0])
        button.clicked.connect(act)
        return button

    def set_state(self, state: TimelineState | None, position: int) -> None:
        """Show a timeline and the cursor."""
        self.timeline.set_state(state)
        self.timeline.set_position(position)
        words = self.timeline.words()
        text = words.replace(" · ", "\n")
        if text != self._place.text():
            self._place.setText(text)
            self._place.setAccessibleDescription(words)

    @property
    def steps_per_second(self) -> int:
        return int(self.speed.currentData())

    def set_playing(self, playing: bool) -> None:
        """Show the play button as pause or play, and tell."""
        if playing != self.playing:
            self.playing = playing
            button = self.buttons["play"]
            set_icon(button, "pause" if playing else "play", 2 * UNIT)
            button.setToolTip(tr("Pause (Space)") if playing else tr("Play (Space)"))
            button.setAccessibleName(tr("Pause") if playing else tr("Play"))
            self.playing_changed.emit(playing)

    @Slot()
    def toggle(self) -> None:
        """Play or pause; at the end play starts over."""
        state = self.timeline.state
        if state is None:
            return
        if not self.playing and self.timeline.position >= state.end:
            self.position_chosen.emit(0)
        self.set_playing(not self.playing)

    @Slot()
    def to_first(self) -> None:
        self._go(0)

    @Slot()
    def to_last(self) -> None:
        if self.timeline.state is not None:
            self._go(self.timeline.state.end)

    @Slot()
    def back(self) -> None:
        if self.timeline.state is not None:
            self.timeline.step(-1)

    @Slot()
    def forward(self) -> None:
        if self.timeline.state is not None:
            self.timeline.step(1)

    def _go(self, position: int) -> None:
        if self.timeline.state is not None:
            self.position_chosen.emit(position)
