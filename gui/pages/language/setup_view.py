"""The first view of the page: who plays, how the game is put to it, and how much; what to click first."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui.pages.language.condition_form import ConditionForm
from gui.pages.language.model_form import ModelForm
from gui.pages.language.run_form import RunForm
from gui.pages.language.setup import Condition, Model, Setup
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label


class SetupView(QScrollArea):
    """Three columns that make one :class:`Setup`; ``run_clicked`` carries it."""

    run_clicked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setAccessibleName(tr("Set up an evaluation"))
        self.model, self.condition, self.run = ModelForm(), ConditionForm(), RunForm()
        title = label(tr("Can a language model find out?"), "title")
        text = label(
            tr(
                "It plays Alchemy in words: what each potion does is hidden and has to be tried. Choose who plays "
                "and how, "
                "then press Run; every turn can be read beside what an ideal observer would know."
            ),
            "muted",
        )
        text.setWordWrap(True)
        columns = QHBoxLayout()
        columns.setSpacing(2 * UNIT)
        for heading, form, stretch in (
            (tr("Model"), self.model, 10),
            (tr("Condition"), self.condition, 11),
            (tr("Run"), self.run, 10),
        ):
            columns.addWidget(self._card(heading, form), stretch)
        whole = QWidget()
        outer = QHBoxLayout(whole)
        inner = QVBoxLayout()
        inner.setSpacing(UNIT)
        inner.addStretch(1)
        for widget in (title, text):
            inner.addWidget(widget)
        inner.addSpacing(UNIT)
        inner.addLayout(columns)
        inner.addStretch(2)
        outer.addStretch(1)
        outer.addLayout(inner, 30)
        outer.addStretch(1)
        outer.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        whole.setProperty("role", "panel")
        self._whole = whole
        self.setWidget(whole)
        for form in (self.model, self.condition, self.run):
            form.changed.connect(self.refresh)
        self.run.run_clicked.connect(self._on_run)
        self.refresh()

    def _card(self, heading: str, form: QWidget) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        card.setMaximumWidth(30 * self.fontMetrics().height())
        layout = QVBoxLayout(card)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT)
        layout.addWidget(label(heading, "heading"), 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(form, 1)
        return card

    @property
    def setup(self) -> Setup:
        """What is chosen."""
        run = self.run
        return Setup(
            self.model.model,
            self.condition.condition,
            episodes=run.episodes.value(),
            seed=run.seed.value(),
            parallel=run.parallel.value(),
            max_tokens=run.longest.value(),
            token_budget=run.tokens.value(),
            money_budget=run.money.value(),
            advice=run.advice.isChecked(),
        )

    @property
    def problem(self) -> str:
        """Why it cannot start."""
        return self.model.problem or self.setup.problem

    @Slot()
    def refresh(self) -> None:
        """Show what the choice takes."""
        self.run.show_setup(self.setup, self.problem)

    @Slot()
    def _on_run(self) -> None:
        if not self.problem:
            self.run_clicked.emit(self.setup)

    def save_state(self) -> dict[str, Any]:
        """The choice as JSON values; there is no key among them."""
        setup = self.setup
        flat = {f"model.{name}": value for name, value in vars(setup.model).items()}
        flat |= {f"condition.{name}": value for name, value in vars(setup.condition).items()}
        return flat | {name: value for name, value in vars(setup).items() if name not in ("model", "condition")}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take a saved choice back; anything unexpected is left alone."""

        def part(made: Any, prefix: str) -> Any:
            known = {name: state.get(prefix + name, value) for name, value in vars(made).items()}
            good = {name: v for name, v in known.items() if type(v) is type(getattr(made, name))}
            return type(made)(**{**vars(made), **good})

        self.model.show_model(part(Model(), "model."))
        self.condition.show_condition(part(Condition().named("summary"), "condition."))
        run = self.run
        boxes = {"episodes": run.episodes, "seed": run.seed, "parallel": run.parallel, "max_tokens": run.longest,
                 "token_budget": run.tokens}  # fmt: skip
        for name, box in boxes.items():
            if type(state.get(name)) is int:
                box.setValue(min(max(state[name], box.minimum()), box.maximum()))
        if type(state.get("money_budget")) is float:
            run.money.setValue(state["money_budget"])
        run.advice.setChecked(state.get("advice") is True)
        self.refresh()
