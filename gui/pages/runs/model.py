"""The table of runs as an item model over plain rows: sorted in SQL, changed in ranges, never reset while it grows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from gui.pages.runs.listing import GroupRow, Metric, colour_number
from gui.theme import current
from gui.translation import tr
from gui.words import duration, status_words, value_words, when

if TYPE_CHECKING:
    from engine.runs import RunRow
    from engine.runs.columns import RunColumns
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
    Column(tr("Run"), "title", lambda row: row.title or row.experiment),
    Column(tr("Status"), "status", lambda row: status_words(row.status)),
    Column(tr("Settings"), "configuration.agent", settings_words),
    Column(tr("Seed"), "seed", lambda row: "" if row.seed is None else str(row.seed), True),
    Column(tr("Result"), "result", headline, True),
    Column(tr("Started"), "created", lambda row: when(row.created), True),
    Column(tr("Took"), "seconds", lambda row: "" if row.seconds is None else duration(row.seconds), True),
    Column(tr("Tags"), "", lambda row: ", ".join(row.tags)),
)
STATUS, SETTINGS, RESULT = 1, 2, 4


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
    return row.colour or current().data[colour_number(row.id) % len(current().data)]


def status_colour(status: str) -> str:
    """Colour of a status: the accent while alive, good or bad when ended."""
    theme = current()
    tones = {"finished": theme.good, "running": theme.accent, "stopped": theme.muted}
    return tones.get(status, theme.bad)


class RunTableModel(QAbstractTableModel):
    """``rows`` (runs and groups) in the order shown; :meth:`show` replaces them, :meth:`show_live` keeps running rows
    up to date.

    ``sort_wanted`` carries (column's sort name, descending): whoever holds the list answers with rows in that order.
    ``ticked`` says that ``chosen``, the ids of the ticked runs, changed. Further columns (``keys``) show settings,
    results or figures of curves.
    """

    sort_wanted = Signal(str, bool)
    ticked = Signal()

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.rows: list[RunRow | GroupRow] = []
        self.chosen: set[str] = set()
        self.keys: tuple[str, ...] = ()
        self._live: dict[str, JobState] = {}
        self._table: RunColumns | None = None
        self._places: dict[str, int] = {}
        self._metric = Metric()
        self._step_values: dict[str, float] = {}
        self._colours: dict[str, int] = {}

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS) + len(self.keys)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < self.columnCount():
            return None
        if role == Role.DisplayRole:
            if section >= len(COLUMNS):
                return short(self.keys[section - len(COLUMNS)])
            return self._metric.words if section == RESULT and self._metric.name else COLUMNS[section].title
        if role == Role.ToolTipRole and section >= len(COLUMNS):
            return self.keys[section - len(COLUMNS)]
        if role == Role.TextAlignmentRole:
            return self._side(section)
        return None

    def _side(self, section: int) -> Qt.AlignmentFlag:
        is_number = section >= len(COLUMNS) or COLUMNS[section].is_number
        return (
            Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        ) | Qt.AlignmentFlag.AlignVCenter

    def flags(self, index: Index) -> Qt.ItemFlag:
        found = super().flags(index)
        return found | Qt.ItemFlag.ItemIsUserCheckable if index.isValid() and index.column() == 0 else found

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row, column = self.rows[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._group_text(row, column) if isinstance(row, GroupRow) else self._text(row, column)
        if role == Role.TextAlignmentRole:
            return self._side(column)
        if role == Role.CheckStateRole and column == 0:
            return self._tick_of(row)
        if role == Role.DecorationRole and column == 0:
            return mark(self._colour(row), False)
        if role == Role.DecorationRole and column == STATUS and not isinstance(row, GroupRow):
            return mark(status_colour(row.status), True)
        if role == Role.ToolTipRole:
            return row.words if isinstance(row, GroupRow) else row.error or row.note or row.id
        return None

    def _colour(self, row: RunRow | GroupRow) -> str:
        if isinstance(row, GroupRow):
            return current().data[row.colour % len(current().data)]
        if row.id in self._colours:
            return current().data[self._colours[row.id] % len(current().data)]
        return run_colour(row)

    def _tick_of(self, row: RunRow | GroupRow) -> Qt.CheckState:
        if not isinstance(row, GroupRow):
            return Qt.CheckState.Checked if row.id in self.chosen else Qt.CheckState.Unchecked
        ticks = sum(member in self.chosen for member in row.members)
        if ticks == len(row.members):
            return Qt.CheckState.Checked
        return Qt.CheckState.PartiallyChecked if ticks else Qt.CheckState.Unchecked

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.CheckStateRole or not index.isValid() or index.column() != 0:
            return False
        row = self.rows[index.row()]
        members = row.members if isinstance(row, GroupRow) else (row.id,)
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self.tick(self.chosen | set(members))
        else:
            self.tick(self.chosen - set(members))
        return True

    def tick(self, chosen: set[str]) -> None:
        """Let these runs and no others be ticked."""
        if chosen != self.chosen:
            self.chosen = set(chosen)
            self._changed(0, [Role.CheckStateRole])
            self.ticked.emit()

    def _changed(self, column: int, roles: list[int]) -> None:
        if self.rows:
            self.dataChanged.emit(self.index(0, column), self.index(len(self.rows) - 1, column), roles)

    def _text(self, row: RunRow, column: int) -> str:
        if column == STATUS:
            return self._status(row)
        if column >= len(COLUMNS):
            place = self._places.get(row.id)
            value = None if place is None else self._table.values(self.keys[column - len(COLUMNS)])[place]
            return "" if value is None else value_words(value)
        if column == RESULT and self._metric.name:
            return self._metric_text(row)
        return COLUMNS[column].text(row)

    def _metric_text(self, row: RunRow) -> str:
        if self._metric.choice == "at step":
            value = self._step_values.get(row.id, math.nan)
        else:
            place = self._places.get(row.id)
            value = math.nan if place is None else self._table.numbers(self._metric.key)[place]
        return "" if math.isnan(value) else value_words(float(f"{value:.4g}"))

    def _group_text(self, row: GroupRow, column: int) -> str:
        if column == 0:
            return f"{'▾' if row.is_open else '▸'}  {row.label}"
        if column == STATUS:
            return tr("{count} of {members}", count=row.count, members=len(row.members))
        if column == RESULT and not math.isnan(row.value):
            value = value_words(float(f"{row.value:.4g}"))
            return value if math.isnan(row.spread) else f"{value} ± {row.spread:.2g}"
        return ""

    def _status(self, row: RunRow) -> str:
        job = self._live.get(row.id)
        if row.status != "running":
            return status_words(row.status)
        done, total = (job.done, job.total) if job else (row.done, row.total)
        word = job.status if job and not job.ended else "running"
        return f"{word} {100 * done / total:.0f} %" if total else word

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        name = ""
        if 0 <= column < len(COLUMNS):
            name = COLUMNS[column].sort
        elif column < self.columnCount():
            name = self.keys[column - len(COLUMNS)]
        if name:
            self.sort_wanted.emit(name, order == Qt.SortOrder.DescendingOrder)

    def set_keys(self, keys: Sequence[str]) -> None:
        """Show these settings, results or figures of curves as further columns."""
        if tuple(keys) != self.keys:
            self.beginResetModel()
            self.keys = tuple(keys)
            self.endResetModel()

    def set_table(
        self, table: RunColumns, metric: Metric, step_values: dict[str, float], colours: dict[str, int]
    ) -> None:
        """What further columns and the result column are read from, and the colours of runs in groups."""
        is_new = (metric, step_values, colours) != (self._metric, self._step_values, self._colours)
        if table is not self._table:
            self._table = table
            self._places = {row.id: place for place, row in enumerate(table.rows)}
        self._metric, self._step_values, self._colours = metric, step_values, colours
        if is_new:
            self._changed(RESULT, [Role.DisplayRole])
            self._changed(0, [Role.DecorationRole])
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, RESULT, RESULT)

    def show(self, rows: Sequence[RunRow | GroupRow]) -> None:
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
            self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))

    def _reorder(self, kept: list[RunRow | GroupRow]) -> None:
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


def short(key: str) -> str:
    """A key of a column as people say it."""
    name, _, choice = key.removeprefix("configuration.").removeprefix("result.").partition(":")
    return f"{choice} {name}".strip().replace("_", " ")


def _ranges(places: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive numbers as (first, last)."""
    ranges: list[tuple[int, int]] = []
    for place in places:
        if ranges and place == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], place)
        else:
            ranges.append((place, place))
    return ranges
