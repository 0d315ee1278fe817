"""The bar above the table: filter, grouping, the value to compare by, export and import."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QCompleter, QHBoxLayout, QLineEdit, QMenu, QPushButton, QWidget

from gui.pages.runs.listing import CHOICES, Metric
from gui.theme import UNIT
from gui.translation import tr, trn
from gui.widgets.icon import set_icon
from gui.widgets.labels import label, set_role
from gui.widgets.numbers import NumberBox

EVERYTHING = "configuration"
HINT = tr(
    "Words, or comparisons such as  status = finished and seed in 0..4 and score_mean > 200\n"
    "= != < <= > >= ~ (contains), in 0..4, in (a, b); and, or, not, parentheses"
)
MOST_STEP = 2**31 - 1


class FilterBar(QWidget):
    """``changed`` with each change of filter or experiment, ``grouped`` of the keys, ``measured`` of the value."""

    changed = Signal()
    grouped = Signal()
    measured = Signal()
    import_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setProperty("role", "search")
        self.search.setPlaceholderText(tr("Filter: words, or status = finished and seed in 0..4"))
        self.search.setAccessibleName(tr("Filter runs"))
        self.search.setToolTip(HINT)
        self.search.setClearButtonEnabled(True)
        self.experiment, self.value, self.choice = QComboBox(), QComboBox(), QComboBox()
        self.experiment.addItem(tr("All experiments"), None)
        self.experiment.setAccessibleName(tr("Experiment"))
        self.experiment.setMinimumContentsLength(9)
        self.experiment.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.group = QPushButton(tr("No grouping"))
        self.group.setAccessibleName(tr("Group by"))
        self.group.setToolTip(
            tr("Bring runs together that differ in their seed, or in anything but the chosen settings")
        )
        self.group.setMaximumWidth(24 * UNIT)
        self._menu = QMenu(self.group)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.group.setMenu(self._menu)
        self.keys: tuple[str, ...] = ()
        self._offered: list[str] = []
        self.value.setAccessibleName(tr("Value to compare by"))
        self.value.setToolTip(tr("The result or curve that runs are compared by"))
        self.value.setEditable(True)
        self.value.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.value.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.value.completer().setFilterMode(Qt.MatchFlag.MatchContains)
        self.value.setMinimumContentsLength(7)
        self.value.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setAccessibleName(tr("Which value of the curve"))
        self.step = NumberBox()
        self.step.setAccessibleName(tr("Step"))
        self.step.setRange(0, MOST_STEP)
        self.step.setKeyboardTracking(False)
        self.step.hide()
        self._names: dict[str, bool] = {}  # name -> is it a curve
        self.problem, self._count = label("", "bad"), label("", "muted")
        self.problem.hide()
        self.exports = QPushButton(tr("Export"))
        set_icon(self.exports, "export", 15)
        self._import = QPushButton()
        self._import.setAccessibleName(tr("Import…"))
        self._import.setToolTip(tr("Import runs: records, TensorBoard event files, CSV logs"))
        set_icon(self._import, "import", 15)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * UNIT, UNIT, 2 * UNIT, UNIT)
        row.setSpacing(UNIT)
        for widget in (self.experiment, self.search, self.problem, self._count, self.group, self.value, self.choice,
                       self.step, self.exports, self._import):  # fmt: skip
            row.addWidget(widget, 1 if widget is self.search else 0)
        self.search.textChanged.connect(self._on_changed)
        self.experiment.currentIndexChanged.connect(self._on_changed)
        self.value.activated.connect(self._on_metric)
        self.value.lineEdit().editingFinished.connect(self._on_metric)
        self.choice.activated.connect(self._on_choice)
        self.step.valueChanged.connect(self._on_choice)
        self._import.clicked.connect(self.import_wanted)

    # What is chosen

    def choose_metric(self, metric: Metric) -> None:
        """Show a metric as the chosen one, without a signal."""
        self.value.setCurrentText(metric.name)
        is_curve = metric.choice != "result"
        names = ["last", "highest", "lowest", "at step"] if is_curve else ["result"]
        if [self.choice.itemData(place) for place in range(self.choice.count())] != names:
            self.choice.clear()
            for choice in names:
                self.choice.addItem(CHOICES[choice], choice)
        self.choice.setCurrentIndex(self.choice.findData(metric.choice))
        self.choice.setVisible(is_curve)
        self.step.setVisible(metric.choice == "at step")
        self.step.blockSignals(True)
        self.step.setValue(metric.step)
        self.step.blockSignals(False)

    def chosen_metric(self) -> Metric:
        """The metric as it is set; an empty one where the text is no name."""
        name = self.value.currentText().strip()
        if name not in self._names:
            return Metric()
        if not self._names[name]:
            return Metric(name)
        choice = self.choice.currentData()
        return Metric(name, choice if choice not in (None, "result") else "last", self.step.value())

    def choose_keys(self, keys: tuple[str, ...]) -> None:
        """Show what is grouped by, without a signal."""
        self.keys = keys
        names = [tr("all settings") if key == EVERYTHING else key.removeprefix("configuration.") for key in keys]
        self.group.setText(tr("By {value}", value=", ".join(names).replace("_", " ")) if names else tr("No grouping"))

    # What there is

    def offer(self, experiments: list[str], metrics: dict[str, bool], keys: list[str]) -> None:
        """Offer experiments, names of results (false) and curves (true), and settings to group by."""
        for name in experiments:
            if self.experiment.findData(name) < 0:
                self.experiment.addItem(name, name)
        if metrics != self._names:
            self._names = dict(metrics)
            text = self.value.currentText()
            self.value.blockSignals(True)
            self.value.clear()
            self.value.addItems(list(metrics))
            self.value.setCurrentText(text)
            self.value.blockSignals(False)
        self._offered = keys

    def show_count(self, shown: int, every: int, problem: str) -> None:
        """Say how many runs pass the filter, or what is wrong with it."""
        if shown == every:
            words = trn("{every:,} run", "{every:,} runs", every, every=every)
        else:
            words = trn("{shown:,} of {every:,} run", "{shown:,} of {every:,} runs", every, shown=shown, every=every)
        self._count.setText(words.replace(",", " "))
        self.problem.setText(problem if len(problem) < 60 else problem[:59] + "…")
        self.problem.setToolTip(problem)
        self.problem.setVisible(bool(problem))
        wrong = "true" if problem else "false"
        if self.search.property("wrong") != wrong:
            self.search.setProperty("wrong", wrong)
            set_role(self.search, "searching")
            set_role(self.search, "search")

    @Slot()
    def _fill_menu(self) -> None:
        self._menu.clear()
        self._add(tr("No grouping"), ())
        self._add(tr("All settings but the seed"), (EVERYTHING,))
        self._menu.addSeparator()
        for key in self._offered[:40]:
            action = QAction(key.removeprefix("configuration.").replace("_", " "), self._menu)
            action.setCheckable(True)
            action.setChecked(key in self.keys)
            action.setData(key)
            action.triggered.connect(self._on_key)
            self._menu.addAction(action)

    def _add(self, text: str, keys: tuple[str, ...]) -> None:
        action = QAction(text, self._menu)
        action.setCheckable(True)
        action.setChecked(self.keys == keys)
        action.setData(keys)
        action.triggered.connect(self._on_keys)
        self._menu.addAction(action)

    @Slot()
    def _on_keys(self) -> None:
        self.choose_keys(tuple(self.sender().data()))
        self.grouped.emit()

    @Slot()
    def _on_key(self) -> None:
        key = self.sender().data()
        kept = tuple(each for each in self.keys if each not in (key, EVERYTHING))
        self.choose_keys(kept if key in self.keys else (*kept, key))
        self.grouped.emit()

    @Slot()
    def _on_metric(self) -> None:
        found = self.chosen_metric()
        if found.name:
            self.choose_metric(found)
            self.measured.emit()

    @Slot()
    def _on_choice(self) -> None:
        self.choose_metric(self.chosen_metric())
        self.measured.emit()

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit()
