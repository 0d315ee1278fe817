"""The table of runs as an item model over plain rows: sorted in SQL, changed in ranges, never reset while it grows."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from gui.theme import current
from gui.words import duration, value_words, when

if TYPE_CHECKING:
    from engine.runs import RunRow
    from engine.service.jobs import JobState

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
LONG = 24  # letters of a setting that no longer tells anything at a glance
RANGES = 64  # a change in more places than this is a new question by the person, not a growing list


@dataclass(frozen=True)
class Column:
    """One column: ``sort`` as RunIndex.list takes it (empty: cannot be sorted by), ``text`` of a row."""

    title: str
    sort: str
    text: Callable[[RunRow], str]
    is_number: bool = False


def headline_key(row: RunRow) -> str:
    """The name of the one figure of a result that says most: its score, else its first number; empty where none."""
    result = row.result or {}
    numbers = [
        key for key, value in result.items() if isinstance(value, int | float) and key not in ("seed", "seconds")
    ]
    return next(
        (key for key in ("score_mean", "return_mean", "error", "bits_wrong") if key in numbers), (numbers or [""])[0]
    )


def headline(row: RunRow) -> str:
    """That figure in words."""
    key = headline_key(row)
    return value_words(float(f"{row.result[key]:.4g}")) if row.result and key else ""


def settings_words(row: RunRow) -> str:
    """The settings that tell runs apart at a glance: agent or model first, then the other short ones."""
    shown = [str(row.configuration[key]) for key in ("agent", "model", "task") if row.configuration.get(key)]
    if not shown:
        pairs = [(key, value) for key, value in row.configuration.items() if 0 < len(str(value)) < LONG]
        shown = [f"{key.replace('_', ' ')} {value_words(value)}" for key, value in pairs[:3]]
    return " · ".join(shown)


COLUMNS = (
    Column("Run", "title", lambda row: row.title or row.experiment),
    Column("Status", "status", lambda row: row.status),
    Column("Settings", "configuration.agent", settings_words),
    Column("Seed", "seed", lambda row: "" if row.seed is None else str(row.seed), True),
    Column("Result", "result", headline, True),
    Column("Started", "created", lambda row: when(row.created), True),
    Column("Took", "seconds", lambda row: "" if row.seconds is None else duration(row.seconds), True),
    Column("Tags", "", lambda row: ", ".join(row.tags)),
)
STATUS, SETTINGS = 1, 2


@lru_cache(maxsize=128)
def mark(colour: str, is_round: bool) -> QIcon:
    """A small dot or square of one colour, the same whether its row is selected or not."""
    picture = QPixmap(20, 20)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawRoundedRect(2, 2, 16, 16, *((8, 8) if is_round else (4, 4)))
    painter.end()
    picture.setDevicePixelRatio(2)
    made = QIcon(picture)
    made.addPixmap(picture, QIcon.Mode.Selected)
    return made


def run_colour(row: RunRow) -> str:
    """The run's own colour: the one kept with it, else one that follows from its id alone, wherever it stands in a
    list.
    """
    return row.colour or current().data[zlib.crc32(row.id.encode()) % len(current().data)]


def status_colour(status: str) -> str:
    """Colour of a status: the accent while alive, good or bad when ended."""
    theme = current()
    tones = {"finished": theme.good, "running": theme.accent, "stopped": theme.muted}
    return tones.get(status, theme.bad)


class RunTableModel(QAbstractTableModel):
    """``rows`` in the order shown; :meth:`show` replaces them, :meth:`show_live` keeps running rows up to date.

    ``sort_wanted`` carries (column's sort name, descending): whoever holds the index answers with rows in that order.
    """

    sort_wanted = Signal(str, bool)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow] = []
        self._live: dict[str, JobState] = {}

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.DisplayRole:
            return COLUMNS[section].title
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if COLUMNS[section].is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], COLUMNS[index.column()]
        if role == Role.DisplayRole:
            return self._status(row) if index.column() == STATUS else column.text(row)
        if role == Role.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if role == Role.DecorationRole and index.column() == 0:
            return mark(run_colour(row), False)
        if role == Role.DecorationRole and index.column() == STATUS:
            return mark(status_colour(row.status), True)
        if role == Role.ToolTipRole:
            return row.error or row.id
        return None

    def _status(self, row: RunRow) -> str:
        job = self._live.get(row.id)
        if row.status != "running":
            return row.status
        done, total = (job.done, job.total) if job else (row.done, row.total)
        word = job.status if job and not job.ended else "running"
        return f"{word} {100 * done / total:.0f} %" if total else word

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(COLUMNS) and COLUMNS[column].sort:
            self.sort_wanted.emit(COLUMNS[column].sort, order == Qt.SortOrder.DescendingOrder)

    def show(self, rows: Sequence[RunRow]) -> None:
        """Show these rows. Rows that stay keep their selection; the view is only told what changed."""
        rows = list(rows)
        wanted = {row.id for row in rows}
        known = {row.id for row in self.rows}
        gone = _ranges([place for place, row in enumerate(self.rows) if row.id not in wanted])
        new = _ranges([place for place, row in enumerate(rows) if row.id not in known])
        if len(gone) + len(new) > RANGES:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()
            return
        for first, last in reversed(gone):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self.rows[first : last + 1]
            self.endRemoveRows()
        self._reorder([row for row in rows if row.id in known])
        for first, last in new:
            self.beginInsertRows(QModelIndex(), first, last)
            self.rows[first:first] = rows[first : last + 1]
            self.endInsertRows()
        changed = [place for place, row in enumerate(rows) if row is not self.rows[place] and row != self.rows[place]]
        self.rows = rows
        for first, last in _ranges(changed):
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    def _reorder(self, kept: list[RunRow]) -> None:
        """Bring the present rows into the order of ``kept`` (the same runs), persistent indexes with them."""
        places = {row.id: place for place, row in enumerate(kept)}
        order = [places[row.id] for row in self.rows]
        if order == sorted(order):
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        after = [self.index(order[index.row()], index.column()) for index in before]
        moved = list(self.rows)
        for row, place in zip(moved, order, strict=True):
            self.rows[place] = row
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def show_live(self, jobs: dict[str, JobState]) -> None:
        """Show the progress of running jobs, by run id."""
        changed = {name for name in self._live.keys() | jobs.keys() if self._live.get(name) is not jobs.get(name)}
        self._live = jobs
        for place, row in enumerate(self.rows):
            if row.id in changed:
                self.dataChanged.emit(self.index(place, STATUS), self.index(place, STATUS), [Role.DisplayRole])

    def place(self, identifier: str) -> int:
        """The row number of a run, -1 where it is not shown."""
        return next((place for place, row in enumerate(self.rows) if row.id == identifier), -1)


def _ranges(places: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers as (first, last)."""
    ranges: list[tuple[int, int]] = []
    for place in places:
        if ranges and place == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], place)
        else:
            ranges.append((place, place))
    return ranges
