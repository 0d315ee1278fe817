"""The bars round the page: rail at the left, menus and command field above, status below."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QMenuBar,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QStatusBar,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.pages.catalogue import PageEntry
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel, hairline, label, set_role
from gui.words import amount, duration, status_words


class Rail(QToolBar):
    """The pages as icons with their names; ``page_chosen`` carries the identifier."""

    page_chosen = Signal(str)

    def __init__(self, pages: tuple[PageEntry, ...], parent: QWidget) -> None:
        super().__init__(tr("Pages"), parent)
        self.setObjectName("rail")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for page in pages:
            button = QToolButton(self)
            button.setText(page.title)
            button.setProperty("role", "rail")
            button.setProperty("page", page.identifier)
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setAccessibleName(page.title)
            keys = QKeySequence(page.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{page.title}  {keys}")
            set_icon(button, page.icon, 22)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            self._group.addButton(button)
            self._buttons[page.identifier] = button
            self.addWidget(button)
        self._group.buttonClicked.connect(self._on_clicked)
        self.fit()

    def fit(self) -> None:
        """Make the rail just wide enough for its words; called when the text size changes."""
        for button in self._buttons.values():
            button.ensurePolished()
        width = max(button.sizeHint().width() for button in self._buttons.values())
        for button in self._buttons.values():
            button.setMinimumSize(QSize(width, 7 * UNIT))

    def show_page(self, identifier: str) -> None:
        self._buttons[identifier].setChecked(True)

    @Slot(object)
    def _on_clicked(self, button: QToolButton) -> None:
        self.page_chosen.emit(button.property("page"))


class TopBar(QFrame):
    """Name, menus, the command field in the middle, the theme button at the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.menus = QMenuBar(self)
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.command = QPushButton(self)
        self.command.setProperty("role", "command")
        self.command.setAccessibleName(tr("Open the command palette"))
        self.command.setToolTip(tr("Search everything that can be done or opened"))
        self.command.setMinimumWidth(20 * UNIT)
        self.command.setMinimumHeight(self.fontMetrics().height() + UNIT + 6)
        self.command.setMaximumWidth(48 * UNIT)
        self.command.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        set_icon(self.command, "search", 16)
        inside = QHBoxLayout(self.command)
        inside.setContentsMargins(4 * UNIT, 0, UNIT + 4, 0)
        inside.addWidget(ElidedLabel(tr("Search actions, runs, experiments…"), "muted"), 1)
        inside.addWidget(label(tr("Ctrl+K"), "small"))
        self.theme = QToolButton(self)
        self.theme.setAccessibleName(tr("Switch between light and dark"))
        self.theme.setToolTip(tr("Switch between light and dark"))
        set_icon(self.theme, "contrast", 18)
        left, right = QHBoxLayout(), QHBoxLayout()
        left.setSpacing(UNIT)
        left.addWidget(label(tr("Athanor"), "brand"), 0, Qt.AlignmentFlag.AlignVCenter)
        left.addWidget(self.menus, 0, Qt.AlignmentFlag.AlignVCenter)
        left.addStretch(1)
        right.addStretch(1)
        right.addWidget(self.theme)
        grid = QGridLayout()
        grid.setContentsMargins(2 * UNIT, UNIT // 2, UNIT, UNIT // 2)
        grid.setHorizontalSpacing(2 * UNIT)
        for column, (item, stretch) in enumerate(((left, 5), (self.command, 4), (right, 5))):
            if isinstance(item, QWidget):
                grid.addWidget(item, 0, column)
            else:
                grid.addLayout(item, 0, column)
            grid.setColumnStretch(column, stretch)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(grid)
        whole.addWidget(hairline())


class StatusBar(QStatusBar):
    """Engine, current job with progress, speed and time left, Stop; at the right a line for pages and frames a
    second.
    """

    stop_clicked = Signal()

    def __init__(self, device: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self.setContentsMargins(UNIT, 0, UNIT, 0)
        self._dot = label("●")
        self._device = label(device)
        self._device.setContentsMargins(0, 0, UNIT, 0)
        self._engine = ElidedLabel(tr("engine starting"), "small")
        self._engine.setAccessibleName(tr("Engine"))
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(20 * UNIT)
        self._progress.setAccessibleName(tr("Progress of the current run"))
        self.stop = QPushButton(tr("Stop"))
        self.stop.setAccessibleName(tr("Stop the current run"))
        set_icon(self.stop, "stop", 12)
        self.line = ElidedLabel("", "small")
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._frames = label("")
        self._frames.setAccessibleName(tr("Frames a second"))
        self._frames.setMinimumWidth(6 * UNIT)
        self._frames.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._shown: object = None
        for widget in (self._dot, self._device, self._engine, self._progress, self.stop):
            self.addWidget(widget)
        self.addPermanentWidget(self.line, 1)
        self.addPermanentWidget(self._frames)
        self._progress.hide()
        self.stop.hide()
        self.stop.clicked.connect(self.stop_clicked)

    def show_engine(self, state: str, waiting: int, job) -> None:
        """Show the engine's ``state``, how many jobs wait, and the running ``job`` (a JobState) or None."""
        if job is None:
            words = {
                "idle": tr("engine idle"),
                "starting": tr("engine starting"),
                "gone": tr("engine gone"),
                "stalled": tr("engine stalled"),
            }
            text = words.get(state, "engine busy") + (tr("  ·  {waiting} waiting", waiting=waiting) if waiting else "")
        else:
            parts = [job.title or job.experiment]
            if job.status in ("paused", "stopping"):
                parts.append(status_words(job.status))
            if job.total:
                parts.append(f"{100 * job.done / job.total:.0f} %")
            if job.rate:
                parts.append(f"{amount(job.rate)} {job.unit}/s")
            if job.seconds_left is not None:
                parts.append(tr("{seconds_left} left", seconds_left=duration(job.seconds_left)))
            if waiting:
                parts.append(tr("{waiting} waiting", waiting=waiting))
            text = "  ·  ".join(parts)
        if text != self._engine.text():
            self._engine.setText(text)
            self._engine.updateGeometry()
        tone = {"gone": "bad", "stalled": "accent"}.get(state, "good")
        set_role(self._dot, tone)
        self._progress.setVisible(job is not None)
        self.stop.setVisible(job is not None)
        if job is not None:
            self.stop.setEnabled(job.status != "stopping")
            self._progress.setRange(0, 1000 if job.total else 0)
            self._progress.setValue(round(1000 * job.done / job.total) if job.total else 0)

    def show_frames(self, per_second: float) -> None:
        self._frames.setText(tr("{per_second:.0f} fps", per_second=per_second) if per_second else "")

    def show_device(self, device: str) -> None:
        self._device.setText(device)
