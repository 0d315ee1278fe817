"""The part of the set-up that says how much: episodes, limits, what it will take, and the button that starts it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QPushButton, QVBoxLayout, QWidget

from gui.pages.language.setup import ENDPOINT, SCRIPTED, Setup
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.key_values import KeyValues
from gui.widgets.labels import label
from gui.widgets.numbers import DecimalBox, NumberBox
from gui.words import amount


class RunForm(QWidget):
    """Episodes, seed, parallel requests, limits and the estimate; ``run_clicked`` starts."""

    changed = Signal()
    run_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.episodes = self._number(tr("Episodes"), 1, 10_000, 5)
        self.seed = self._number(tr("Seed"), 0, 999_999, 0)
        self.parallel = self._number(tr("Requests at once"), 1, 64, 8)
        self.longest = self._number(tr("Longest answer in tokens"), 16, 65_536, 1024)
        self.tokens = self._number(tr("Token budget"), 0, 2_000_000_000, 2_000_000)
        self.tokens.setSingleStep(500_000)
        self.tokens.setGroupSeparatorShown(True)
        self.tokens.setSpecialValueText(tr("no limit"))
        self.money = DecimalBox()
        self.money.setRange(0, 100_000)
        self.money.setPrefix("$ ")
        self.money.setSpecialValueText(tr("no limit"))
        self.money.setAccessibleName(tr("Money budget in US dollars"))
        self.money.valueChanged.connect(self.changed)
        self.advice = QCheckBox(tr("Ideal observer's advice at every turn"))
        self.advice.setToolTip(tr("What it would do in each situation, to set beside the answers; takes longer"))
        self.advice.toggled.connect(self.changed)
        self._paid = [
            label(tr("Stop before"), "muted"),
            self.tokens,
            label(tr("tokens"), "small"),
            label(tr("or"), "muted"),
            self.money,
            label(tr("Requests at once")),
            self.parallel,
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(UNIT)
        grid.setVerticalSpacing(UNIT)
        grid.setColumnStretch(1, 1)
        stop, tokens, unit, either, money, requests, parallel = self._paid
        self._answer = [label(tr("Longest answer")), self.longest, label(tr("tokens"), "small")]
        rows = (
            (label(tr("Episodes")), self.episodes, None),
            (label(tr("Seed")), self.seed, None),
            tuple(self._answer),
            (requests, parallel, None),
            (stop, tokens, unit),
            (either, money, None),
        )
        for row, widgets in enumerate(rows):
            for column, widget in enumerate(widgets):
                if widget is not None:
                    grid.addWidget(widget, row, column)
        self.figures = KeyValues(tr("Estimate"))
        self.words = label("", "small")
        self.words.setWordWrap(True)
        self.problem = label("", "bad")
        self.problem.setWordWrap(True)
        self.run = QPushButton(tr("Run"))
        self.run.setProperty("role", "primary")
        self.run.setMinimumHeight(5 * UNIT)
        set_icon(self.run, "play", 2 * UNIT, "accent_text")
        self.run.clicked.connect(self.run_clicked)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * UNIT)
        layout.addLayout(grid)
        layout.addWidget(self.advice)
        layout.addWidget(self.figures)
        layout.addWidget(self.words)
        layout.addStretch(1)
        layout.addWidget(self.problem)
        layout.addWidget(self.run)

    def _number(self, name: str, low: int, high: int, value: int) -> NumberBox:
        box = NumberBox()
        box.setRange(low, high)
        box.setValue(value)
        box.setAccessibleName(name)
        box.valueChanged.connect(self.changed)
        return box

    def show_setup(self, setup: Setup, problem: str) -> None:
        """Show what a set-up takes; ``problem`` says why it cannot start."""
        kind = setup.model.kind
        for widget in self._paid:
            widget.setVisible(kind == ENDPOINT)
        for widget in self._answer:
            widget.setVisible(kind != SCRIPTED)
        condition = setup.condition
        trials = setup.episodes * condition.trials
        pairs = [(tr("Trials in all"), f"{trials:,}"), (tr("Answers at most"), f"{trials * condition.steps:,}")]
        words = ""
        if kind == SCRIPTED:
            pairs += [(tr("Tokens"), tr("none")), (tr("Cost"), tr("none"))]
        else:
            estimate = setup.estimate()
            pairs.append((tr("Tokens, likely"), tr("about {likely}", likely=amount(estimate.likely))))
            pairs.append((tr("Tokens at most"), amount(estimate.most)))
            priced = setup.model.price_prompt or setup.model.price_completion
            likely = tr(
                "about ${likely_cost:,.2f}, at most ${most_cost:,.2f}",
                likely_cost=estimate.likely_cost,
                most_cost=estimate.most_cost,
            )
            cost = likely if priced else tr("give the prices to see it") if kind == ENDPOINT else tr("none")
            pairs.append((tr("Cost"), cost))
            if kind == ENDPOINT and setup.token_budget and estimate.likely > setup.token_budget:
                words = tr("The token budget will likely end the run early; what was played till then counts.")
            elif kind == ENDPOINT:
                words = tr("No request is sent that might exceed a limit. The same question is never paid for twice.")
            else:
                words = tr("A small model on one thread reads some hundred tokens a second.")
        self.figures.show_pairs(pairs)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.run.setEnabled(not problem)
