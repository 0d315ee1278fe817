"""A list of episodes, one row each: number, score, a bar of the trials played, answers that were not carried out."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.theme import current
from gui.translation import tr
from gui.widgets.alchemy_words import number
from gui.widgets.canvas import RIGHT, Canvas


@dataclass(frozen=True)
class TalkRow:
    """One episode: ``share`` of its trials played (0 to 1), ``score`` so far, ``oracle`` (0 unknown), ``words`` below.

    ``invalid`` answers so far, ``ended`` whether it was played to its end, ``found`` places a search found in it.
    """

    number: int
    title: str
    share: float
    score: float
    oracle: float = 0.0
    words: str = ""
    invalid: int = 0
    ended: bool = False
    found: int = 0


class _Rows(QAbstractListModel):
    def __init__(self, parent) -> None:
        super().__init__(parent)
        self.rows: list[TalkRow] = []

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return tr("{title}, {score} points, {words}", title=row.title, score=number(row.score), words=row.words)
        if role == Qt.ItemDataRole.ToolTipRole:
            oracle = tr("\noracle {oracle} points", oracle=number(row.oracle)) if row.oracle else ""
            invalid = tr("\n{invalid} answers were not carried out", invalid=row.invalid) if row.invalid else ""
            return tr(
                "{title}\n{score} points{oracle}\n{words}{invalid}",
                title=row.title,
                score=number(row.score),
                oracle=oracle,
                words=row.words,
                invalid=invalid,
            )
        return None

    def show(self, rows: list[TalkRow]) -> None:
        if len(rows) == len(self.rows):
            for k, (old, new) in enumerate(zip(self.rows, rows, strict=True)):
                if old != new:
                    self.rows[k] = new
                    self.dataChanged.emit(self.index(k), self.index(k))
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()


class _Painter(QStyledItemDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        unit = option.fontMetrics.height()
        return QSize(8 * unit, round(2.9 * unit))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        row: TalkRow = index.model().rows[index.row()]
        painter.save()
        theme, canvas = current(), Canvas(painter, current(), option.font)
        unit = canvas.unit
        area = QRectF(option.rect).adjusted(2, 1, -2, -1)
        if option.state & QStyle.StateFlag.State_Selected:
            canvas.fill(area, theme.accent_soft, 5)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            canvas.fill(area, theme.raised, 5)
        inner = area.adjusted(0.6 * unit, 0.25 * unit, -0.6 * unit, -0.3 * unit)
        top = QRectF(inner.left(), inner.top(), inner.width(), 1.15 * unit)
        score = (
            number(row.score)
            if not row.oracle
            else tr("{score} of {oracle}", score=number(row.score), oracle=number(row.oracle))
        )
        used = canvas.text(top, score, theme.text if row.ended else theme.muted, align=RIGHT, small=True)
        canvas.text(top.adjusted(0, 0, -used - 0.5 * unit, 0), row.title, theme.text)
        low = QRectF(inner.left(), top.bottom(), inner.width(), unit)
        bad = tr("{invalid} invalid", invalid=row.invalid) if row.invalid else ""
        hits = tr("{found} found", found=row.found) if row.found else ""
        used = canvas.text(low, hits or bad, theme.accent if hits else theme.bad, align=RIGHT, small=True)
        canvas.text(low.adjusted(0, 0, -used - 0.4 * unit, 0), row.words, theme.muted, small=True)
        if not row.ended:
            bar = QRectF(inner.left(), area.bottom() - 3, inner.width(), 2)
            canvas.fill(bar, theme.track, 1)
            canvas.fill(QRectF(bar.left(), bar.top(), bar.width() * min(max(row.share, 0.0), 1.0), 2), theme.accent, 1)
        painter.restore()


class TalkList(QListView):
    """Shows :class:`TalkRow` rows; ``chosen`` carries the number of the episode."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Episodes"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._rows = _Rows(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Painter(self))
        self.selectionModel().currentChanged.connect(self._on_current)
        self._quiet = False

    def show_rows(self, rows: list[TalkRow], chosen: int) -> None:
        """Show these rows, ``chosen`` marked."""
        self._quiet = True
        self._rows.show(rows)
        place = next((k for k, row in enumerate(rows) if row.number == chosen), -1)
        if place != self.currentIndex().row():
            self.setCurrentIndex(self._rows.index(place))
        self._quiet = False

    @property
    def rows(self) -> list[TalkRow]:
        return self._rows.rows

    @Slot(QModelIndex, QModelIndex)
    def _on_current(self, now: QModelIndex, before: QModelIndex) -> None:
        if now.isValid() and not self._quiet:
            self.chosen.emit(self._rows.rows[now.row()].number)
