"""The pictures beside a transcript: bench, belief and information at a turn, with more of them where there is room."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSplitter

from gui.pages.alchemy import states
from gui.pages.language import course as courses
from gui.translation import tr
from gui.widgets.belief import Belief
from gui.widgets.bench import Bench
from gui.widgets.cube import Cube
from gui.widgets.decision import Decision
from gui.widgets.information import Information
from gui.widgets.scores import Scores

if TYPE_CHECKING:
    from gui.pages.language.course import Course
    from gui.pages.language.model import Evaluation

NO_ADVICE = tr("To see what the ideal observer weighs here, set up a run with its advice")
NOT_TRACED = tr("This episode was recorded without its situations")


class Side(QSplitter):
    """Bench, belief and information; where it is wide also cube, decision and points by trial."""

    position_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.bench, self.belief, self.information = Bench(), Belief(), Information()
        self.cube, self.decision, self.scores = Cube(), Decision(), Scores()
        self._near, self._far = QSplitter(Qt.Orientation.Vertical), QSplitter(Qt.Orientation.Vertical)
        for column, pictures in (
            (self._near, (self.bench, self.belief, self.information)),
            (self._far, (self.cube, self.decision, self.scores)),
        ):
            column.setChildrenCollapsible(False)
            column.setHandleWidth(1)
            for picture in pictures:
                column.addWidget(picture)
            self.addWidget(column)
        self._near.setSizes([265, 215, 100])
        self._far.setSizes([400, 300, 300])
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self._far.hide()
        self.information.position_chosen.connect(self.position_chosen)
        self.cube.truth_toggled.connect(self._on_truth)
        self._truth = False
        self._last: tuple | None = None

    def set_wide(self, wide: bool) -> None:
        """Show the second column too."""
        if wide != self._far.isVisibleTo(self):
            self._far.setVisible(wide)
            if wide:
                self.setSizes([500, 500])
                self._near.setSizes([420, 330, 200])
                if self._last is not None:
                    self.show_turn(*self._last)

    def _on_truth(self, truth: bool) -> None:
        self._truth = truth
        if self._last is not None:
            self.show_turn(*self._last)

    def show_turn(self, evaluation: Evaluation, course: Course | None, index: int) -> None:
        """Every picture at one situation of an episode; without one they say why."""
        pictures = (self.bench, self.belief, self.information, self.cube, self.decision, self.scores)
        if course is None:
            self._last = None
            for picture in pictures:
                picture.set_message(NOT_TRACED if len(evaluation.turns) else "")
                picture.set_state(None)
            return
        self._last = (evaluation, course, index)
        axis = courses.axis_of(evaluation, course)
        self.bench.set_state(courses.bench_state(evaluation, course, index))
        self.belief.set_state(courses.belief_state(evaluation, course, index))
        self.information.set_state(courses.information_state(evaluation, course, index, axis))
        if self._far.isVisibleTo(self):
            self.cube.set_state(states.cube_state(evaluation.situations, course.rows[index], truth=self._truth))
            decision = courses.decision_state(evaluation, course, index)
            reasons = any(not (isnan(choice.share) and isnan(choice.value)) for choice in decision.choices)
            self.decision.set_message(
                tr("It does {chosen} next\n{no_advice}", chosen=decision.chosen, no_advice=NO_ADVICE)
                if decision.chosen
                else NO_ADVICE
            )
            self.decision.set_state(decision if reasons else None)
            self.scores.set_state(courses.scores_state(evaluation, course, index))
