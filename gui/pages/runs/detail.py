"""Everything about one run: how it went, its figures and curves, its settings, where it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QFocusEvent, QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.pages.catalogue import page_of
from gui.pages.runs.commands import command_line
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.key_values import KeyValues
from gui.widgets.labels import ElidedLabel, label, set_role
from gui.widgets.panel import Panel
from gui.widgets.plot import Line, Plot, PlotState
from gui.words import duration, status_words, value_words, when

if TYPE_CHECKING:
    from pathlib import Path

    from engine.runs import RunRow

TONES = {"finished": "good", "running": "accent", "stopped": "muted"}
KEPT = {
    "crashed": tr("The engine process died; everything up to its last write is kept."),
    "interrupted": tr("The program that made this run is gone; everything up to its last write is kept."),
    "failed": tr("The run ended with an error; everything before it is kept."),
    "stopped": tr("Stopped by the user; everything up to then is kept."),
}
CURVES = 6  # more would be colours no one can tell apart


class NoteEdit(QPlainTextEdit):
    """A few lines of text; ``left`` says that the person has gone on to something else."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class RunDetail(QFrame):
    """The pane beside the table. Signals carry the run's id."""

    open_wanted = Signal(str)
    clone_wanted = Signal(str)
    export_wanted = Signal(str)
    delete_wanted = Signal(str)
    rerun_wanted = Signal(str)
    tags_changed = Signal(str, object)
    note_changed = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.row: RunRow | None = None
        self._folder: Path | None = None
        self.curves = Plot(tr("Curves"))
        self.curves.setMinimumHeight(26 * UNIT)
        self._title, self._id = ElidedLabel("", "title"), ElidedLabel("", "small")
        self._status, self._error = label(), label("", "muted")
        self._error.setWordWrap(True)
        self.open = self._button(tr("Open"), "next", tr("Show this run on its page"))
        self.open.setProperty("role", "primary")
        self.clone = self._button(tr("Run again…"), "play", tr("Take these settings to the experiments page"))
        self.export = self._button(tr("Export…"), "export", tr("Write this run in another format"))
        self.delete = self._button(tr("Delete"), "trash", tr("Move this run to the trash; can be undone"))
        self.copy = self._button(tr("Copy command"), "copy", tr("Copy the command line that repeats this run"))
        self.reveal = self._button(tr("Show folder"), "folder", tr("Show the run's folder in the file manager"))
        self.rerun = self._button(
            tr("Re-run and compare"), "redo", tr("The same settings and seed again: identical, or not?")
        )
        self.verdict = label("", "accent")
        self.verdict.setWordWrap(True)
        self.verdict.hide()
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.note = NoteEdit()
        self.note.setProperty("role", "field")
        self.note.setPlaceholderText(tr("Notes"))
        self.note.setAccessibleName(tr("Notes"))
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(7 * UNIT)
        self.note.left.connect(self._on_note)
        self.tags = QLineEdit()
        self.tags.setPlaceholderText(tr("Tags, separated by commas"))
        self.tags.setAccessibleName(tr("Tags"))
        first, second = QHBoxLayout(), QHBoxLayout()
        for row, buttons in (
            (first, (self.open, self.clone, self.rerun, self.export)),
            (second, (self.copy, self.reveal, self.delete)),
        ):
            row.setSpacing(UNIT)
            for button in buttons:
                row.addWidget(button)
            row.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, UNIT)
        head.setSpacing(UNIT)
        for widget in (self._title, self._id, self._status, self._error):
            head.addWidget(widget)
        head.addLayout(first)
        head.addLayout(second)
        head.addWidget(self.verdict)
        head.addWidget(self.tags)
        head.addWidget(self.note)
        self.result, self.configuration, self.origin = (
            KeyValues(tr("Result")),
            KeyValues(tr("Configuration")),
            KeyValues(tr("Origin")),
        )
        self._curves_panel = self.curves
        self._result_panel = Panel(tr("Result"), self.result)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        for panel in (
            self._result_panel,
            self._curves_panel,
            Panel(tr("Configuration"), self.configuration),
            Panel(tr("Origin"), self.origin),
        ):
            column.addWidget(panel)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumWidth(inside.minimumSizeHint().width() + 2 * UNIT)
        area.setAccessibleName(tr("Details of the run"))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(area)
        self.open.clicked.connect(lambda: self.open_wanted.emit(self.row.id))
        self.clone.clicked.connect(lambda: self.clone_wanted.emit(self.row.id))
        self.rerun.clicked.connect(lambda: self.rerun_wanted.emit(self.row.id))
        self.export.clicked.connect(lambda: self.export_wanted.emit(self.row.id))
        self.delete.clicked.connect(lambda: self.delete_wanted.emit(self.row.id))
        self.copy.clicked.connect(self._on_copy)
        self.reveal.clicked.connect(self._on_reveal)
        self.tags.editingFinished.connect(self._on_tags)

    def _button(self, text: str, icon: str, hint: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(hint)
        if icon != "next":
            set_icon(button, icon, 15)
        return button

    def show_run(self, row: RunRow, folder: Path) -> None:
        """Show one run of the list; its curves follow with :meth:`show_curves`."""
        is_same = self.row is not None and self.row.id == row.id
        self.row, self._folder = row, folder
        self._title.setText(row.title or row.experiment)
        self._id.setText(row.id)
        took = tr(" after {seconds}", seconds=duration(row.seconds)) if row.seconds and row.status != "running" else ""
        self._status.setText(f"{status_words(row.status).capitalize()}{took}")
        set_role(self._status, TONES.get(row.status, "bad"))
        words = [part for part in (row.error, KEPT.get(row.status)) if part]
        self._error.setText("\n".join(words))
        self._error.setVisible(bool(words))
        self.open.setVisible(page_of(row.experiment) != "runs" and row.status != "damaged")
        self.clone.setEnabled(row.status != "damaged")
        self.delete.setEnabled(row.status != "running")
        if not self.tags.hasFocus():
            self.tags.setText(", ".join(row.tags))
        if not self.note.hasFocus() and self.note.toPlainText() != row.note:
            self.note.setPlainText(row.note)
        self.rerun.setEnabled(row.status not in ("damaged", "running") and row.experiment != "imported")
        result = [(key.replace("_", " "), value_words(value)) for key, value in (row.result or {}).items()]
        self._result_panel.setVisible(bool(result))
        self.result.show_pairs(result)
        self.configuration.show_pairs(
            [(key.replace("_", " "), value_words(value)) for key, value in row.configuration.items()]
        )
        origin = [
            (tr("experiment"), row.experiment),
            (tr("preset"), row.preset),
            (tr("seed"), row.seed),
            (tr("device"), row.device),
            (tr("started"), when(row.created)),
            (tr("host"), row.host),
            (tr("continues"), row.parent),
        ]
        self.origin.show_pairs([(name, str(value)) for name, value in origin if value not in (None, "")])
        if not is_same:
            self._curves_panel.hide()
            self.show_verdict("")

    def show_curves(self, curves: dict[str, Any]) -> None:
        """Show ``{name: (steps, values)}``, as many as can be told apart."""
        self._curves_panel.setVisible(bool(curves))
        if not curves:
            return
        shown = dict(list(curves.items())[:CURVES])
        lines = tuple(
            Line(name, steps.astype(float), values, colour=place)
            for place, (name, (steps, values)) in enumerate(shown.items())
        )
        words = (
            tr("{shown} of {curves} curves", shown=len(shown), curves=len(curves)) if len(shown) < len(curves) else ""
        )
        self.curves.set_state(PlotState(lines, note=words))

    def show_verdict(self, words: str) -> None:
        """Say how the run compares with its repetition."""
        self.verdict.setText(words)
        self.verdict.setVisible(bool(words))

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(command_line(self.row))

    @Slot()
    def _on_reveal(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    @Slot()
    def _on_note(self) -> None:
        text = self.note.toPlainText()
        if self.row is not None and text != self.row.note:
            self.note_changed.emit(self.row.id, text)

    @Slot()
    def _on_tags(self) -> None:
        tags = tuple(sorted({tag.strip() for tag in self.tags.text().split(",") if tag.strip()}))
        if self.row is not None and tags != tuple(self.row.tags):
            self.tags_changed.emit(self.row.id, tags)
