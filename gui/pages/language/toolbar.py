"""The bar above the views: what is open, which view, how a run goes, and Stop."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QProgressBar, QPushButton, QTabBar

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel

SETUP, TALKS, FIGURES, WORLD = "setup", "talks", "figures", "world"
VIEWS = (
    (SETUP, tr("Set up"), tr("Choose model, condition and limits, then run")),
    (TALKS, tr("Transcripts"), tr("Every turn, beside the table and what can be known")),
    (FIGURES, tr("Figures"), tr("Conditions compared with each other and with published figures")),
    (WORLD, tr("Feature World"), tr("Find the feature that pays, by hand or watching an agent")),
)


class Toolbar(QFrame):
    """``view_chosen`` carries one of VIEWS; ``stop_clicked`` ends the run under way."""

    view_chosen = Signal(str)
    stop_clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self.open_button = self._button(tr("Open"), tr("Open a recorded evaluation"), "folder")
        self.export_button = self._button(tr("Export"), tr("JSON lines, pictures, Python, the command line"), "export")
        for button in (self.open_button, self.export_button):
            button.setMenu(QMenu(button))
        self.stop_button = self._button(tr("Stop"), tr("End the run; everything so far is kept"), "stop")
        self.stop_button.clicked.connect(self.stop_clicked)
        self.words = ElidedLabel("", "small")
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(10 * UNIT)
        self.progress.setRange(0, 1000)
        self.progress.setAccessibleName(tr("Progress of the run"))
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(tr("View"))
        for place, (name, title, hint) in enumerate(VIEWS):
            self.tabs.addTab(title)
            self.tabs.setTabToolTip(place, hint)
            self.tabs.setTabData(place, name)
        self.tabs.currentChanged.connect(self._on_tab)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(UNIT, UNIT, UNIT, UNIT)
        layout.setSpacing(UNIT)
        layout.addWidget(self.open_button)
        layout.addWidget(self.tabs)
        layout.addWidget(self.words, 1)
        for widget in (self.progress, self.stop_button, self.export_button):
            layout.addWidget(widget)
        self.show_run("", None)
        self.show_view(SETUP)

    def _button(self, text: str, hint: str, icon: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(hint)
        set_icon(button, icon, 2 * UNIT)
        return button

    @Slot(int)
    def _on_tab(self, place: int) -> None:
        self.view_chosen.emit(str(self.tabs.tabData(place)))

    def show_view(self, name: str) -> None:
        """Mark the view on screen."""
        place = next(place for place in range(self.tabs.count()) if self.tabs.tabData(place) == name)
        self.tabs.setCurrentIndex(place)

    def show_run(self, words: str, share: float | None) -> None:
        """How things stand in words; ``share`` (0 to 1) of a run under way, None where none is."""
        if words != self.words.text():
            self.words.setText(words)
        running = share is not None
        for widget in (self.stop_button, self.progress):
            if widget.isVisibleTo(self) != running:
                widget.setVisible(running)
        if running:
            self.progress.setValue(int(1000 * share))
