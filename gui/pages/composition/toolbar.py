"""The bars of the page: what is shown; how a board is painted; the mixture."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QComboBox, QFrame, QLabel, QMenu, QPushButton, QSlider

from gui.pages.composition.board import ERASE, WALL, Board
from gui.pages.composition.model import Case
from gui.pages.composition.states import LAYERS, layers_of
from gui.theme import UNIT, current
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel, label
from gui.widgets.numbers import DecimalBox
from gui.widgets.uniform_colours import task_colour

WHOLE = 100  # steps of a slider


def _swatch(task: int) -> QIcon:
    """The colour of a task's reward marks."""
    square = QPixmap(UNIT, UNIT)
    square.fill(QColor(task_colour(current(), task)))
    return QIcon(square)


class _Bar(QFrame):
    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.row = Flow(self)
        self.row.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        self.row.setSpacing(UNIT)

    def _choice(self, name: str, hint: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(hint)
        return box

    def _number(self, name: str, hint: str, low: float, high: float, step: float, decimals: int) -> DecimalBox:
        box = DecimalBox()
        box.setRange(low, high)
        box.setSingleStep(step)
        box.setDecimals(decimals)
        box.setKeyboardTracking(False)
        box.setAccessibleName(name)
        box.setToolTip(hint)
        return box

    def _button(self, text: str, hint: str, icon: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(hint)
        set_icon(button, icon, 2 * UNIT)
        button.setMenu(QMenu(button))
        return button


class Toolbar(_Bar):
    """Open, new board, compare, world, layer, export; the page fills the menus."""

    case_chosen = Signal(int)
    layer_chosen = Signal(str)
    stop_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.open_button = self._button(tr("Open"), tr("Open a run of this room"), "folder")
        self.board_button = self._button(
            tr("New board"), tr("Paint a grid and see every method's answer at once"), "grid"
        )
        self.compare_button = self._button(tr("Compare"), tr("Solve or learn worlds of the program"), "play")
        self.export_button = self._button(tr("Export"), tr("Pictures, tables and lines of Python"), "export")
        self.cases = self._choice(tr("World"), tr("Which world and tasks"))
        self.cases.setMinimumContentsLength(18)
        self.cases.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.layer = self._choice(tr("Layer"), tr("What the heat maps show; one scale for all methods"))
        self.layer.setMinimumContentsLength(len(max(LAYERS.values(), key=len)))
        self.words = ElidedLabel("", "small")
        self.stop = QPushButton(tr("Stop"))
        self.stop.setToolTip(tr("End the training; everything so far is kept"))
        set_icon(self.stop, "stop", 2 * UNIT)
        for widget in (self.stop, self.cases, self.layer):
            widget.hide()
        self.stop.clicked.connect(self.stop_clicked)
        for widget in (self.open_button, self.board_button, self.compare_button, self.cases, self.layer):
            self.row.addWidget(widget)
        self.row.addWidget(self.words, 1)
        self.row.addWidget(self.stop)
        self.row.addWidget(self.export_button)
        self.cases.activated.connect(self._on_case)
        self.layer.activated.connect(self._on_layer)

    @Slot()
    def _on_case(self) -> None:
        self.case_chosen.emit(int(self.cases.currentData()))

    @Slot()
    def _on_layer(self) -> None:
        self.layer_chosen.emit(str(self.layer.currentData()))

    def show_cases(self, cases: list[Case], number: int, layer: str) -> None:
        """Offer these worlds and what can be seen of the chosen one."""
        names = [(case.row, case.number) for case in cases]
        if names != [(self.cases.itemText(k), self.cases.itemData(k)) for k in range(self.cases.count())]:
            self.cases.clear()
            for row, data in names:
                self.cases.addItem(row, data)
        self.cases.setCurrentIndex(self.cases.findData(number))
        self.cases.setVisible(len(names) > 1)
        self.layer.show()
        layers = [name for case in cases if case.number == number for name in layers_of(case)]
        if layers != [self.layer.itemData(k) for k in range(self.layer.count())]:
            self.layer.clear()
            for name in layers:
                self.layer.addItem(LAYERS[name], name)
        self.layer.setCurrentIndex(max(self.layer.findData(layer), 0))


class BoardBar(_Bar):
    """How a board is painted, its moves, discount and temperature. ``world_changed`` carries what was set."""

    world_changed = Signal(dict)

    def __init__(self) -> None:
        super().__init__()
        self.tool = self._choice(tr("Paint"), tr("What a click or a drag on a board paints (Space at the cell cursor)"))
        self.amount = self._number(tr("Reward"), tr("Reward a step that a painted cell pays"), -9, 9, 0.25, 2)
        self.amount.setValue(1.0)
        self.amount.setPrefix(tr("reward "))
        self.moves = self._choice(tr("Moves"), tr("The four moves; diagonal ones split the board into two halves"))
        self.moves.addItem(tr("cardinal moves"), "cardinal")
        self.moves.addItem(tr("diagonal moves"), "diagonal")
        self.gamma = self._number(tr("Discount"), tr("Discount gamma"), 0, 0.999, 0.01, 3)
        self.gamma.setPrefix("γ ")
        self.alpha = self._number(tr("Temperature"), tr("Temperature alpha, in units of reward: what entropy is worth"),
                                  0.001, 100, 0.05, 3)  # fmt: skip
        self.alpha.setPrefix("α ")
        for widget in (label(tr("Paint"), "muted"), self.tool, self.amount, self.moves, self.gamma, self.alpha):
            self.row.addWidget(widget)
        self.row.addStretch(1)
        self.moves.activated.connect(self._on_moves)
        self.gamma.valueChanged.connect(lambda value: self.world_changed.emit({"gamma": value}))
        self.alpha.valueChanged.connect(lambda value: self.world_changed.emit({"alpha": value}))

    @Slot()
    def _on_moves(self) -> None:
        self.world_changed.emit({"moves": self.moves.currentData()})

    def show_board(self, board: Board) -> None:
        """Show the settings of a world without telling anyone."""
        tools = [(tr("reward of task {k}", k=k + 1), k) for k in range(len(board.rewards))]
        tools += [(tr("walls"), WALL), (tr("nothing (erase)"), ERASE)]
        if self.tool.count() != len(tools):
            self.tool.clear()
            for text, data in tools:
                if isinstance(data, int):
                    self.tool.addItem(_swatch(data), text, data)
                else:
                    self.tool.addItem(text, data)
        blocked = [QSignalBlocker(box) for box in (self.gamma, self.alpha)]
        self.moves.setCurrentIndex(self.moves.findData(board.moves))
        self.gamma.setValue(board.gamma)
        self.alpha.setValue(board.alpha)
        del blocked


class MixtureBar(_Bar):
    """Weights of the tasks: one slider for two tasks, else one each (their shares are normalised)."""

    weights_changed = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.sliders: list[QSlider] = []
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.00 · 0.00 · 0.00 · 0.00") + UNIT)
        self._tasks = 0

    def set_tasks(self, tasks: int) -> None:
        """Sliders for so many tasks."""
        if tasks == self._tasks:
            return
        while self.row.count():
            item = self.row.takeAt(0).widget()
            if item is not None and item is not self.words:
                item.deleteLater()
        self._tasks, self.sliders = tasks, []
        for k in range(1 if tasks == 2 else tasks):
            slider = QSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, WHOLE)
            slider.setPageStep(10)
            slider.setValue(WHOLE // 2)
            slider.setAccessibleName(tr("Weight of task {k}", k=k + 1))
            slider.setToolTip(tr("Weight of task {k} in the mixture (← →)", k=k + 1))
            slider.valueChanged.connect(self._on_moved)
            self._name(1 if tasks == 2 else k, tr("only ") if tasks == 2 else "")
            self.row.addWidget(slider, 1)
            self.sliders.append(slider)
        if tasks == 2:
            self._name(0, tr("only "))
        self.row.addWidget(self.words)
        self._tell()

    def _name(self, task: int, before: str) -> None:
        mark = QLabel()
        mark.setPixmap(_swatch(task).pixmap(UNIT, UNIT))
        self.row.addWidget(mark)
        self.row.addWidget(label(tr("{before}task {task}", before=before, task=task + 1), "muted"))

    @property
    def weights(self) -> list[float]:
        """Weights on the simplex."""
        if self._tasks == 2:
            b = self.sliders[0].value() / WHOLE
            return [b, 1 - b]
        values = [slider.value() for slider in self.sliders]
        total = sum(values)
        return [value / total for value in values] if total else [1 / len(values)] * len(values)

    def set_weights(self, weights: list[float]) -> None:
        """Show weights without telling anyone."""
        wanted = weights[:1] if self._tasks == 2 else [w / max(max(weights), 1e-9) for w in weights]
        if self._tasks == len(weights):
            for slider, weight in zip(self.sliders, wanted, strict=True):
                blocked = QSignalBlocker(slider)
                slider.setValue(round(weight * WHOLE))
                del blocked
            self._tell()

    @Slot()
    def _on_moved(self) -> None:
        self._tell()
        self.weights_changed.emit(self.weights)

    def _tell(self) -> None:
        self.words.setText(tr("weights ") + " · ".join(f"{weight:.2f}" for weight in self.weights))
