"""A transcript of any length as calm cards: only what is seen is laid out and painted."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea

from gui.theme import UNIT, current, signals
from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.transcript_card import GUTTER, Block, Card, estimate

GAP = UNIT // 2
KEPT = 160  # laid-out cards that stay in memory


class Transcript(QAbstractScrollArea):
    """Shows a growing list of cards.

    ``chosen`` carries the key of a card that was clicked or reached by keyboard, ``menu_wanted`` the key and the place
    on screen. Arrows move between cards, Return folds and unfolds, Home and End go to the ends. While the end is in
    view, new cards are followed.
    """

    chosen = Signal(int)
    menu_wanted = Signal(int, object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Transcript"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.cards: list[Card] = []
        self.selected = -1
        self.found = ""
        self.unfolded_all = False
        self.message = ""
        self._open: set[int] = set()
        self._places: dict[int, int] = {}
        self._heights = np.zeros(0)
        self._tops = np.zeros(1)
        self._blocks: OrderedDict[int, Block] = OrderedDict()
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        signals().changed.connect(self._on_theme)

    # What is shown

    def set_cards(self, cards: Sequence[Card]) -> None:
        """Show these cards; where they continue those on screen, only the new ones cost anything."""
        old, follow = self.cards, self._at_end
        same = min(len(old), len(cards))
        if (same and old[0].key != cards[0].key) or len(cards) < len(old):
            same = 0
        changed = [place for place in range(same) if old[place] is not cards[place]]
        if same == len(cards) == len(old) and not changed:
            return
        self.cards = list(cards)
        if not same:
            self._open.clear()
            self._blocks.clear()
        for place in changed:
            self._blocks.pop(cards[place].key, None)
            self._heights[place] = self._guess(cards[place])
        self._places = {card.key: place for place, card in enumerate(self.cards)}
        fresh = np.array([self._guess(card) for card in self.cards[same:]], float)
        self._heights = np.concatenate([self._heights[:same], fresh])
        self._settle()
        if follow and same:
            self._to_end()
        elif not same:
            self.verticalScrollBar().setValue(0)
        self.viewport().update()

    def set_message(self, message: str) -> None:
        """Words shown while there is no card."""
        if message != self.message:
            self.message = message
            self.viewport().update()

    def set_found(self, words: str) -> None:
        """Mark every occurrence of these words."""
        if words != self.found:
            self.found = words
            self._blocks.clear()
            self.viewport().update()

    def set_unfolded(self, unfolded: bool) -> None:
        """Show every card whole, or long ones folded again."""
        self.unfolded_all = unfolded
        self._open.clear()
        self._relayout()

    def select(self, key: int, *, reveal: bool = True) -> None:
        """Frame a card and bring it into view."""
        if key == self.selected:
            return
        self.selected = key
        if reveal:
            self.reveal(key)
        card = self.card(key)
        self.setAccessibleDescription(card.text if card else "")
        self.viewport().update()

    def reveal(self, key: int) -> None:
        """Scroll just so far that a card is seen."""
        place = self._places.get(key)
        if place is None:
            return
        bar, view = self.verticalScrollBar(), self.viewport().height()
        for _ in range(3):  # cards that come into view take their true height, which moves those below
            self._measure(place)
            self._retop()
            top, bottom = self._tops[place], self._tops[place + 1]
            if top < bar.value():
                bar.setValue(int(top) - GAP)
            elif bottom > bar.value() + view - GAP:
                bar.setValue(int(min(bottom - view + 2 * GAP, top)))
            else:
                return

    def card(self, key: int) -> Card | None:
        """The card with this key."""
        place = self._places.get(key)
        return None if place is None else self.cards[place]

    # Measures

    @property
    def _at_end(self) -> bool:
        bar = self.verticalScrollBar()
        return bar.maximum() > 0 and bar.value() >= bar.maximum() - 2

    def _folded(self, card: Card) -> bool:
        return bool(card.short) and (card.key in self._open) == self.unfolded_all

    @property
    def _width(self) -> float:
        return self.viewport().width() - 2 * UNIT

    def _guess(self, card: Card) -> float:
        unit = self.fontMetrics().height()
        columns = int((self._width - GUTTER * unit - unit) / max(self.fontMetrics().averageCharWidth(), 1))
        return estimate(card, self._folded(card), columns) * unit + GAP

    def _block(self, card: Card) -> Block:
        block = self._blocks.get(card.key)
        folded, width = self._folded(card), self._width
        if block is None or block.card is not card or block.folded != folded or block.width != width:
            block = Block(card, folded, width, self.font(), self.found)
            self._blocks[card.key] = block
            while len(self._blocks) > KEPT:
                self._blocks.popitem(last=False)
        else:
            self._blocks.move_to_end(card.key)
        return block

    def _measure(self, place: int) -> float:
        """Take a card's true height; returns by how much it differs from what was believed."""
        height = self._block(self.cards[place]).height + GAP
        difference = height - self._heights[place]
        self._heights[place] = height
        return float(difference)

    def _retop(self) -> None:
        self._tops = np.concatenate([[0.0], np.cumsum(self._heights)])
        bar, view = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(view)
        bar.setSingleStep(3 * self.fontMetrics().height())
        bar.setRange(0, max(int(self._tops[-1]) + GAP - view, 0))

    def _settle(self) -> None:
        """Lay out what is seen, until what is seen no longer changes."""
        self._retop()
        bar = self.verticalScrollBar()
        for _ in range(4):
            first, last = self._range()
            shift, changed = 0.0, False
            for place in range(first, last):
                difference = self._measure(place)
                changed |= abs(difference) > 0.5
                if place == first and self._tops[place] < bar.value() - 1:
                    shift = difference  # what begins above the view must not push the rest down
            if not changed:
                return
            self._retop()
            if shift:
                bar.blockSignals(True)
                bar.setValue(round(bar.value() + shift))
                bar.blockSignals(False)

    def _to_end(self) -> None:
        """Scroll to the end, which moves while the cards there are measured."""
        bar = self.verticalScrollBar()
        for _ in range(4):
            bar.setValue(bar.maximum())
            if bar.value() >= bar.maximum():
                return

    def _range(self) -> tuple[int, int]:
        """First card seen and the one after the last."""
        top = self.verticalScrollBar().value()
        first = int(np.searchsorted(self._tops, top, side="right")) - 1
        last = int(np.searchsorted(self._tops, top + self.viewport().height(), side="left"))
        return max(first, 0), min(last, len(self.cards))

    def _relayout(self) -> None:
        anchor = self._range()[0] if self.cards else 0
        offset = self.verticalScrollBar().value() - self._tops[anchor] if self.cards else 0
        self._blocks.clear()
        self._heights = np.array([self._guess(card) for card in self.cards], float)
        self._retop()
        if self.cards:
            self.verticalScrollBar().setValue(int(self._tops[anchor] + offset))
        self._settle()
        self.viewport().update()

    # Events

    @Slot()
    def _on_scrolled(self) -> None:
        self._settle()
        self.viewport().update()

    @Slot()
    def _on_theme(self) -> None:
        self.viewport().update()

    def sizeHint(self) -> QSize:
        unit = self.fontMetrics().height()
        return QSize(34 * unit, 24 * unit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._relayout()
        else:
            self._settle()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._relayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        canvas = Canvas(painter, current(), self.font())
        painter.fillRect(self.viewport().rect(), canvas.colour(current().panel))
        if not self.cards:
            area = QRectF(self.viewport().rect()).adjusted(3 * UNIT, 0, -3 * UNIT, 0)
            canvas.paragraph(area, self.message, current().muted)
        first, last = self._range()
        top = self.verticalScrollBar().value()
        for place in range(first, last):
            card = self.cards[place]
            block = self._block(card)
            area = QRectF(UNIT, self._tops[place] - top + GAP, self._width, block.height)
            block.draw(canvas, area, card.key == self.selected)
        if self.hasFocus():
            canvas.outline(QRectF(self.viewport().rect()).adjusted(0.5, 0.5, -0.5, -0.5), current().accent, 3)
        painter.end()

    def place_at(self, y: float) -> int:
        """The card at a height of the view, -1 for none."""
        place = int(np.searchsorted(self._tops, y + self.verticalScrollBar().value() - GAP, side="right")) - 1
        return place if 0 <= place < len(self.cards) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().y())
        if place < 0 or event.button() != Qt.MouseButton.LeftButton:
            return
        card = self.cards[place]
        block = self._block(card)
        inside = event.position().y() + self.verticalScrollBar().value() - self._tops[place] - GAP
        if block.more is not None and block.more.contains(QPointF(1, inside)):
            self.toggle(card.key)
        elif card.tint != "trial":
            self.select(card.key)
            self.chosen.emit(card.key)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        place = self.place_at(event.position().y())
        if place >= 0:
            self.toggle(self.cards[place].key)

    def toggle(self, key: int) -> None:
        """Fold or unfold one card."""
        card = self.card(key)
        if card is None or not card.short:
            return
        self._open ^= {key}
        self._settle()
        self.viewport().update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        place = self.place_at(event.pos().y())
        key = self.cards[place].key if place >= 0 else self.selected
        self.menu_wanted.emit(key, event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, bar = event.key(), self.verticalScrollBar()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.selected >= 0:
            self.toggle(self.selected)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            bar.setValue(bar.value() + (1 if key == Qt.Key.Key_PageDown else -1) * bar.pageStep())
        else:
            event.ignore()

    def _move(self, by: int) -> None:
        place = self._places.get(self.selected, -1 if by > 0 else len(self.cards))
        place += by
        while 0 <= place < len(self.cards) and self.cards[place].tint == "trial":
            place += by
        if 0 <= place < len(self.cards):
            key = self.cards[place].key
            self.select(key)
            self.chosen.emit(key)
