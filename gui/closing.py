"""Closing the window while a run goes on: asked once, remembered if wished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QMessageBox

from gui.translation import tr

if TYPE_CHECKING:
    from gui.window import MainWindow

FINISH, STOP, CANCEL = "finish", "stop", "cancel"


class CloseQuestion(QObject):
    """Decides whether the window may close now.

    *finish*: the window hides and closes by itself when the last run has ended; *stop*: runs are stopped and saved by
    the shutdown that follows; *cancel*: nothing happens.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.is_waiting = False

    def may_close(self) -> bool:
        """Whether to close; asks where a run goes on and no answer is remembered."""
        workspace = self._window.workspace
        if not workspace.engine.unfinished or (self.is_waiting and not self._window.isVisible()):
            return True
        answer = workspace.settings.when_closing
        if answer not in (FINISH, STOP):
            answer, remember = self.ask(len(workspace.engine.unfinished))
            if remember and answer != CANCEL:
                workspace.settings.when_closing = answer
        if answer == FINISH:
            self.is_waiting = True
            self._window.save()
            self._window.hide()
        return answer == STOP

    def job_ended(self) -> None:
        """Close for good if the window was only waiting for this."""
        if self.is_waiting and not self._window.isVisible() and not self._window.workspace.engine.unfinished:
            self._window.close()

    def ask(self, count: int) -> tuple[str, bool]:
        """Ask the person; returns (answer, remember it)."""
        box = QMessageBox(self._window)
        box.setWindowTitle(tr("Close Athanor"))
        box.setText(
            tr("A run is still going") if count == 1 else tr("{count} runs are still going or waiting", count=count)
        )
        box.setInformativeText(tr("Everything written so far is kept either way."))
        finish = box.addButton(tr("Keep going until finished"), QMessageBox.ButtonRole.AcceptRole)
        stop = box.addButton(tr("Stop and save"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = box.addButton(tr("Cancel"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(finish)
        box.setEscapeButton(cancel)
        remember = QCheckBox(tr("Do not ask again"), box)
        box.setCheckBox(remember)
        box.exec()
        answer = {finish: FINISH, stop: STOP}.get(box.clickedButton(), CANCEL)
        return answer, remember.isChecked()
