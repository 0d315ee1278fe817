"""The row of traces: which one or two are shown, and what state the page is in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QPushButton, QWidget

from gui.pages.memory.model import TraceInfo
from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel

MOST = 4  # traces with a chip of their own, the newest
WIDEST, NARROW = 26, 17  # average letters of a title, with few chips and with many


class TracesBar(QFrame):
    """Chips, one a trace. A click shows it alone (a branch: beside its parent); with Ctrl or Shift beside the first.

    ``chosen`` carries the numbers of the shown traces; ``tools`` stand at the right end.
    """

    chosen = Signal(list)

    def __init__(self, *tools: QWidget) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._known: tuple = ()
        self._shown: list[int] = []
        self._traces: dict[int, TraceInfo] = {}
        self._chips: dict[int, QPushButton] = {}
        self.words = ElidedLabel("", "small")
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(UNIT, 0, UNIT, UNIT // 2)
        self._row.setSpacing(UNIT // 2)
        self._row.addWidget(self.words, 1)
        for tool in tools:
            self._row.addWidget(tool)

    def show_traces(self, traces: dict[int, TraceInfo], shown: tuple[int, ...]) -> None:
        """One chip for each of the newest traces and for those on screen."""
        newest = list(traces)[-MOST:]
        numbers = [n for n in traces if n in newest or n in shown]
        key = (tuple((n, traces[n].title, traces[n].bits_wrong) for n in numbers), shown)
        if repr(key) == repr(self._known):  # compared as text because unknown bits are nan, which is unlike itself
            return
        self._known, self._traces, self._shown = key, dict(traces), list(shown)
        if list(self._chips) != numbers:
            for chip in self._chips.values():
                self._row.removeWidget(chip)
                chip.deleteLater()
            self._chips = {number: self._chip(number) for number in numbers}
            for place, chip in enumerate(self._chips.values()):
                self._row.insertWidget(place, chip)
        for number, chip in self._chips.items():
            info = traces[number]
            bits = f"  {info.wrong_words()}".rstrip()
            widest = (NARROW if len(numbers) > 3 else WIDEST) * self.fontMetrics().averageCharWidth()
            title = self.fontMetrics().elidedText(
                info.title.removeprefix("after "), Qt.TextElideMode.ElideRight, widest
            )
            chip.setText(title if len(numbers) > 3 else f"{title}{bits}")
            chip.setChecked(number in shown)
            chip.setAccessibleName(tr("Show trace {title}", title=info.title))
            chip.setToolTip(
                tr(
                    "{title}{bits}\nClick shows it (a branch beside its parent), Ctrl+click beside the first",
                    title=info.title,
                    bits=bits,
                )
            )

    def _chip(self, number: int) -> QPushButton:
        chip = QPushButton()
        chip.setProperty("role", "quiet")
        chip.setProperty("trace", number)
        chip.setCheckable(True)
        set_icon(chip, "branch" if self._traces[number].parent is not None else "grid", 2 * UNIT)
        chip.clicked.connect(self._on_clicked)
        return chip

    @Slot()
    def _on_clicked(self) -> None:
        number = int(self.sender().property("trace"))
        self.sender().setChecked(number in self._shown)
        modifiers = QApplication.keyboardModifiers()
        both = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        parent = self._traces[number].parent
        if both and self._shown and number != self._shown[0]:
            self.chosen.emit([self._shown[0], number])
        elif parent is not None and parent in self._traces and self._shown != [parent, number]:
            self.chosen.emit([parent, number])
        else:
            self.chosen.emit([number])
