"""The main window: bars, pages, docks and the overlays that speak to the person."""

from __future__ import annotations

import logging
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from gui import layouts
from gui.about import AboutView
from gui.actions import Actions
from gui.actions_palette import palette_entries, prepare_search
from gui.actions_window import window_actions
from gui.bars import Rail, StatusBar, TopBar
from gui.closing import CloseQuestion
from gui.docks import LogView, PerformanceView, dock, undo_view
from gui.lessons import LessonView, Step
from gui.notices import Notices
from gui.pages.catalogue import PAGES, PageEntry, page_of
from gui.pages.page import Page
from gui.palette import Entry, Palette
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.empty_state import EmptyState
from gui.widgets.error_panel import ErrorPanel
from gui.widgets.toast import Toast

if TYPE_CHECKING:
    from gui.bridge import FrameClock
    from gui.crash import RecentLines
    from gui.performance import LatencyProbe
    from gui.theme.style import ThemeSwitch
    from gui.workspace import Workspace

log = logging.getLogger("athanor.window")


class MainWindow(QMainWindow):
    """Shows pages (each built when first shown) and keeps them supplied with frames.

    Attributes: ``workspace``, ``actions_list`` (every action by name), ``pages`` (those built so far), ``errors``,
    ``toast``, ``palette_box``. ``first_painted`` is emitted once, when the window has been drawn; ``ended`` when it is
    closed for good.
    """

    first_painted = Signal()
    ended = Signal()

    def __init__(
        self,
        workspace: Workspace,
        clock: FrameClock,
        probe: LatencyProbe,
        recent: RecentLines,
        theme: ThemeSwitch,
        device: str,
        pages: tuple[PageEntry, ...] = PAGES,
    ) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setWindowTitle(tr("Athanor"))
        self.setMinimumSize(110 * UNIT, 76 * UNIT)
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self.workspace, self.clock, self.theme = workspace, clock, theme
        self.entries = {page.identifier: page for page in pages}
        self.pages: dict[str, QWidget] = {}
        self.current = ""
        self._painted = False
        self.actions_list = Actions(self)

        self.top, self.rail, self.status = TopBar(self), Rail(pages, self), StatusBar(device, self)
        self.errors, self._stack, centre = ErrorPanel(), QStackedWidget(), QWidget()
        self._stack.setProperty("role", "panel")
        centre.setProperty("role", "panel")
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.errors)
        column.addWidget(self._stack, 1)
        self.setMenuWidget(self.top)
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, self.rail)
        self.setCentralWidget(centre)
        self.setStatusBar(self.status)
        self._log_view, self._about_view, self._lesson_view = LogView(recent), AboutView(), LessonView()
        self.performance = PerformanceView(probe, clock, workspace.engine, recent)
        areas = Qt.DockWidgetArea
        self.docks = {
            "log": dock(self, "log", tr("Log"), self._log_view, areas.BottomDockWidgetArea),
            "performance": dock(self, "performance", tr("Performance"), self.performance, areas.RightDockWidgetArea),
            "undo": dock(self, "undo", tr("History of changes"), undo_view(workspace.undo), areas.RightDockWidgetArea),
            "lesson": dock(self, "lesson", tr("Lesson"), self._lesson_view, areas.RightDockWidgetArea),
            "about": dock(self, "about", tr("About this page"), self._about_view, areas.RightDockWidgetArea),
        }
        self.toast = Toast(centre)
        self.palette_box = Palette(self, lambda query: palette_entries(self, query))
        self.palette_box.recent = list(workspace.settings.recent)
        self.actions_list.add(window_actions(self))
        self.closing = CloseQuestion(self)
        self.notices = Notices(self)
        self._connect()
        layouts.restore(self, self._folder)

    @property
    def _folder(self) -> Path:
        return self.workspace.settings.folder

    def _connect(self) -> None:
        workspace, engine = self.workspace, self.workspace.engine
        self.rail.page_chosen.connect(self.show_page)
        self.top.command.clicked.connect(self.open_palette)
        self.top.theme.clicked.connect(self.switch_theme)
        self.status.stop_clicked.connect(self.stop_run)
        self.palette_box.chosen.connect(self._on_chosen)
        self.actions_list.changed.connect(self._fill_menus)
        self._lesson_view.reached.connect(self._on_lesson_step)
        self._lesson_view.ended.connect(self.docks["lesson"].hide)
        workspace.record_wanted.connect(self.open_record)
        workspace.page_wanted.connect(self.show_page)
        workspace.clone_wanted.connect(self.clone_run)
        self.clock.followers += [engine.pull, workspace.loader.deliver, self._on_frame]
        self._fill_menus()

    @property
    def page(self) -> QWidget | None:
        """The page on screen."""
        return self.pages.get(self.current)

    @Slot(str)
    def show_page(self, identifier: str) -> None:
        """Bring a page to the front, building it the first time."""
        if identifier not in self.entries:
            identifier = next(iter(self.entries))
        if identifier == self.current:
            return
        self._leave_page()
        if identifier not in self.pages:
            self._build(identifier)
        page = self.pages[identifier]
        self.current = identifier
        self._stack.setCurrentWidget(page)
        self.rail.show_page(identifier)
        self.workspace.status("")
        self.actions_list.show_page(identifier)
        self.setWindowTitle(tr("{title} – Athanor", title=self.entries[identifier].title))
        self._about_view.show_page(identifier, self.entries[identifier].title)
        if isinstance(page, Page):
            page.on_shown()
            self.clock.show(page.on_frame)
        page.setFocus()

    def begin_lesson(self, name: str) -> None:
        """Show the first step of a lesson beside its page."""
        self.docks["lesson"].show()
        self._lesson_view.begin(name)

    @Slot(object)
    def _on_lesson_step(self, step: Step) -> None:
        self.show_page(step.page)
        if step.action:
            self.actions_list.run(step.action)

    def _build(self, identifier: str) -> None:
        entry = self.entries[identifier]
        try:
            page: QWidget = entry.load()(self.workspace)
            page.restore_state(self.workspace.settings.pages.get(identifier, {}))
            self.actions_list.add(page.actions(), page, identifier)
        except Exception as error:
            log.exception("the page %s could not be built", identifier)
            page = EmptyState(
                entry.icon,
                tr("{title} cannot be shown", title=entry.title),
                tr("{error}\nThe other pages work.", error=error),
            )
            self.workspace.show_error(
                tr("The page {title} could not be opened", title=entry.title),
                tr("Every run is kept"),
                tr("Copy the report"),
                traceback.format_exc(),
            )
        page.setAccessibleName(entry.title)
        self.pages[identifier] = page
        self._stack.addWidget(page)

    def _leave_page(self) -> None:
        self.clock.show(None)
        if isinstance(self.page, Page):
            self.page.on_hidden()

    @Slot(str)
    def open_record(self, identifier: str) -> None:
        """Show one run on the page for its experiment."""
        try:
            name = page_of(self.workspace.record(identifier).metadata.experiment)
        except (ValueError, OSError) as error:
            self.workspace.show_error(
                tr("The run {identifier} cannot be opened", identifier=identifier),
                tr("The folder was left as it is"),
                str(error),
            )
            return
        self.show_page(name)
        if isinstance(self.page, Page):
            self.page.open_record(identifier)

    @Slot(str)
    def clone_run(self, identifier: str) -> None:
        """Put the settings of a run into the form of the experiments page."""
        self.show_page("experiments")
        self.pages["experiments"].clone(identifier)

    @Slot()
    def open_palette(self) -> None:
        self.actions_list.refresh()
        self.workspace.loader.load("palette", partial(prepare_search, self.workspace.index), lambda count: None)
        self.palette_box.open()

    @Slot(object)
    def _on_chosen(self, entry: Entry) -> None:
        self.workspace.settings.recent = self.palette_box.recent
        entry.run()

    @Slot()
    def switch_theme(self) -> None:
        """From light to dark or back; from then on the choice is fixed rather than the system's."""
        from gui.theme import current

        self.choose_theme("light" if current().is_dark else "dark")

    def choose_theme(self, choice: str) -> None:
        self.workspace.settings.theme = choice
        self.theme.choose(choice)

    def choose_layout(self, name: str) -> None:
        """Arrange the docks as one of the factory layouts; ``teach`` also enlarges the text."""
        self.workspace.settings.layout = name
        layouts.apply_factory(self, name)
        self.theme.set_scale(max(self.workspace.settings.text_scale, layouts.TEXT_SCALE[name]))
        self.rail.fit()

    @Slot()
    def stop_run(self) -> None:
        job = self.workspace.engine.active
        if job is not None:
            self.workspace.engine.stop(job.id)

    @Slot()
    def _fill_menus(self) -> None:
        self.actions_list.fill(self.top.menus)

    @Slot()
    def _on_frame(self) -> None:
        for name, view in (("log", self._log_view), ("performance", self.performance)):
            if self.docks[name].isVisible():
                view.refresh()
        self.status.show_frames(self.clock.meter.per_second)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.Paint and not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.first_painted.emit)
        return handled

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            shown = self.page if not self.isMinimized() else None
            self.clock.show(shown.on_frame if isinstance(shown, Page) else None)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.closing.may_close():
            event.ignore()
            return
        self._leave_page()
        self.save()
        event.accept()
        self.ended.emit()

    def save(self) -> None:
        """Write settings, page states and the layout."""
        settings = self.workspace.settings
        settings.page = self.current
        for name, page in self.pages.items():
            if isinstance(page, Page):
                settings.pages[name] = page.save_state()
        try:
            settings.save()
            layouts.save(self, self._folder)
        except OSError as error:
            log.error("settings could not be saved: %s", error)
