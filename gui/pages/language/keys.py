"""Keys of endpoints: asked for in a dialog that never shows them, kept in the system's keyring and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from engine.language.keys import store_key, stored_key
from engine.language.model import ModelError
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.labels import label

if TYPE_CHECKING:
    from gui.pages.language.page import LanguagePage


class KeyDialog(QDialog):
    """Asks for the key of one provider. ``take`` gives it once and empties the field."""

    def __init__(self, parent: QWidget, provider: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Key for {provider}", provider=provider))
        words = label(
            tr(
                "{provider} wants a key. It goes to the system's keyring and from there to {provider}, never into a "
                "record, a log or a file of this program.",
                provider=provider,
            ),
            "muted",
        )
        words.setWordWrap(True)
        words.setMinimumWidth(46 * UNIT)
        self._field = QLineEdit()
        self._field.setEchoMode(QLineEdit.EchoMode.NoEcho)
        self._field.setPlaceholderText(tr("Paste the key; it is not shown"))
        self._field.setAccessibleName(tr("Key"))
        self._field.textChanged.connect(self._on_changed)
        self._said = label(tr("nothing entered yet"), "small")
        self.keep = QCheckBox(tr("Keep it in the system's keyring"))
        self.keep.setChecked(True)
        self.keep.setToolTip(tr("Otherwise it is used for this run alone and forgotten"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._go = buttons.addButton(tr("Use key"), QDialogButtonBox.ButtonRole.AcceptRole)
        self._go.setProperty("role", "primary")
        self._go.setEnabled(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * UNIT, 2 * UNIT, 2 * UNIT, 2 * UNIT)
        layout.setSpacing(UNIT)
        for widget in (words, self._field, self._said, self.keep, buttons):
            layout.addWidget(widget)

    def _on_changed(self, text: str) -> None:
        self._said.setText(tr("a key was entered") if text.strip() else tr("nothing entered yet"))
        self._go.setEnabled(bool(text.strip()))

    def take(self) -> str:
        """The key that was entered; the field forgets it."""
        key = self._field.text().strip()
        self._field.clear()
        return key


class Keys(QObject):
    """Makes sure that a run has the key it needs.

    A key that the keyring does not take is held only until the run asks for it.
    """

    def __init__(self, page: LanguagePage) -> None:
        super().__init__(page)
        self._page = page
        self._held: dict[str, str] = {}
        self.dialog: KeyDialog | None = None

    def ensure(self, provider: str, then: Callable[[], None]) -> None:
        """Call ``then`` once there is a key for ``provider``; a keyring may be slow, so it is asked in the loader."""

        def done(found: bool) -> None:
            if found or provider in self._held:
                then()
            else:
                self.ask(provider, lambda key, keep: self._entered(provider, key, keep, then))

        self._page.workspace.loader.load("language-key", lambda: bool(stored_key(provider)), done)

    def ask(self, provider: str, entered: Callable[[str, bool], None]) -> None:
        """Open the dialog; ``entered`` gets the key and whether to keep it."""
        dialog = KeyDialog(self._page, provider)
        self.dialog = dialog

        def accepted() -> None:
            self.dialog = None
            entered(dialog.take(), dialog.keep.isChecked())
            dialog.deleteLater()

        def rejected() -> None:
            self.dialog = None
            dialog.take()
            dialog.deleteLater()

        dialog.accepted.connect(accepted)
        dialog.rejected.connect(rejected)
        dialog.open()

    def _entered(self, provider: str, key: str, keep: bool, then: Callable[[], None]) -> None:
        workspace = self._page.workspace
        if not keep:
            self._held[provider] = key
            then()
            return

        def store() -> str:
            try:
                store_key(provider, key)
            except ModelError as problem:
                return str(problem)
            return ""

        def stored(problem: str) -> None:
            if problem:
                self._held[provider] = key
                workspace.toast(tr("{problem}; it is used for this run alone", problem=problem))
            then()

        workspace.loader.load("language-key-store", store, stored)

    def wanted(self, provider: str) -> None:
        """A run waits for a key: hand over the one that is held, else ask."""
        session = self._page.session
        if session is None or not session.running:
            return
        if (held := self._held.pop(provider, None)) is not None:
            session.answer_key(provider, held)
        elif self.dialog is None:
            self.ask(provider, lambda key, keep: self._late(provider, key, keep))

    def _late(self, provider: str, key: str, keep: bool) -> None:
        session = self._page.session
        if session is not None:
            session.answer_key(provider, key)
        if keep:
            self._entered(provider, key, True, lambda: None)
            self._held.pop(provider, None)
