"""Base of the pictures that lie above and below the raster on the same steps."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, Qt

from gui.theme import current
from gui.widgets.canvas import Canvas
from gui.widgets.picture import Picture
from gui.widgets.step_range import StepRange, draw_cursor, plot_of


class Strip(Picture):
    """Shows something over steps; everything but the cursor is kept as one bitmap between moves.

    Subclasses implement :meth:`draw_still` instead of ``draw``. A click or drag asks for a step.
    """

    step_wanted = Signal(int)
    columns = 22

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.span = StepRange.whole(1)
        self.position = 0
        self.origins: tuple[int, ...] = ()
        self._still: tuple[object, QPixmap] | None = None
        self._is_still = False  # while everything but the cursor is painted into the bitmap

    def set_span(self, span: StepRange) -> None:
        """Show these steps."""
        if span != self.span:
            self.span = span
            self.update()

    def set_position(self, position: int) -> None:
        """Move the cursor."""
        if position != self.position:
            self.position = position
            self.update()

    def set_origins(self, steps: tuple[int, ...]) -> None:
        """Mark the steps a word came from."""
        if steps != self.origins:
            self.origins = steps
            self.update()

    def draw_still(self, canvas: Canvas, plot: QRectF) -> None:
        """Paint the state over ``plot``."""
        raise NotImplementedError

    def draw_moving(self, canvas: Canvas, plot: QRectF) -> None:
        """Paint what moves: the cursor and the marked steps."""
        width = max(self.span.cell(plot), 3.0)
        for step in self.origins:
            x = self.span.x(step, plot)
            if plot.left() - width < x < plot.right():
                area = QRectF(x - 0.5, plot.top() - 2, width + 1, plot.height() + 4)
                canvas.outline(area, canvas.theme.accent, 2.0, 1.6)
        draw_cursor(canvas, self.span, plot, self.position, plot.top() - 2, plot.bottom() + 2)

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        plot = plot_of(area, canvas.unit)
        self.draw_still(canvas, plot)
        if not self._is_still:
            self.draw_moving(canvas, plot)

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        key = (self.state, self.message, self.span, self.size().toTuple(), ratio, current(), self.font().toString())
        if self._still is None or self._still[0] != key:
            still = QPixmap((QSizeF(self.size()) * ratio).toSize())
            still.setDevicePixelRatio(ratio)
            painter = QPainter(still)
            self._is_still = True
            self.paint(painter, QSizeF(self.size()), current())
            self._is_still = False
            painter.end()
            self._still = (key, still)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still[1])
        if self.state is not None:
            canvas = Canvas(painter, current(), self.font())
            self.draw_moving(canvas, self.plot)
        painter.end()

    @property
    def plot(self) -> QRectF:
        """Where the steps are on screen."""
        unit = float(self.fontMetrics().height())
        area = QRectF(QPointF(), QSizeF(self.size())).adjusted(0.75 * unit, 2.4 * unit, -0.75 * unit, -0.6 * unit)
        return plot_of(area, unit)

    def step_at(self, x: float) -> int:
        """The step under a place."""
        return int(self.span.step(x, self.plot))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.state is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self.step_wanted.emit(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)
