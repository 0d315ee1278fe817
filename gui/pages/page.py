"""What every page of the window offers, and nothing more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from gui.actions import Action
    from gui.workspace import Workspace


class Page(QWidget):
    """One room of the window: a subclass per page, built the first time it is shown, never destroyed before the window.

    A page reads records and the engine's snapshot in :meth:`on_frame`; nothing ever pushes into it. Everything it needs
    from outside comes through ``self.workspace``.

    Attributes: ``identifier`` (stable, lower case: settings, layouts and action identifiers start with it), ``title``
    (sentence case, on the rail), ``icon`` (name of a file in assets/icons), ``shortcut`` (shows the page).
    """

    identifier = ""
    title = ""
    icon = ""
    shortcut = ""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setObjectName(self.identifier)
        self.workspace = workspace

    def actions(self) -> list[Action]:  # type: ignore[override]
        """What can be done here, for menus, palette and keyboard; asked once, after construction.

        Shortcuts of a page work only while the page is shown, so two pages may use the same key.
        """
        return []

    def on_frame(self) -> None:
        """Bring the picture up to date: called at most 60 times a second and only while the page is visible.

        Return at once when nothing changed; a call that takes longer than 8 ms is called correspondingly less often.
        """

    def on_shown(self) -> None:
        """The page has just become visible."""

    def on_hidden(self) -> None:
        """The page has just been covered by another one or the window is closing."""

    def save_state(self) -> dict[str, Any]:
        """What to remember of the page between two starts, as JSON values."""
        return {}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back what :meth:`save_state` gave; unknown or missing keys are not errors. Called after construction."""

    def open_record(self, identifier: str) -> None:
        """Show one run; only called for pages that the run's experiment names as its page."""

    def tour(self, folder: Path) -> dict[str, Any]:
        """Do the page's main job from start to end and return its facts as JSON values.

        Called by ``athanor tour`` with the page visible; runs on the main thread and may wait with
        ``self.workspace.wait(condition, seconds)``, which keeps frames coming. Files it leaves go into ``folder``. The
        picture of the page is taken afterwards.
        """
        return {}
