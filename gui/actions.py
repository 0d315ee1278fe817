"""Actions as data: menus, shortcuts, the command palette and tests all read the same list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.translation import tr

MENUS = {
    "File": tr("File"),
    "Edit": tr("Edit"),
    "View": tr("View"),
    "Run": tr("Run"),
    "Window": tr("Window"),
    "Help": tr("Help"),
}
SUBMENUS = {"Theme": tr("Theme")}


@dataclass(frozen=True)
class Action:
    """One thing a person can do.

    Attributes: ``identifier`` (``room.verb``, stable: tests and the palette's memory use it), ``text`` (sentence case,
    "…" when a dialog follows), ``handler`` (called without arguments), ``menu`` (one of MENUS; empty = palette only;
    "View/Theme" makes a submenu), ``group`` (a line is drawn between groups of a menu), ``shortcut`` (portable text as
    QKeySequence reads it; several are separated by "; "), ``icon``, ``enabled`` and ``checked`` (asked each time they
    matter; ``checked`` makes it a toggle), ``hint`` (one sentence for tooltip and palette).
    """

    identifier: str
    text: str
    handler: Callable[[], object]
    menu: str = ""
    group: int = 0
    shortcut: str = ""
    icon: str = ""
    enabled: Callable[[], bool] | None = None
    checked: Callable[[], bool] | None = None
    hint: str = ""

    @property
    def is_enabled(self) -> bool:
        return self.enabled is None or self.enabled()


class _Handle(QObject):
    """Ties one action to its QAction (a QObject, so that the connection ends with it)."""

    def __init__(self, action: Action, parent: QObject, run: Callable[[str], None]) -> None:
        super().__init__(parent)
        self.action = action
        self.run = run
        self.widget = QAction(action.text, self)
        self.widget.setObjectName(action.identifier)
        self.widget.setCheckable(action.checked is not None)
        self.widget.setToolTip(action.hint or action.text.removesuffix("…"))
        self.widget.setStatusTip(action.hint)
        keys = [QKeySequence(text) for text in action.shortcut.split("; ") if text]
        self.widget.setShortcuts(keys)
        self.widget.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self.run(self.action.identifier)
        self.refresh()

    def refresh(self) -> None:
        self.widget.setEnabled(self.action.is_enabled)
        if self.action.checked is not None:
            self.widget.setChecked(self.action.checked())


class Actions(QObject):
    """All actions of the window, in the order in which they were added.

    ``performed`` carries the identifier of an action that was run; ``changed`` says that actions came or that another
    page's are in force. An action that belongs to a page is available only while that page is shown.
    """

    performed = Signal(str)
    changed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._handles: dict[str, _Handle] = {}
        self._owners: dict[str, str] = {}
        self._page = ""

    def add(self, actions: Iterable[Action], page: QWidget | None = None, owner: str = "") -> None:
        """Register actions of the window, or of ``page`` whose identifier is ``owner``; a second one of a name is an
        error.
        """
        for action in actions:
            if action.identifier in self._handles:
                raise ValueError(tr("two actions are called {identifier}", identifier=action.identifier))
            handle = _Handle(action, self, self.run)
            self._handles[action.identifier] = handle
            self._owners[action.identifier] = owner
            target = page or self._window
            if page is not None:
                handle.widget.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            target.addAction(handle.widget)
        self.changed.emit()

    def show_page(self, owner: str) -> None:
        """Make the actions of the page ``owner`` the available ones."""
        self._page = owner
        self.changed.emit()

    def available(self) -> list[Action]:
        """Every action that can be run now, in order."""
        return [
            handle.action
            for name, handle in self._handles.items()
            if self._owners[name] in ("", self._page) and handle.action.is_enabled
        ]

    def all(self) -> list[Action]:
        return [handle.action for handle in self._handles.values()]

    def widget(self, identifier: str) -> QAction:
        """The QAction, for a button that shows it."""
        return self._handles[identifier].widget

    def run(self, identifier: str) -> None:
        """Run one action by name; nothing happens where it is not available."""
        handle = self._handles[identifier]
        if self._owners[identifier] in ("", self._page) and handle.action.is_enabled:
            handle.action.handler()
            self.performed.emit(identifier)

    def refresh(self) -> None:
        """Ask every action again whether it is enabled and checked."""
        for handle in self._handles.values():
            handle.refresh()

    def fill(self, bar: QMenuBar) -> None:
        """Build the menus anew."""
        for old in bar.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
            old.deleteLater()  # to clear a bar takes its menus off it and keeps them
        bar.clear()
        for name, title in MENUS.items():
            menu = QMenu(title, bar)
            self._fill_menu(menu, name)
            menu.aboutToShow.connect(self._on_menu_shown)
            if not menu.isEmpty():
                bar.addMenu(menu)

    def _fill_menu(self, menu: QMenu, path: str) -> None:
        members = [
            handle
            for name, handle in self._handles.items()
            if self._owners[name] in ("", self._page) and handle.action.menu.split("/")[0] == path
        ]
        submenus: dict[str, QMenu] = {}
        previous: int | None = None
        for handle in sorted(members, key=lambda handle: handle.action.group):
            if previous is not None and handle.action.group != previous:
                menu.addSeparator()
            previous = handle.action.group
            _, _, below = handle.action.menu.partition("/")
            if below and below not in submenus:
                submenus[below] = menu.addMenu(SUBMENUS.get(below, below))
            (submenus[below] if below else menu).addAction(handle.widget)

    @Slot()
    def _on_menu_shown(self) -> None:
        self.refresh()
