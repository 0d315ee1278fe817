"""Painting a board and mixing its tasks: every change is a command of the session that answers, and can be undone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.pages.composition.board import Board
from gui.pages.composition.session import Session
from gui.translation import tr
from gui.undo import Change

if TYPE_CHECKING:
    from gui.pages.composition.page import CompositionPage

WORDS = {"moves": tr("Moves"), "gamma": tr("Discount"), "alpha": tr("Temperature")}


class Painting(QObject):
    """``board`` is the world as painted so far, None while it is the one on screen."""

    def __init__(self, page: CompositionPage) -> None:
        super().__init__(page)
        self._page = page
        self.board: Board | None = None
        self._stroke = 0

    @property
    def _now(self) -> Board:
        return self.board or Board.of(self._page.shown_case)

    def _live(self) -> Session:
        """The session that answers; one is begun with the world on screen where none is open."""
        page = self._page
        if page.session is None or not page.session.open:
            page.session = Session.board(page.workspace.engine, self._now.settings)
            page.session.change(**self._now.world())
        return page.session

    @Slot(int, int, bool)
    def paint(self, row: int, column: int, begins: bool) -> None:
        """Paint a cell with the chosen tool; a stroke is undone as one."""
        page = self._page
        if not page.can_paint:
            return
        self._stroke += begins
        before, bar = self._now, page.board_bar
        after = before.painted(row, column, bar.tool.currentData(), bar.amount.value())
        if after is before:
            page.workspace.toast(tr("One cell has to stay free"))
            return
        key = f"composition-stroke-{self._stroke}"
        page.workspace.undo.push(Change(tr("Paint"), self._set_board, before, after, key))

    @Slot(dict)
    def change_world(self, change: dict[str, Any]) -> None:
        """Other moves, discount or temperature, undoably."""
        if self._page.can_paint:
            before, words = self._now, WORDS[next(iter(change))]
            after = replace(before, **change)
            key = f"composition-{words}"
            self._page.workspace.undo.push(Change(words, self._set_board, before, after, key))

    def _set_board(self, board: Board) -> None:
        session = self._live()
        self.board = board
        session.change(**board.world())
        session.ask(self._page.mixture.weights)
        self._page.board_bar.show_board(board)

    @Slot(list)
    def ask(self, weights: list[float]) -> None:
        """Ask for another mixture; the answer comes with one of the next frames."""
        if self._page.can_paint:
            self._live().ask(weights)
            self._page.renew()
