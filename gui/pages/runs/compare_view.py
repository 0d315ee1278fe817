"""The figures beside the table: curves, estimates, who beats whom, what differs; states in, pictures out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QSplitter, QTabWidget, QVBoxLayout, QWidget

from gui.pages.runs.figures import Answer
from gui.pages.runs.grid import GridView
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.intervals import Intervals
from gui.widgets.labels import ElidedLabel, label
from gui.widgets.matrix import Matrix
from gui.widgets.panel import Panel
from gui.widgets.picture import Picture
from gui.widgets.plot import Plot

PAIRS = (tr("First"), tr("Second"), tr("Difference"), tr("95 % interval"), "p", tr("p corrected"), tr("Pairs"))


class CompareView(QTabWidget):
    """Tabs *Compare*, *Distributions* and whatever the page adds. ``curve_chosen`` names the curve to draw."""

    curve_chosen = Signal(str)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.setAccessibleName(tr("Figures"))
        self.by_trial, self.learning = Plot(tr("Score by trial")), Plot(tr("Learning curve"))
        self.intervals, self.matrix = Intervals(tr("Interquartile mean")), Matrix()
        self.profiles = Plot(tr("Performance profile"))
        self.learning.set_message(tr("The shown runs have no curve of this name"))
        self.by_trial.set_message(tr("The shown runs have no scores by trial"))
        self.profiles.set_message(tr("No run has a value"))
        self.intervals.set_message(tr("Runs appear here as soon as there are two"))
        self.matrix.set_message(tr("Group the runs, or tick some, to compare them"))
        self.pairs, self.differences = GridView(tr("Paired tests")), GridView(tr("Configuration difference"))
        self.words = ElidedLabel("", "small")
        self.curve = QComboBox()
        self.curve.setAccessibleName(tr("Curve to draw"))
        self.curve.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.curve.setMinimumContentsLength(12)
        self.curve.currentTextChanged.connect(self._on_curve)
        self.answer: Answer | None = None
        self._difference_panel = Panel(tr("Configuration difference"), self.differences)
        self._pairs_panel = Panel(tr("Paired tests"), self.pairs)
        self.splitters: list[QSplitter] = []
        self.addTab(self._compare_tab(), tr("Compare"))
        distributions = self._split(Qt.Orientation.Vertical, [self.profiles, self._pairs_panel], [3, 2])
        self.addTab(distributions, tr("Distributions"))

    def _compare_tab(self) -> QWidget:
        bar = QFrame()
        bar.setProperty("role", "panel")
        row = QHBoxLayout(bar)
        row.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, 0)
        row.setSpacing(UNIT)
        row.addWidget(self.words, 1)
        row.addWidget(label(tr("Curve"), "muted"))
        row.addWidget(self.curve)
        left = self._split(Qt.Orientation.Vertical, [self.by_trial, self.learning], [1, 1])
        right = self._split(Qt.Orientation.Vertical, [self.intervals, self.matrix, self._difference_panel], [4, 4, 3])
        right.setSizes([240, 240, 190])
        both = self._split(Qt.Orientation.Horizontal, [left, right], [5, 4])
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(both, 1)
        return whole

    def _split(self, way: Qt.Orientation, widgets: list[QWidget], stretches: list[int]) -> QSplitter:
        splitter = QSplitter(way)
        for widget, stretch in zip(widgets, stretches, strict=True):
            splitter.addWidget(widget)
            splitter.setStretchFactor(splitter.count() - 1, stretch)
        splitter.setChildrenCollapsible(False)
        self.splitters.append(splitter)
        return splitter

    @property
    def pictures(self) -> list[Picture]:
        """Every figure that shows something, in reading order."""
        every = [self.by_trial, self.learning, self.intervals, self.matrix, self.profiles]
        return [picture for picture in every if picture.state is not None]

    def offer_curves(self, names: list[str], chosen: str) -> None:
        """Offer the curves that the shown runs have."""
        if names != [self.curve.itemText(place) for place in range(self.curve.count())]:
            self.curve.blockSignals(True)
            self.curve.clear()
            self.curve.addItems(names)
            self.curve.blockSignals(False)
        if self.curve.currentText() != chosen:
            self.curve.blockSignals(True)
            self.curve.setCurrentText(chosen)
            self.curve.blockSignals(False)
        self.curve.setEnabled(bool(names))

    @Slot(str)
    def _on_curve(self, name: str) -> None:
        self.curve_chosen.emit(name)

    def show_answer(self, found: Answer | None) -> None:
        """Show the figures of one comparison, or none."""
        self.answer = found
        self.by_trial.set_state(found.by_trial if found else None)
        self.learning.set_state(found.learning if found else None)
        self.intervals.set_state(found.intervals if found else None)
        self.matrix.set_state(found.matrix if found else None)
        self.profiles.set_state(found.profiles if found else None)
        self.by_trial.setVisible(found is None or found.by_trial is not None)
        rows = []
        for first, second, pairing, corrected in found.pairings if found else ():
            gap = pairing.difference
            rows.append(
                (
                    first,
                    second,
                    "–" if gap is None else f"{gap.estimate:+.4g}",
                    "–" if gap is None else tr("{low:+.4g} to {high:+.4g}", low=gap.low, high=gap.high),
                    "–" if gap is None else f"{pairing.p:.3g}",
                    "–" if gap is None else f"{corrected:.3g}",
                    tr("{pairs:,} of {of:,} {kind}", pairs=pairing.pairs, of=pairing.of, kind=pairing.kind),
                )
            )
        self.pairs.show_rows(PAIRS, rows)
        self._pairs_panel.set_detail(
            tr("first − second on the same episodes or seeds; two-sided sign-flip test, corrected after Holm")
            if rows
            else tr("two groups are needed")
        )

    def show_differences(self, titles: list[str], rows: list[tuple[str, tuple[str, ...]]]) -> None:
        """Settings that differ between runs: one column a run."""
        self.differences.show_rows((tr("Setting"), *titles), [(key, *values) for key, values in rows])
        words = tr("{rows} of the settings differ", rows=len(rows)) if rows else tr("no setting differs")
        self._difference_panel.set_detail(" ↔ ".join(titles) if len(titles) == 2 else words if titles else "")
