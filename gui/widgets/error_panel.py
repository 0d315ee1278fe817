"""What went wrong, beside the work and without stopping it: what happened, what was kept, what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label

KEPT = 20


class ErrorPanel(QFrame):
    """Shows one problem; further ones wait behind it (the newest twenty) and are counted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[tuple[str, str, str, str]] = []
        self._shown: tuple[str, str, str, str] | None = None
        self._title = label("", "bad")
        self._kept, self._advice = label("", "muted"), label()
        for widget in (self._title, self._kept, self._advice):
            widget.setWordWrap(True)
            widget.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName(tr("Details of the problem"))
        self._details.setFixedHeight(22 * UNIT)
        self._details.hide()
        self.details_button = QPushButton(tr("Details"))
        self.copy_button = QPushButton(tr("Copy report"))
        self.dismiss_button = QPushButton(tr("Dismiss"))
        self.details_button.setProperty("role", "quiet")
        texts, buttons, row = QVBoxLayout(), QHBoxLayout(), QHBoxLayout()
        texts.setSpacing(UNIT // 2)
        for widget in (self._title, self._kept, self._advice):
            texts.addWidget(widget)
        buttons.setSpacing(UNIT)
        for widget in (self.details_button, self.copy_button, self.dismiss_button):
            buttons.addWidget(widget, 0, Qt.AlignmentFlag.AlignTop)
        row.setSpacing(2 * UNIT)
        row.addLayout(texts, 1)
        row.addLayout(buttons)
        frame = QFrame()
        frame.setProperty("role", "error")
        inside = QVBoxLayout(frame)
        inside.setContentsMargins(2 * UNIT, UNIT + 4, UNIT + 4, UNIT + 4)
        inside.setSpacing(UNIT)
        inside.addLayout(row)
        inside.addWidget(self._details)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, 0)
        layout.addWidget(frame)
        self.details_button.clicked.connect(self._on_details)
        self.copy_button.clicked.connect(self.copy)
        self.dismiss_button.clicked.connect(self.dismiss)
        self.hide()

    @property
    def report(self) -> str:
        """Everything about the problem on screen, as text."""
        return "\n".join(part for part in self._shown or () if part)

    def add(self, text: str, kept: str = "", advice: str = "", details: str = "") -> None:
        """Show a problem now, or after the one on screen; the same one twice in a row is shown once."""
        problem = (text, kept, advice, details)
        if self._shown is None:
            self._show(problem)
        elif problem != (self._waiting[-1] if self._waiting else self._shown):
            self._waiting = [*self._waiting, problem][-KEPT:]
        self._label_dismiss()

    @Slot()
    def dismiss(self) -> None:
        """Done with this one; show the next or go away."""
        self._shown = None
        if self._waiting:
            self._show(self._waiting.pop(0))
        else:
            self.hide()
        self._label_dismiss()

    def dismiss_all(self) -> None:
        """Done with all of them."""
        self._waiting.clear()
        self.dismiss()

    @Slot()
    def copy(self) -> None:
        QGuiApplication.clipboard().setText(self.report)

    @Slot()
    def _on_details(self) -> None:
        self._details.setVisible(not self._details.isVisible())

    def _show(self, problem: tuple[str, str, str, str]) -> None:
        self._shown = problem
        text, kept, advice, details = problem
        for widget, content in ((self._title, text), (self._kept, kept), (self._advice, advice)):
            widget.setText(content)
            widget.setVisible(bool(content))
        self._details.setPlainText(details)
        self._details.hide()
        self.details_button.setVisible(bool(details))
        self.setAccessibleName(tr("Problem: {text}", text=text))
        self.show()

    def _label_dismiss(self) -> None:
        count = len(self._waiting)
        self.dismiss_button.setText(tr("Next problem ({count} more)", count=count) if count else tr("Dismiss"))
