"""The bar above the pictures: who plays what, what a click in the world does, and the buttons of the page."""

from __future__ import annotations

import random

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QMenu, QPushButton

from gui.pages.control.session import Setup
from gui.pages.control.sources import Source
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.numbers import NumberBox

LAST_EPISODE = 999_999
WIPES = ((tr("memory kept"), "none"), (tr("wiped at teleports"), "teleport"), (tr("wiped at each step"), "step"))


class Toolbar(QFrame):
    """Task and policy, episode, wiping, and the buttons; ``open_button``, ``change_button`` and ``export_button`` have
    menus that the page fills.
    """

    run_clicked = Signal()
    train_clicked = Signal()
    evaluate_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._sources: list[Source] = []
        self.policy = self._choice(
            tr("Policy"), tr("Who plays which task; feed-forward and full-information agents play beside")
        )
        self.episode = NumberBox()
        self.episode.setRange(1, LAST_EPISODE)
        self.episode.setPrefix(tr("episode "))
        self.episode.setAccessibleName(tr("Episode"))
        self.episode.setToolTip(tr("Another number is another start, another platform, another length"))
        self.wipe = self._choice(tr("Memory"), tr("When all memories are wiped"))
        for words, name in WIPES:
            self.wipe.addItem(words, name)
        self.click = self._choice(tr("Click"), tr("What a click in the pool moves, from the step shown on"))
        self.click.addItem(tr("click moves the platform"), "platform")
        self.click.addItem(tr("click moves the agent"), "agent")
        self.open_button = self._button(tr("Open"), tr("Open a run of this page"), "folder")
        self.run_button = self._button(
            tr("Run"), tr("Let the policy live this episode (Ctrl+N)"), "play", "accent_text"
        )
        self.run_button.setProperty("role", "primary")
        self.change_button = self._button(
            tr("Change here"), tr("Change the world or wipe the memory at this step"), "branch"
        )
        self.evaluate_button = self._button(
            tr("Evaluate"), tr("100 fresh episodes, with the memory and without"), "bars"
        )
        self.train_button = self._button(tr("Train…"), tr("Train a policy and watch it learn"), "spark")
        self.export_button = self._button(tr("Export"), tr("Pictures, tables and lines of Python"), "export")
        for button in (self.open_button, self.change_button, self.export_button):
            button.setMenu(QMenu(button))
        self.run_button.clicked.connect(self.run_clicked)
        self.train_button.clicked.connect(self.train_clicked)
        self.evaluate_button.clicked.connect(self.evaluate_clicked)
        layout = Flow(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT)
        for widget in (self.open_button, self.policy, self.episode, self.wipe, self.run_button):
            layout.addWidget(widget)
        layout.addStretch(1)
        for widget in (self.change_button, self.evaluate_button, self.train_button, self.export_button):
            layout.addWidget(widget)
        self.policy.setMinimumContentsLength(17)
        self.policy.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def _choice(self, name: str, hint: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(hint)
        return box

    def _button(self, text: str, hint: str, icon: str, token: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(hint)
        set_icon(button, icon, 2 * UNIT, token)
        return button

    def show_sources(self, sources: list[Source]) -> None:
        """Offer these policies and keep the choice where it still exists."""
        before, self._sources = self.source, list(sources)
        self.policy.clear()
        for source in sources:
            self.policy.addItem(source.title)
        if not sources:
            self.policy.addItem(tr("no trained policy"))
        self.choose(before)
        self.run_button.setEnabled(bool(sources))
        self.evaluate_button.setEnabled(bool(sources))

    def choose(self, source: Source | None) -> None:
        """Take this policy where it is offered, else the first."""
        known = [(s.agent, s.task) for s in self._sources]
        wanted = (source.agent, source.task) if source is not None else None
        self.policy.setCurrentIndex(known.index(wanted) if wanted in known else 0)

    def choose_task(self, task: str) -> None:
        """Take the first policy for a task."""
        self.choose(next((source for source in self._sources if source.task == task), None))

    @property
    def source(self) -> Source | None:
        """The chosen policy."""
        index = self.policy.currentIndex()
        return self._sources[index] if 0 <= index < len(self._sources) else None

    @property
    def setup(self) -> Setup | None:
        """What Run would run."""
        source = self.source
        if source is None:
            return None
        wipe = str(self.wipe.currentData())
        return Setup(source.task, source.agent, source.title, self.episode.value() - 1, wipe)

    @Slot()
    def roll(self) -> None:
        """Another episode."""
        self.episode.setValue(random.randint(1, 9_999))
