"""The pictures of the page in their splitters."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from gui.pages.sets import states
from gui.pages.sets.model import SetsRecord
from gui.translation import tr
from gui.widgets.bit_array import BitArray
from gui.widgets.set_answer import SetAnswer
from gui.widgets.set_curves import SetRates, SizeCurves
from gui.widgets.set_sizes import SetSizes
from gui.widgets.slot_memory import SlotMemory

NO_MEASURE = tr("Measure… builds filters of many sets and draws bits against keys at 5, 1 and 0.1 %")
NO_RATES = tr("Measure… also shows how often every single set is wrong")


class Panels(QSplitter):
    """Above: memory and answer. Below: classical filter, sizes, curves, rates."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.memory, self.answer = SlotMemory(), SetAnswer()
        self.bits, self.costs = BitArray(), SetSizes()
        self.curves, self.rates = SizeCurves(), SetRates()
        self.curves.set_message(NO_MEASURE)
        self.rates.set_message(NO_RATES)
        for picture in (self.memory, self.answer, self.bits, self.costs):
            picture.set_message(tr("Insert a key first"))
        self.upper, self.lower = QSplitter(Qt.Orientation.Horizontal), QSplitter(Qt.Orientation.Horizontal)
        for splitter, pictures in (
            (self.upper, ((self.memory, 3), (self.answer, 2))),
            (self.lower, ((self.bits, 3), (self.costs, 4), (self.curves, 5), (self.rates, 3))),
        ):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(1)
            for picture, share in pictures:
                splitter.addWidget(picture)
                splitter.setStretchFactor(splitter.indexOf(picture), share)
            splitter.setSizes([share * 100 for _, share in pictures])
            self.addWidget(splitter)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.setSizes([330, 270])

    def show_operation(self, source: SetsRecord, position: int) -> None:
        """Bring the pictures of the bench to an operation."""
        if not 0 <= position < len(source.operations):
            for picture in (self.memory, self.answer, self.bits, self.costs):
                picture.set_state(None)
            return
        self.memory.set_state(states.memory_state(source, position))
        self.answer.set_state(states.answer_state(source, position))
        self.bits.set_state(states.bits_state(source, position))
        self.costs.set_state(states.sizes_state(source, position))

    def show_measurement(self, source: SetsRecord) -> None:
        """Bring curves and rates up to date."""
        self.curves.set_state(states.curves_state(source))
        self.rates.set_state(states.rates_state(source))

    def save_state(self) -> dict[str, Any]:
        """Sizes of the splitters."""
        return {"rows": self.sizes(), "upper": self.upper.sizes(), "lower": self.lower.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        """Take back saved sizes; anything unexpected is left alone."""
        for name, splitter in (("rows", self), ("upper", self.upper), ("lower", self.lower)):
            sizes = state.get(name)
            if (
                isinstance(sizes, list)
                and len(sizes) == splitter.count()
                and all(type(size) is int and 0 < size < 10_000 for size in sizes)
            ):
                splitter.setSizes(sizes)
