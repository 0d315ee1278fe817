"""The row of lines: which one or two are shown, and what state the page is in."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton

from gui.pages.alchemy.model import Line
from gui.theme import UNIT, current, signals
from gui.translation import tr
from gui.widgets.alchemy_words import signed
from gui.widgets.canvas import shade
from gui.widgets.labels import ElidedLabel

MOST = 7  # lines with a chip of their own


class Lines(QFrame):
    """Chips, one a line. A click shows that line alone; a click with Ctrl or Shift shows it beside the first.

    ``chosen`` carries the identifiers of the shown lines, ``episode_chosen`` the number of the episode.
    """

    chosen = Signal(list)
    episode_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "bar")
        self._shown: list[str] = []
        self._known: tuple = ()
        self._chips: dict[str, QPushButton] = {}
        self.episode = QComboBox()
        self.episode.setAccessibleName(tr("Episode of the record"))
        self.episode.activated.connect(self._on_episode)
        self.episode.hide()
        self.words = ElidedLabel("", "small")
        self.words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(UNIT, 0, UNIT, UNIT // 2)
        self._row.setSpacing(UNIT // 2)
        self._row.addWidget(self.episode)
        self._row.addWidget(self.words, 1)
        signals().changed.connect(self._recolour)

    def show_lines(self, lines: list[Line], scores: list[float], shown: list[str]) -> None:
        """One chip for each line with its points so far."""
        key = tuple((line.identifier, line.title, score) for line, score in zip(lines, scores, strict=True))
        if (key, tuple(shown)) == self._known:
            return
        self._known, self._shown = (key, tuple(shown)), list(shown)
        visible = [(line, score) for line, score in zip(lines, scores, strict=True)][-MOST:]
        wanted = [line.identifier for line, _ in visible]
        if list(self._chips) != wanted:
            for chip in self._chips.values():
                self._row.removeWidget(chip)
                chip.hide()
                chip.deleteLater()
            self._chips = {}
            for k, (line, _) in enumerate(visible):
                chip = QPushButton()
                chip.setProperty("role", "quiet")
                chip.setCheckable(True)
                chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Space after a click plays, as everywhere on the page
                chip.setProperty("line", line.identifier)
                chip.clicked.connect(self._on_clicked)
                self._chips[line.identifier] = chip
                self._row.insertWidget(1 + k, chip)
        for line, score in visible:
            chip = self._chips[line.identifier]
            chip.setText(f"{line.title}  {signed(score)}")
            chip.setChecked(line.identifier in shown)
            # A font set by hand is lost when the application's style sheet changes with the theme.
            chip.setStyleSheet("font-weight: 600;" if line.identifier in shown else "")
            chip.setAccessibleName(tr("Show line {title}", title=line.title))
            chip.setToolTip(tr("{title}\nClick shows this line, Ctrl+click shows two side by side", title=line.title))
        self._recolour()

    @Slot()
    def _recolour(self) -> None:
        for name, chip in self._chips.items():
            index = self._shown.index(name) if name in self._shown else -1
            chip.setIcon(self._dot(current().data[(0, 3)[index]] if 0 <= index < 2 else current().faint, index))
            chip.setIconSize(QSize(UNIT + 4, UNIT + 4))

    def _dot(self, colour: str, index: int) -> QIcon:
        pixmap = QPixmap(4 * UNIT, 4 * UNIT)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade(colour))
        if index == 1:
            painter.drawRect(QRectF(5, 5, 4 * UNIT - 10, 4 * UNIT - 10))
        else:
            painter.drawEllipse(QPointF(2 * UNIT, 2 * UNIT), 1.5 * UNIT, 1.5 * UNIT)
        painter.end()
        return QIcon(pixmap)

    def show_episodes(self, numbers: list[int], current_one: int) -> None:
        """Offer the episodes of a record that has several."""
        self.episode.setVisible(len(numbers) > 1)
        if self.episode.count() != len(numbers):
            self.episode.clear()
            for number in numbers:
                self.episode.addItem(
                    tr("episode {number} of {numbers}", number=number + 1, numbers=len(numbers)), number
                )
        self.episode.setCurrentIndex(self.episode.findData(current_one))

    @Slot(int)
    def _on_episode(self, index: int) -> None:
        self.episode_chosen.emit(int(self.episode.itemData(index)))

    @Slot()
    def _on_clicked(self) -> None:
        from PySide6.QtWidgets import QApplication

        name = str(self.sender().property("line"))
        modifiers = QApplication.keyboardModifiers()
        both = modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        shown = [name]
        if both and self._shown and name != self._shown[0]:
            shown = [self._shown[0], name]
        self.sender().setChecked(True)
        self.chosen.emit(shown)
