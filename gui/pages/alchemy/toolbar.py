"""The bar above the Alchemy pictures: which chemistry, who plays, and what to do."""

from __future__ import annotations

import random

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QMenu, QPushButton, QToolButton

from engine.agents.catalogue import AGENTS
from engine.alchemy.levels import BENCHMARK
from gui.pages.alchemy.dice import Dice
from gui.pages.alchemy.session import Chemistry
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.labels import label
from gui.widgets.numbers import NumberBox

LEVELS = (
    (tr("rotation and random bottleneck"), BENCHMARK),
    (tr("random bottleneck"), "alchemy/perceptual_mapping_randomized_with_random_bottleneck"),
    (tr("rotation, no bottleneck"), "alchemy/perceptual_mapping_randomized_with_rotation"),
    (tr("no rotation, no bottleneck"), "alchemy/perceptual_mapping_randomized"),
    (tr("nothing hidden"), "alchemy/all_fixed"),
)
SEED_LIMIT = 999_999


class Toolbar(QFrame):
    """Chemistry (seed, or episode of an opened file), level, agent, and the buttons of the page.

    Attributes: ``open_button``, ``what_if_button`` and ``export_button`` have menus that the page fills.
    """

    play_clicked = Signal()
    watch_clicked = Signal()
    file_closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.file = ""
        self._source = label(tr("Seed"), "small")
        self.seed = NumberBox()
        self.seed.setRange(0, SEED_LIMIT)
        self.seed.setValue(1337)
        self.seed.setAccessibleName(tr("Chemistry seed"))
        self.seed.setMinimumWidth(self.fontMetrics().horizontalAdvance("9999999") + 5 * UNIT)
        self.dice = Dice()
        self.dice.clicked.connect(self.roll)
        self.close_file = QToolButton()
        set_icon(self.close_file, "close", 2 * UNIT)
        self.close_file.setAccessibleName(tr("Leave the episode file"))
        self.close_file.setToolTip(tr("Leave the episode file and go back to seeds"))
        self.close_file.clicked.connect(self.file_closed)
        self.close_file.hide()
        self.level, self.agent = QComboBox(), QComboBox()
        for words, name in LEVELS:
            self.level.addItem(words, name)
        self.level.setAccessibleName(tr("Level"))
        self.level.setToolTip(tr("What is hidden and drawn anew with each chemistry"))
        for name, entry in AGENTS.items():
            self.agent.addItem(tr(entry.title), name)
            self.agent.setItemData(self.agent.count() - 1, tr(entry.summary), 3)
        self.agent.setCurrentIndex(self.agent.findData("ideal-observer"))
        self.agent.setAccessibleName(tr("Agent"))
        self.agent.setToolTip(tr("Who plays the same chemistry beside you, and goes on after a what-if"))
        self.open_button = self._button(tr("Open"), tr("Open a recorded episode or an episode file"), "folder")
        self.watch_button = self._button(
            tr("Watch"), tr("Let the agent play this chemistry and step through it"), "play"
        )
        self.play_button = self._button(tr("Play it yourself"), tr("Play with mouse or keyboard (Ctrl+N)"), "flask")
        self.what_if_button = self._button(
            tr("What if…"), tr("Try another action here and see both futures (W)"), "branch"
        )
        self.export_button = self._button(
            tr("Export"), tr("Pictures, animations, tables, and lines of Python"), "export"
        )
        for button in (self.open_button, self.what_if_button, self.export_button):
            button.setMenu(QMenu(button))
        self.watch_button.clicked.connect(self.watch_clicked)
        self.play_button.clicked.connect(self.play_clicked)
        layout = Flow(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT)
        for widget in (self.open_button, self._source, self.seed, self.dice, self.close_file, self.level, self.agent):
            layout.addWidget(widget)
        layout.addStretch(1)
        for widget in (self.watch_button, self.play_button, self.what_if_button, self.export_button):
            layout.addWidget(widget)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Buttons that say it in words where there is room, with their icon alone where there is not."""
        super().resizeEvent(event)
        self._show_words(event.size().width() >= 64 * self.fontMetrics().height())

    def _show_words(self, words: bool) -> None:
        for button in (self.open_button, self.watch_button, self.play_button, self.what_if_button, self.export_button):
            text = button.accessibleName() if words else ""
            if button.text() != text:
                button.setText(text)

    def _button(self, text: str, hint: str, icon: str) -> QPushButton:
        button = QPushButton(text)
        button.setAccessibleName(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Space after a click plays, as everywhere on the page
        button.setToolTip(hint)
        set_icon(button, icon, 2 * UNIT)
        return button

    @Slot()
    def roll(self) -> None:
        """Another seed, or another episode of the file."""
        self.seed.setValue(random.randint(0, min(self.seed.maximum(), 99_999)))

    def show_file(self, file: str, name: str, episodes: int) -> None:
        """Take chemistries from a file with that many episodes; an empty ``file`` goes back to seeds."""
        self.file = file
        self._source.setText(tr("{name}, episode", name=name) if file else tr("Seed"))
        self.seed.setAccessibleName(tr("Episode of {name}", name=name) if file else tr("Chemistry seed"))
        self.seed.setMaximum(episodes - 1 if file else SEED_LIMIT)
        self.seed.setValue(0 if file else 1337)
        self.close_file.setVisible(bool(file))

    def show_progress(self, share: float | None) -> None:
        """Show on the export button how much of an animation is painted; None where none is."""
        self.export_button.setAccessibleName(tr("Export") if share is None else f"{100 * share:.0f} %")
        self.export_button.setText(self.export_button.accessibleName())
        if share is None:
            self._show_words(bool(self.open_button.text()))

    @property
    def chemistry(self) -> Chemistry:
        """The chosen chemistry."""
        level = str(self.level.currentData())
        if self.file:
            return Chemistry(0, level, self.file, self.seed.value())
        return Chemistry(self.seed.value(), level)

    @property
    def agent_name(self) -> str:
        return str(self.agent.currentData())

    def choose(self, level: str, agent: str, seed: int | None = None) -> None:
        """Show these choices where they exist."""
        if (index := self.level.findData(level)) >= 0:
            self.level.setCurrentIndex(index)
        if (index := self.agent.findData(agent)) >= 0:
            self.agent.setCurrentIndex(index)
        if seed is not None and not self.file:
            self.seed.setValue(seed)
