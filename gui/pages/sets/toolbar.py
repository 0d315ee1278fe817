"""The two bars above the pictures: which filter, and what to do with keys."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QFrame, QLineEdit, QMenu, QPushButton, QWidget

from gui.pages.sets.session import Network
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.flow import Flow
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel
from gui.widgets.numbers import NumberBox

RATES = (0.05, 0.01, 0.001)


def button(text: str, hint: str, icon: str = "", token: str = "", menu: bool = False) -> QPushButton:
    """A button with a tooltip."""
    made = QPushButton(text)
    made.setToolTip(hint)
    if icon:
        set_icon(made, icon, 2 * UNIT, token)
    if menu:
        made.setMenu(QMenu(made))
    return made


class Bar(QFrame):
    """A row of widgets; None is a stretch."""

    def __init__(self, *widgets: QWidget | None) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        layout = Flow(self)
        layout.setContentsMargins(UNIT, UNIT // 2, UNIT, UNIT // 2)
        layout.setSpacing(UNIT)
        for widget in widgets:
            if widget is None:
                layout.addStretch(1)
            else:
                layout.addWidget(widget, 1 if isinstance(widget, (QLineEdit, ElidedLabel)) else 0)


class Toolbar(Bar):
    """Network, keys to begin with, rate; list, saved filter, measurement, export. ``rate_chosen`` carries a share."""

    begin_clicked = Signal()
    rate_chosen = Signal(float)

    def __init__(self) -> None:
        self.network = QComboBox()
        self.network.setAccessibleName(tr("Network"))
        self.network.setToolTip(tr("Which trained network stores the set"))
        self.network.setMinimumContentsLength(16)
        self.network.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.count = NumberBox()
        self.count.setRange(0, 5000)
        self.count.setSuffix(tr(" keys"))
        self.count.setAccessibleName(tr("Keys to begin with"))
        self.count.setToolTip(tr("Keys inserted to begin with, drawn from the network's own task"))
        self.seed = NumberBox()
        self.seed.setRange(0, 9_999)
        self.seed.setPrefix(tr("seed "))
        self.seed.setAccessibleName(tr("Seed of the set"))
        self.seed.setToolTip(tr("Another seed is another set"))
        self.rate = QComboBox()
        for rate in RATES:
            self.rate.addItem(tr("{rate:g} % false positives", rate=100 * rate), rate)
        self.rate.setCurrentIndex(1)
        self.rate.setAccessibleName(tr("False positives allowed"))
        self.rate.setToolTip(tr("How often a key that is not in the set may be answered yes; members are never missed"))
        self.begin_button = button(
            tr("Fill"), tr("Insert a set of keys into an empty filter (Ctrl+N)"), "play", "accent_text"
        )
        self.begin_button.setProperty("role", "primary")
        self.open_button = button(tr("Open"), tr("Runs, your own list of keys, a saved filter"), "folder", menu=True)
        self.save_button = button(
            tr("Save filter…"), tr("Save the filter as a file with a checksum (Ctrl+S)"), "export"
        )
        self.measure_button = button(tr("Measure…"), tr("Bits and false positives over many sets and sizes"), "curve")
        self.export_button = button(tr("Export"), tr("Pictures, tables and lines of Python"), "copy", menu=True)
        super().__init__(
            self.open_button, self.network, self.count, self.seed, self.rate, self.begin_button, None,
            self.save_button, self.measure_button, self.export_button,
        )  # fmt: skip
        self.begin_button.clicked.connect(self.begin_clicked)
        self.rate.activated.connect(self._on_rate)
        self.network.currentIndexChanged.connect(self._on_network)
        self._networks: list[Network] = []

    def show_networks(self, networks: list[Network]) -> None:
        """Offer these networks and keep the choice where it still exists."""
        before = self.network.currentData()
        self._networks = networks
        self.network.blockSignals(True)
        self.network.clear()
        for network in networks:
            self.network.addItem(network.title, network.name)
        self.network.setCurrentIndex(max(self.network.findData(before), 0))
        self.network.blockSignals(False)
        self._on_network()
        self.begin_button.setEnabled(bool(networks))

    @property
    def chosen(self) -> Network | None:
        """The network in the box."""
        index = self.network.currentIndex()
        return self._networks[index] if 0 <= index < len(self._networks) else None

    @property
    def for_strings(self) -> Network | None:
        """The chosen network if it takes strings, else the first that does."""
        chosen = self.chosen
        if chosen is not None and chosen.strings:
            return chosen
        return next((network for network in self._networks if network.strings), None)

    @Slot()
    def _on_network(self) -> None:
        if (chosen := self.chosen) is not None:
            self.count.setValue(chosen.n)

    @Slot()
    def _on_rate(self) -> None:
        self.rate_chosen.emit(float(self.rate.currentData()))


class KeyBar(Bar):
    """Insert and ask: by typing, or keys drawn from the task. ``insert_wanted`` and ``ask_wanted`` carry the text."""

    insert_wanted = Signal(str)
    ask_wanted = Signal(str)
    more_wanted = Signal()
    sample_wanted = Signal(bool, int)
    shuffle_wanted = Signal()

    def __init__(self) -> None:
        self.line = QLineEdit()
        self.line.setPlaceholderText(tr("Type a key; Enter asks for it"))
        self.line.setAccessibleName(tr("Key"))
        self.line.setMinimumWidth(18 * UNIT)
        self.insert_button = button(tr("Insert"), tr("Insert the typed key (Ctrl+Enter)"), "plus")
        self.ask_button = button(tr("Ask"), tr("Ask whether the typed key is in the set (Enter)"), "search")
        self.more_button = button(tr("Insert next"), tr("Insert one more key of the same kind (I)"), "plus")
        self.member_button = button(tr("Ask a member"), tr("Ask for a key that is in the set (M)"))
        self.other_button = button(tr("Ask another"), tr("Ask for a key that is not in the set (O)"))
        self.many_button = button(tr("Ask 100 others"), tr("Ask for a hundred keys that are not in the set"))
        self.shuffle_button = button(
            tr("Shuffle"), tr("Write all keys in another order: the memory must stay the same")
        )
        self.words = ElidedLabel("", "muted")
        super().__init__(
            self.line, self.insert_button, self.ask_button, self.more_button, self.member_button, self.other_button,
            self.many_button, self.shuffle_button, self.words,
        )  # fmt: skip
        self.insert_button.clicked.connect(lambda: self.insert_wanted.emit(self.line.text()))
        self.ask_button.clicked.connect(lambda: self.ask_wanted.emit(self.line.text()))
        self.line.returnPressed.connect(lambda: self.ask_wanted.emit(self.line.text()))
        self.more_button.clicked.connect(self.more_wanted)
        self.member_button.clicked.connect(lambda: self.sample_wanted.emit(True, 1))
        self.other_button.clicked.connect(lambda: self.sample_wanted.emit(False, 1))
        self.many_button.clicked.connect(lambda: self.sample_wanted.emit(False, 100))
        self.shuffle_button.clicked.connect(self.shuffle_wanted)

    def show_kind(self, strings: bool) -> None:
        """Pictures cannot be typed."""
        for widget in (self.line, self.insert_button, self.ask_button):
            widget.setVisible(strings)
