"""The pictures of the page in their splitters, all made from one :class:`View`."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QSplitter, QTabWidget, QVBoxLayout, QWidget

from gui.pages.recall import states
from gui.pages.recall.states import View
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.energies import Energies
from gui.widgets.landscape import Landscape
from gui.widgets.learning import Learning
from gui.widgets.memory_sizes import MemorySizes
from gui.widgets.paint_canvas import PaintCanvas
from gui.widgets.patterns import Gallery
from gui.widgets.retrieval import Retrieval
from gui.widgets.transport import Transport
from gui.widgets.weight_change import WeightChange


class Panels(QSplitter):
    """Patterns and query at the left, reading and energies in the middle, landscape, weights and sizes at the right."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._transport = transport
        self.gallery, self.paint = Gallery(), PaintCanvas()
        self.retrieval, self.energies = Retrieval(), Energies()
        self.landscape, self.weights = Landscape(), WeightChange()
        self.sizes, self.attractors, self.learning = MemorySizes(), Gallery(tr("Where random starts end")), Learning()
        self.landscape.set_message(tr("A landscape needs two stored patterns and a query"))
        self.attractors.set_message(tr("Press Random starts to read from random patterns"))
        self.learning.set_message(tr("This record has no training in it"))
        self.read_button = self._button(tr("Read"), tr("Read from what is drawn here (R)"), primary=True)
        self.hurt_button = self._button(tr("Damage"), tr("Put a block of noise over it, at random"))
        self.heal_button = self._button(tr("Undo damage"), tr("Back to the stored pattern"))
        self.empty_button = self._button(tr("Empty"), tr("An empty pattern to draw on"))
        self.store_button = self._button(tr("Store"), tr("Write this pattern together with those stored (S)"))
        self.alone_button = self._button(tr("Store alone"), tr("Write only this pattern"))
        self.files_button = self._button(
            tr("Pictures…"), tr("Write picture files; they may also be dropped on the query")
        )
        buttons = QGridLayout()
        buttons.setSpacing(UNIT // 2)
        order = (self.read_button, self.hurt_button, self.heal_button, self.empty_button, self.store_button,
                 self.alone_button, self.files_button)  # fmt: skip
        for k, button in enumerate(order):
            buttons.addWidget(button, k // 2, k % 2, 1, 1 if k < 6 else 2)
        drawing = QWidget()
        drawing.setProperty("role", "panel")
        column = QVBoxLayout(drawing)
        column.setContentsMargins(0, 0, 0, UNIT)
        column.setSpacing(UNIT // 2)
        column.addWidget(self.paint, 1)
        buttons.setContentsMargins(UNIT, 0, UNIT, 0)
        column.addLayout(buttons)
        self.tabs = QTabWidget()
        for picture, title in (
            (self.sizes, tr("Sizes")),
            (self.attractors, tr("Random starts")),
            (self.learning, tr("Training")),
        ):
            self.tabs.addTab(picture, title)
        self.tabs.setDocumentMode(True)
        for widgets, shares in (
            ((self.gallery, drawing), (2, 3)),
            ((self.retrieval, self.energies), (3, 2)),
            ((self.landscape, self.weights, self.tabs), (4, 3, 4)),
        ):
            part = QSplitter(Qt.Orientation.Vertical)
            part.setChildrenCollapsible(False)
            part.setHandleWidth(1)
            for widget, share in zip(widgets, shares, strict=True):
                part.addWidget(widget)
                part.setStretchFactor(part.indexOf(widget), share)
            part.setSizes([100 * share for share in shares])
            self.addWidget(part)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        for k, share in enumerate((1, 3, 2)):
            self.setStretchFactor(k, share)
        self.setSizes([240, 580, 400])

    def _button(self, text: str, hint: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(hint)
        if primary:
            button.setProperty("role", "primary")
        return button

    def show_view(self, view: View) -> None:
        """Bring every picture up to date."""
        self._transport.set_state(states.timeline(view), view.position)
        self.gallery.set_state(states.gallery(view))
        self.retrieval.set_state(states.retrieval(view))
        self.energies.set_state(states.energies(view))
        self.weights.set_state(states.weight_change(view))
        self.landscape.set_state(states.landscape(view))
        self.attractors.set_state(states.attractors(view))
        self.sizes.set_state(states.sizes(view.source, view.trace))
