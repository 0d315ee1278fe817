"""The fourth view of the page: Feature World, played by hand or watched."""

from __future__ import annotations

from math import isfinite, log2
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.feature_world.world import DIMENSION_WORDS
from gui.pages.language.cards import plain_card
from gui.pages.language.transcripts import ANSWER, Message
from gui.pages.language.world import LANGUAGE, PLAYERS, REFERENCES, Game, Recorded
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.key_values import KeyValues
from gui.widgets.numbers import NumberBox
from gui.widgets.object_shapes import MOST_DIMENSIONS
from gui.widgets.objects import Objects
from gui.widgets.panel import Panel
from gui.widgets.rules import Rules
from gui.widgets.transcript import Transcript

if TYPE_CHECKING:
    from engine.feature_world.world import World

AGENTS = tuple(
    (name, tr("language model of the set-up") if name == LANGUAGE else title)
    for name, title in PLAYERS.items()
    if name != "person"
)


class WorldView(QWidget):
    """``new_clicked`` asks for another game, ``watch_clicked`` for games of an agent, ``proposed`` carries an object,
    ``moved`` a step (-1 or +1) through what was played.
    """

    new_clicked = Signal()
    watch_clicked = Signal(str)
    proposed = Signal(int)
    moved = Signal(int)
    episode_chosen = Signal(int)
    hint_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        features = ", ".join(DIMENSION_WORDS[:MOST_DIMENSIONS])
        self.dimensions = self._number(tr("Features"), features, 1, MOST_DIMENSIONS, 2)
        self.values = self._number(tr("Values"), tr("Values of each feature"), 2, 6, 4)
        self.kind = self._choice(tr("Rule"), (("single", tr("one value")), ("conjunction", tr("two values"))))
        self.goal = self._choice(tr("Goal"), (("identify", tr("find the rule")), ("find", tr("get a reward"))))
        self.new = QPushButton(tr("New game"))
        self.new.setProperty("role", "primary")
        self.new.clicked.connect(self.new_clicked)
        self.agent = self._choice(tr("Agent"), AGENTS)
        self.watch = QPushButton(tr("Watch"))
        set_icon(self.watch, "play", 2 * UNIT)
        self.watch.setToolTip(tr("Let the agent play this world, then step through its games"))
        self.watch.clicked.connect(self._on_watch)
        self.hint = QCheckBox(tr("Hint"))
        self.hint.setToolTip(tr("Frame the untried object whose answer would tell most"))
        self.hint.toggled.connect(self.hint_toggled)
        self.episode = QComboBox()
        self.episode.setAccessibleName(tr("Game of the record"))
        self.episode.activated.connect(self.episode_chosen)
        self.episode.hide()
        self.back, self.forward = self._arrow("previous", tr("A step back")), self._arrow("next", tr("A step forward"))
        self.back.clicked.connect(self._on_back)
        self.forward.clicked.connect(self._on_forward)
        bar = QFrame()
        row = Flow(bar)
        row.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        row.setSpacing(UNIT)
        for widget in (self.new, self.dimensions, self.values, self.kind, self.goal, self.agent, self.watch):
            row.addWidget(widget)
        row.addStretch(1)
        for widget in (self.episode, self.back, self.forward, self.hint):
            row.addWidget(widget)
        self.board, self.rules, self.figures = Objects(), Rules(), KeyValues(tr("Steps"))
        self.board.object_chosen.connect(self.proposed)
        steps = Panel(tr("Steps"), self.figures)
        steps.body.addStretch(1)
        side = QSplitter(Qt.Orientation.Vertical)
        whole = QSplitter(Qt.Orientation.Horizontal)
        for splitter in (side, whole):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
        side.addWidget(self.rules)
        side.addWidget(steps)
        side.setSizes([420, 220])
        self.transcript = Transcript()
        self.talk = Panel(tr("Transcript"), self.transcript)
        self.talk.hide()
        whole.addWidget(self.board)
        whole.addWidget(side)
        whole.addWidget(self.talk)
        whole.setSizes([760, 420, 420])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bar)
        layout.addWidget(whole, 1)
        self.board.set_message(tr("Press New game to play, or Watch to see an agent play"))
        self.rules.set_message(tr("Which rules an ideal observer still holds possible"))
        self.kind.currentIndexChanged.connect(self._on_kind)

    def _number(self, name: str, hint: str, low: int, high: int, value: int) -> NumberBox:
        box = NumberBox()
        box.setRange(low, high)
        box.setValue(value)
        box.setSuffix(f" {name.lower()}")
        box.setAccessibleName(name)
        box.setToolTip(hint)
        return box

    def _choice(self, name: str, rows: tuple[tuple[str, str], ...]) -> QComboBox:
        box = QComboBox()
        for value, title in rows:
            box.addItem(title, value)
        box.setAccessibleName(name)
        return box

    def _arrow(self, icon: str, words: str) -> QToolButton:
        button = QToolButton()
        set_icon(button, icon, 2 * UNIT)
        button.setToolTip(words)
        button.setAccessibleName(words)
        return button

    @Slot()
    def _on_kind(self) -> None:
        self.dimensions.setMinimum(2 if self.kind.currentData() == "conjunction" else 1)

    @Slot()
    def _on_watch(self) -> None:
        self.watch_clicked.emit(str(self.agent.currentData()))

    @Slot()
    def _on_back(self) -> None:
        self.moved.emit(-1)

    @Slot()
    def _on_forward(self) -> None:
        self.moved.emit(1)

    def show_world(self, world: World) -> None:
        """Show the settings of a world."""
        self.kind.setCurrentIndex(max(self.kind.findData(world.kind), 0))
        self.goal.setCurrentIndex(max(self.goal.findData(world.goal), 0))
        self.dimensions.setValue(world.dimensions)
        self.values.setValue(world.values)

    def show_game(self, game: Game, step: int, last: int, exact: dict[str, float]) -> None:
        """Show a game; ``step`` of ``last`` is on screen, ``exact`` expected steps by player."""
        self.board.set_state(game.board(hint=self.hint.isChecked()))
        self.rules.set_state(game.rules())
        self.back.setEnabled(step > 0)
        self.forward.setEnabled(step < last)
        who = tr("Yours") if game.own else tr("Played")
        gained = log2(len(game.world.rules) / max(game.situation.possible.bit_count(), 1))
        pairs = [
            (who, tr("{steps} steps", steps=game.steps)),
            (tr("Learned so far"), tr("{gained:.2f} bits", gained=gained)),
        ]
        for name, title in REFERENCES:
            value = exact.get(name)
            known = (
                tr("being worked out")
                if value is None
                else tr("{value:.2f} steps", value=value)
                if isfinite(value)
                else tr("not known")
            )
            pairs.append((tr("{title}, expected", title=title), known))
        self.figures.show_pairs(pairs)

    def show_record(self, recorded: Recorded | None, episode: int) -> None:
        """Offer the games of a record, or none."""
        self.episode.setVisible(recorded is not None)
        if recorded is None:
            return
        if self.episode.count() != recorded.count:
            self.episode.clear()
            self.episode.addItems(
                [tr("game {k} of {count}", k=k + 1, count=recorded.count) for k in range(recorded.count)]
            )
        self.episode.setCurrentIndex(episode)

    def show_talk(self, messages: list[Message], step: int) -> None:
        """Show what was said, with the answer that led to the step; nothing said, no panel."""
        self.talk.setVisible(bool(messages))
        self.transcript.set_cards([plain_card(message) for message in messages])
        answers = [message.number for message in messages if message.kind == ANSWER and message.valid]
        if 0 < step <= len(answers):
            self.transcript.select(answers[step - 1])
