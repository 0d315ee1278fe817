"""The person's choices, each in force at once or with a word on when."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.actions_window import THEMES, open_folder
from gui.pages.page import Page
from gui.theme import UNIT, signals
from gui.theme.motion import reduce_motion
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel, hairline, label

if TYPE_CHECKING:
    from gui.workspace import Workspace

SCALES = (80, 90, 100, 110, 125, 150, 175, 200)
ENGINES = (("process", tr("In a process of its own")), ("inline", tr("In a thread of this program")))
DEVICES = (("auto", tr("Automatic")), ("cpu", "CPU"), ("cuda", "GPU"))
CLOSING = (("ask", tr("Ask")), ("finish", tr("Keep going until finished")), ("stop", tr("Stop and save")))
WIDTH = 90 * UNIT


class SettingsPage(Page):
    """One column of sections; a change is saved when the page is left or the window closes."""

    identifier = "settings"
    title = tr("Settings")
    icon = "gear"
    shortcut = "Ctrl+,"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        settings = workspace.settings
        inside = QWidget()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(3 * UNIT)
        self._grid.setVerticalSpacing(UNIT)
        self._grid.setColumnMinimumWidth(0, 24 * UNIT)
        self._grid.setColumnStretch(1, 1)

        self._section(tr("Appearance"))
        self.theme = self._choice(tr("Colours"), THEMES, settings.theme, "")
        scales = tuple((scale, f"{scale} %") for scale in sorted({*SCALES, settings.text_scale}))
        self.text_scale = self._choice(
            tr("Text size"), scales, settings.text_scale, tr("Ctrl++ and Ctrl+- change it from anywhere")
        )
        self.motion = QCheckBox(tr("No fading menus, no blinking cursor"))
        self.motion.setChecked(settings.reduced_motion)
        self._row(tr("Reduced motion"), self.motion, "")

        self._section(tr("Engine"))
        self.engine = self._choice(
            tr("Run jobs"),
            ENGINES,
            settings.engine,
            tr("A process of its own keeps the window smooth. In force with the next start"),
        )
        self.interpreter = QLineEdit(settings.interpreter)
        self.interpreter.setPlaceholderText(tr("The Python that runs this window"))
        self._row(
            tr("Python of the engine"),
            self._with_button(self.interpreter, tr("Choose…"), self._on_interpreter),
            tr(
                "Another Python that has Athanor installed, for instance with a GPU build of torch. "
                "In force with the next start"
            ),
        )
        self.device = self._choice(tr("Device"), DEVICES, settings.device, tr("For experiments that can use a GPU"))

        self._section(tr("Runs"))
        self.closing = self._choice(tr("Closing while a run goes on"), CLOSING, settings.when_closing, "")

        self._section(tr("Folders"))
        self._folder(tr("Runs"), workspace.runs_folder)
        from engine.data.folders import folders

        for place, folder in enumerate(folders() or [workspace.runs_folder.parent / "datasets"]):
            self._folder(tr("Data sets") if place == 0 else "", folder)
        self._folder(tr("Settings"), settings.folder)
        note = label(tr("Set ATHANOR_HOME or start with --data DIR to keep all of it elsewhere"), "small")
        note.setWordWrap(True)
        self._grid.addWidget(note, self._grid.rowCount(), 1)

        column = QVBoxLayout()
        column.addWidget(label(tr("Settings"), "title"))
        column.addLayout(self._grid)
        column.addStretch(1)
        row = QHBoxLayout(inside)
        row.setContentsMargins(4 * UNIT, 3 * UNIT, 4 * UNIT, 3 * UNIT)
        holder = QWidget()
        holder.setMaximumWidth(WIDTH)
        holder.setLayout(column)
        row.addWidget(holder, 1)
        row.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setAccessibleName(tr("Settings"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        for box in (self.theme, self.text_scale, self.engine, self.device, self.closing):
            box.activated.connect(self._on_changed)
        self.motion.toggled.connect(self._on_changed)
        self.interpreter.editingFinished.connect(self._on_changed)
        signals().changed.connect(self.show_settings)  # colours and text size are changed from elsewhere too

    def _section(self, title: str) -> None:
        row = self._grid.rowCount()
        self._grid.setRowMinimumHeight(row, 3 * UNIT)
        self._grid.addWidget(label(title, "heading"), row + 1, 0, 1, 2)
        self._grid.addWidget(hairline(), row + 2, 0, 1, 2)

    def _row(self, title: str, widget: QWidget, hint: str) -> None:
        row = self._grid.rowCount()
        name = label(title)
        name.setWordWrap(True)
        name.setBuddy(widget)
        self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(widget, row, 1)
        if hint:
            words = label(hint, "small")
            words.setWordWrap(True)
            self._grid.addWidget(words, row + 1, 1)
        if not widget.accessibleName():
            widget.setAccessibleName(title)

    def _choice(self, title: str, choices: tuple[tuple[Any, str], ...], value: Any, hint: str) -> QComboBox:
        box = QComboBox()
        for key, words in choices:
            box.addItem(words, key)
        box.setCurrentIndex(max(0, box.findData(value)))
        self._row(title, box, hint)
        return box

    def _with_button(self, field: QLineEdit, text: str, slot: Any) -> QWidget:
        whole, button = QWidget(), QPushButton(text)
        field.setAccessibleName(tr("Python of the engine"))
        button.setAccessibleName(tr("Choose the Python of the engine"))
        button.clicked.connect(slot)
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(field, 1)
        row.addWidget(button)
        return whole

    def _folder(self, title: str, folder: Path) -> None:
        whole, path, button = QWidget(), ElidedLabel(str(folder), "muted"), QPushButton(tr("Show"))
        button.setAccessibleName(tr("Show folder {folder}", folder=folder))
        set_icon(button, "folder", 15)
        button.clicked.connect(lambda: open_folder(folder))
        row = QHBoxLayout(whole)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(UNIT)
        row.addWidget(path, 1)
        row.addWidget(button)
        self._row(title, whole, "")

    @Slot()
    def _on_interpreter(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, tr("Choose the Python of the engine"))
        if path:
            self.interpreter.setText(path)
            self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        settings, window = self.workspace.settings, self.window()
        if self.motion.isChecked() != settings.reduced_motion:
            settings.reduced_motion = self.motion.isChecked()
            reduce_motion(settings.reduced_motion)
        settings.engine = self.engine.currentData()
        settings.device = self.device.currentData()
        settings.when_closing = self.closing.currentData()
        path = self.interpreter.text().strip()
        if path and not (os.path.isfile(path) and os.access(path, os.X_OK)):
            self.workspace.show_error(
                tr("{path} is not a program that can be run", path=path),
                tr("The setting is as it was"),
                tr("Choose the python file"),
            )
            self.interpreter.setText(settings.interpreter)
        else:
            settings.interpreter = path
        if self.theme.currentData() != settings.theme:
            window.choose_theme(self.theme.currentData())
        if self.text_scale.currentData() != settings.text_scale:
            settings.text_scale = self.text_scale.currentData()
            window.theme.set_scale(settings.text_scale)
            window.rail.fit()

    def on_shown(self) -> None:
        self.show_settings()

    @Slot()
    def show_settings(self) -> None:
        """Show the choices in force where they can be made elsewhere."""
        settings = self.workspace.settings
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        if self.text_scale.findData(settings.text_scale) < 0:
            self.text_scale.addItem(f"{settings.text_scale} %", settings.text_scale)
        self.text_scale.setCurrentIndex(self.text_scale.findData(settings.text_scale))
        self.closing.setCurrentIndex(self.closing.findData(settings.when_closing))

    def on_hidden(self) -> None:
        try:
            self.workspace.settings.save()
        except OSError as error:
            self.workspace.show_error(
                tr("The settings were not saved ({strerror})", strerror=error.strerror), tr("They hold until you quit")
            )

    def tour(self, folder: Path) -> dict[str, Any]:
        settings = self.workspace.settings
        return {"theme": settings.theme, "engine": settings.engine, "runs_folder": str(self.workspace.runs_folder)}
