"""One timeline over trials and steps that drives every picture of the page."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent

from gui.theme import Theme, current
from gui.translation import tr
from gui.widgets.alchemy_words import number
from gui.widgets.canvas import CENTRE, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.scores import DASHES, Series
from gui.widgets.time_axis import TimeAxis, place_words

NOTHING, CHANGED, CASHED, ENDED, WASTED = range(5)


@dataclass(frozen=True)
class Lane:
    """The steps of one line: ``positions`` of its situations, ``effects`` and ``rewards`` of the actions that led
    there.
    """

    title: str
    positions: tuple[int, ...]
    effects: tuple[int, ...]
    rewards: tuple[float, ...]
    colour: int = 0


@dataclass(frozen=True)
class TimelineState:
    """What does not change as the cursor moves: the ``axis``, ``lanes`` (one or two), per-trial ``scores`` (the
    lanes' first) and the
    position at which the lanes part (-1 where they do not).
    """

    axis: TimeAxis
    lanes: tuple[Lane, ...]
    scores: tuple[Series, ...] = ()
    parting: int = -1

    @property
    def end(self) -> int:
        """The last position that any lane has reached."""
        return max((lane.positions[-1] for lane in self.lanes if lane.positions), default=0)

    @property
    def reached(self) -> list[int]:
        """All positions that some lane has, in order."""
        return sorted({p for lane in self.lanes for p in lane.positions})


class Timeline(Picture):
    """Shows one :class:`TimelineState` and a cursor; emits :attr:`position_chosen` as the person moves it.

    Arrows move by a step, PageUp and PageDown by a trial, Home and End to the ends; the wheel moves by steps.
    """

    position_chosen = Signal(int)
    heading = tr("Timeline")
    columns = 24
    rows = 5

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.position = 0
        self._still: tuple[object, QPixmap] | None = None
        self._wheel = 0

    def describe(self) -> str:
        return self.words()

    def words(self) -> str:
        """The cursor's place in words."""
        return place_words(self.position, self.state.axis) if self.state else ""

    def set_position(self, position: int) -> None:
        """Move the cursor."""
        if position != self.position:
            self.position = position
            self.setAccessibleDescription(self.words())
            self.update()

    # Painting: everything but the cursor is kept as one bitmap between moves.

    def paint(self, painter: QPainter, size: QSizeF, theme: Theme) -> None:
        canvas = Canvas(painter, theme, self.font())
        painter.fillRect(QRectF(QPointF(), size), canvas.colour(theme.window))
        if self.state is None:
            return
        self._draw_still(canvas, self._area(canvas.unit, size))
        self._draw_cursor(canvas, self._area(canvas.unit, size))

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        key = (self.state, self.size().toTuple(), ratio, current(), self.font().toString())
        if self._still is None or self._still[0] != key:
            still = QPixmap((QSizeF(self.size()) * ratio).toSize())
            still.setDevicePixelRatio(ratio)
            painter = QPainter(still)
            canvas = Canvas(painter, current(), self.font())
            still.fill(canvas.colour(current().window))
            if self.state is not None:
                self._draw_still(canvas, self._area(canvas.unit, QSizeF(self.size())))
            painter.end()
            self._still = (key, still)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still[1])
        if self.state is not None:
            canvas = Canvas(painter, current(), self.font())
            self._draw_cursor(canvas, self._area(canvas.unit, QSizeF(self.size())))
        painter.end()

    def _area(self, unit: float, size: QSizeF) -> QRectF:
        return QRectF(QPointF(), size).adjusted(0.8 * unit, 0.5 * unit, -0.8 * unit, -0.5 * unit)

    def x_of(self, position: float, area: QRectF) -> float:
        """Horizontal place of a position."""
        return area.left() + area.width() * self.state.axis.share(int(position))

    def _draw_still(self, canvas: Canvas, area: QRectF) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        self.regions = []
        names = 1.2 * unit
        lane_height = 0.95 * unit
        lanes_height = lane_height * max(len(state.lanes), 1) + 0.3 * unit * (len(state.lanes) - 1)
        blocks = QRectF(area.left(), area.bottom() - lanes_height - names, area.width(), names)
        plot = QRectF(area.left(), area.top(), area.width(), max(blocks.top() - area.top() - 0.4 * unit, 0))
        width = area.width() / max(state.axis.trials, 1)
        for trial in range(state.axis.trials):
            block = QRectF(area.left() + trial * width + 1, blocks.top(), width - 2, blocks.height() + lanes_height)
            begun = trial * state.axis.steps < state.end
            canvas.fill(block, theme.raised if begun else theme.track, 0.2 * unit, 1.0 if begun else 0.6)
            canvas.text(
                QRectF(block.left(), blocks.top(), block.width(), names),
                tr("trial {trial}", trial=trial + 1),
                theme.text if begun else theme.muted,
                align=CENTRE,
                small=True,
            )
            scores = [f"{s.title} {number(s.scores[trial], 1)}" for s in state.scores if trial < len(s.scores)]
            self.regions.append(
                Region(
                    block.united(QRectF(block.left(), plot.top(), 1, 1)),
                    ("trial", trial),
                    "\n".join([tr("Trial {trial}", trial=trial + 1), *scores]),
                )
            )
        self._draw_scores(canvas, plot, width)
        for index, lane in enumerate(state.lanes):
            top = blocks.bottom() + index * (lane_height + 0.3 * unit)
            self._draw_lane(canvas, QRectF(area.left(), top, area.width(), lane_height), lane)
        if state.parting >= 0:
            x = self.x_of(state.parting, area)
            canvas.line(QPointF(x, area.top()), QPointF(x, area.bottom()), theme.bad, 0.1 * unit, 1.0, (3.0, 2.0))
            tip = tr("Here the two lines part")
            self.regions.append(Region(QRectF(x - 0.4 * unit, area.top(), 0.8 * unit, area.height()), "parting", tip))

    def _draw_scores(self, canvas: Canvas, plot: QRectF, width: float) -> None:
        top = max([45.0, *(v for s in self.state.scores for v in s.scores)])
        for index, series in enumerate(self.state.scores):
            dash = DASHES[(index - len(self.state.lanes)) % len(DASHES)] if index >= len(self.state.lanes) else ()
            pen = canvas.pen(canvas.theme.data[series.colour], 0.15 * canvas.unit, 1.0, dash)
            canvas.painter.setPen(pen)
            for trial, score in enumerate(series.scores):
                y = plot.bottom() - plot.height() * min(max(score, 0.0), top) / top
                canvas.painter.drawLine(
                    QPointF(plot.left() + trial * width + 2, y), QPointF(plot.left() + (trial + 1) * width - 2, y)
                )

    def _draw_lane(self, canvas: Canvas, area: QRectF, lane: Lane) -> None:
        theme, unit, painter = canvas.theme, canvas.unit, canvas.painter
        step = area.width() * self.state.axis.cell
        middle = area.center().y()
        for position, effect, reward in zip(lane.positions[1:], lane.effects[1:], lane.rewards[1:], strict=True):
            x = self.x_of(position, area) - 0.5 * step
            if effect == CASHED:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(canvas.colour(theme.good if reward > 0 else theme.bad))
                if reward > 0:
                    painter.drawEllipse(QPointF(x, middle), 0.27 * unit, 0.27 * unit)
                else:
                    painter.drawRect(QRectF(x - 0.22 * unit, middle - 0.22 * unit, 0.44 * unit, 0.44 * unit))
            elif effect == CHANGED:
                painter.fillRect(
                    QRectF(x - 0.35 * step, middle - 0.32 * unit, 0.7 * step, 0.64 * unit),
                    canvas.colour(theme.data[lane.colour]),
                )
            elif effect == WASTED:
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(canvas.pen(theme.muted, 1.0))
                painter.drawRect(QRectF(x - 0.3 * step, middle - 0.28 * unit, 0.6 * step, 0.56 * unit))
            else:
                painter.fillRect(
                    QRectF(x - 0.3 * step, middle - 0.05 * unit, 0.6 * step, 0.1 * unit), canvas.colour(theme.muted)
                )

    def _draw_cursor(self, canvas: Canvas, area: QRectF) -> None:
        x = self.x_of(self.position, area)
        unit, painter = canvas.unit, canvas.painter
        canvas.fill(
            QRectF(x - 0.06 * unit, area.top() - 0.2 * unit, 0.12 * unit, area.height() + 0.4 * unit), canvas.theme.text
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(canvas.colour(canvas.theme.text))
        top = area.top() - 0.4 * unit
        painter.drawPolygon([QPointF(x - 0.4 * unit, top), QPointF(x + 0.4 * unit, top), QPointF(x, top + 0.6 * unit)])
        if self.hasFocus():
            canvas.outline(
                area.adjusted(-0.5 * unit, -0.35 * unit, 0.5 * unit, 0.35 * unit), canvas.theme.accent, 0.2 * unit
            )

    # Moving the cursor

    def _go(self, position: int) -> None:
        if position != self.position:
            self.position_chosen.emit(position)

    def _trial(self, by: int) -> None:
        """To the start of a trial, or as near as the lanes reach."""
        steps, reached = self.state.axis.steps, self.state.reached
        wanted = (self.position - 1) // steps * steps if by < 0 else (self.position // steps + 1) * steps
        self._go(min(reached, key=lambda position: abs(position - wanted)))

    def step(self, by: int) -> None:
        """Move by situations that some lane has, not beyond the ends."""
        reached = self.state.reached
        index = bisect_right(reached, self.position) if by > 0 else bisect_left(reached, self.position)
        index = min(max(index + (by - 1 if by > 0 else by), 0), len(reached) - 1)
        self._go(reached[index])

    def _at(self, event: QMouseEvent) -> None:
        area = self._area(self.fontMetrics().height(), QSizeF(self.size()))
        share = (event.position().x() - area.left()) / max(area.width(), 1)
        self._go(self.state.axis.nearest(share, self.state.reached))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.state is not None and event.button() == Qt.MouseButton.LeftButton:
            self._at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.state is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._at(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.state is None:
            return
        delta = event.angleDelta()
        self._wheel += delta.y() or -delta.x()
        steps = int(self._wheel / 120)
        if steps:
            self._wheel -= 120 * steps
            self.step(-steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return super().keyPressEvent(event)
        key = event.key()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.step(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._trial(1 if key == Qt.Key.Key_PageDown else -1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go(0 if key == Qt.Key.Key_Home else self.state.end)
        else:
            super().keyPressEvent(event)
