"""The command palette: one line to type in, one list of everything that can be done or opened."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.theme import UNIT, current
from gui.translation import tr

SHOWN = 60
ENTRY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """One line of the palette: ``key`` is what is remembered, ``kind`` is shown at the right where there is no
    shortcut.
    """

    key: str
    text: str
    run: Callable[[], object]
    shortcut: str = ""
    kind: str = ""
    hint: str = ""


def score(query: str, text: str) -> float | None:
    """How well ``query`` matches ``text``: None where its letters do not all occur in order, else higher is better.

    The query as it stands (best at the start of a word) beats all of its words in any order, and that beats its
    letters in order; short texts win ties.
    """
    query, text = query.casefold(), text.casefold()
    size = len(text) / (len(text) + 100)  # below 1, so that a long text does not fall into the class below
    at = text.find(query)
    if at >= 0:
        return 3.0 + (at == 0 or not text[at - 1].isalnum()) - size
    if all(word in text for word in query.split()):
        return 2.0 - size
    place = gaps = -1
    for letter in query.replace(" ", ""):
        found = text.find(letter, place + 1)
        if found < 0:
            return None
        gaps += found - place - 1
        place = found
    return 1.0 - gaps / len(text) - size


def ranked(query: str, entries: Iterable[Entry], recent: list[str]) -> list[Entry]:
    """The entries that match, best first; without a query, and among equals, the recently used ones come first."""
    order = {key: place for place, key in enumerate(recent)}
    matches = []
    for place, entry in enumerate(entries):
        value = score(query, entry.text) if query else 0.0
        if value is None and query.casefold() in entry.hint.casefold():
            value = 0.0
        if value is not None:
            matches.append((-round(value, 1), order.get(entry.key, len(order)), place, entry))
    return [match[-1] for match in sorted(matches, key=lambda match: match[:3])[:SHOWN]]


class _Line(QStyledItemDelegate):
    """Paints one entry: text at the left, shortcut or kind at the right."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, entry = current(), index.data(ENTRY)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(UNIT, 0, -UNIT, 0)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent_soft))
            painter.drawRoundedRect(area, 6, 6)
        area = area.adjusted(UNIT + 2, 0, -UNIT - 2, 0)
        right = (
            QKeySequence(entry.shortcut).toString(QKeySequence.SequenceFormat.NativeText)
            if entry.shortcut
            else entry.kind
        )
        small = QFont(option.font)
        small.setPointSizeF(option.font.pointSizeF() * 0.88)
        painter.setFont(small)
        painter.setPen(QColor(theme.muted))
        width = painter.fontMetrics().horizontalAdvance(right)
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, right)
        painter.setFont(option.font)
        painter.setPen(QColor(theme.text))
        room = QRect(area.left(), area.top(), area.width() - width - 2 * UNIT, area.height())
        text = painter.fontMetrics().elidedText(entry.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(100, option.fontMetrics.height() + 2 * UNIT)


class Palette(QFrame):
    """The palette as an overlay of its parent; asks ``source(query)`` for the entries each time something is typed.

    ``source`` may answer with more for a query (runs, experiments); ``recent`` are the keys used last, newest first.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, source: Callable[[str], list[Entry]]) -> None:
        super().__init__(parent)
        self.setProperty("role", "palette")
        self.setAccessibleName(tr("Command palette"))
        self._source = source
        self.recent: list[str] = []
        self._before: QWidget | None = None
        self.field = QLineEdit(self)
        self.field.setProperty("role", "bare")
        self.field.setPlaceholderText(tr("Search actions, runs, experiments…"))
        self.field.setAccessibleName(tr("Search actions, runs and experiments"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Matches"))
        self.list.setItemDelegate(_Line(self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setStyleSheet("QListWidget { background: transparent; }")
        line = QFrame(self)
        line.setProperty("role", "line")
        line.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, UNIT // 2, 1, UNIT)
        layout.setSpacing(UNIT // 2)
        for widget in (self.field, line, self.list):
            layout.addWidget(widget)
        self.field.textChanged.connect(self._on_text)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._on_clicked)
        parent.installEventFilter(self)
        self.hide()

    def open(self, text: str = "") -> None:
        """Show the palette over its parent with the cursor in the field."""
        window = self.window()
        self._before = window.focusWidget()
        self.field.setText(text)
        self._on_text(text)
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_palette(self) -> None:
        """Hide it and give the focus back."""
        if self.isVisible():
            self.hide()
            if self._before is not None:
                self._before.setFocus()
            self._before = None

    def entries(self) -> list[Entry]:
        """What is shown now, in order."""
        return [self.list.item(row).data(ENTRY) for row in range(self.list.count())]

    def _place(self) -> None:
        area = self.parentWidget().rect()
        width = min(640, area.width() - 4 * UNIT)
        lines = self.list.count() * (self.list.sizeHintForRow(0) if self.list.count() else 0)
        height = min(lines + self.field.sizeHint().height() + 4 * UNIT, 60 * UNIT, area.height() - 8 * UNIT)
        self.setGeometry((area.width() - width) // 2, 5 * UNIT, width, height)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        self.list.clear()
        for entry in ranked(text.strip(), self._source(text.strip()), self.recent):
            item = QListWidgetItem(entry.text)
            item.setData(ENTRY, entry)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{entry.text} {entry.shortcut or entry.kind}".strip())
            item.setToolTip(entry.hint)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._place()

    @Slot(QListWidgetItem)
    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._choose(item.data(ENTRY))

    def _choose(self, entry: Entry) -> None:
        self.recent = [entry.key, *(key for key in self.recent if key != entry.key)][:20]
        self.close_palette()
        self.chosen.emit(entry)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.parentWidget():
            if event.type() == QEvent.Type.Resize and self.isVisible():
                self._place()
            return False
        if event.type() == QEvent.Type.FocusOut:
            self.close_palette()
            return False
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._key(event)

    def _key(self, event: QKeyEvent) -> bool:
        moves = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        if event.key() == Qt.Key.Key_Escape:
            self.close_palette()
        elif event.key() in moves:
            count = max(1, self.list.count())
            row = self.list.currentRow() + moves[Qt.Key(event.key())]
            self.list.setCurrentRow(
                row % count if abs(moves[Qt.Key(event.key())]) == 1 else max(0, min(count - 1, row))
            )
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self.list.currentItem()
            if item is not None:
                self._choose(item.data(ENTRY))
        else:
            return False
        return True
