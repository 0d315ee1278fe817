"""One agent in its world, seen from outside: pool, pendulum, cart, arm, plain or corridor, at one step."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QMouseEvent, Qt

from gui.translation import tr
from gui.widgets.canvas import Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.world_bodies import BODIES
from gui.widgets.world_shapes import Frame

PLATFORM = tr("Hidden platform: the agent cannot see this.\nDrag it to move it from this step on")


@dataclass(frozen=True)
class WorldState:
    """One agent's episode and the step to show.

    ``state`` float [steps, n] and ``names`` of its columns; ``teleported`` bool [steps]; ``actions`` float [steps, m];
    ``images`` uint8 [steps, 32, 32] where the agent sees nothing else; ``version`` changes when any of them does;
    ``score`` reward so far; ``changes`` steps at which a person changed something.
    """

    version: tuple
    family: str
    title: str
    colour: int
    step: int
    score: float
    names: tuple[str, ...] = ()
    changes: tuple[int, ...] = ()
    state: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32), compare=False)
    actions: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0), np.float32), compare=False)
    teleported: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool), compare=False)
    images: NDArray[np.uint8] | None = field(default=None, compare=False)

    def value(self, name: str) -> float:
        """A number of the situation at the step shown."""
        return float(self.state[self.step, self.names.index(name)])

    def path(self, first: str, second: str) -> NDArray[np.float32]:
        """Two numbers of all steps so far [step + 1, 2]."""
        columns = [self.names.index(first), self.names.index(second)]
        return self.state[: self.step + 1, columns]


class World(Picture):
    """Shows one :class:`WorldState`; a click in it asks for a place, dragging the platform for another one."""

    heading = tr("World")
    columns = 13
    rows = 13
    placed = Signal(float, float)
    dragged = Signal(float, float)

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self._frame: Frame | None = None
        self._grabbed = False
        self._held: QPointF | None = None

    def set_state(self, state) -> None:
        if state is not None and state.title != self.heading:
            self.heading = state.title
            self.setAccessibleName(tr("World of {title}", title=state.title))
        super().set_state(state)

    def note(self) -> str:
        return tr("return {score:.4g}", score=self.state.score)

    def describe(self) -> str:
        state = self.state
        pairs = zip(state.names, state.state[state.step], strict=True) if len(state.state) else ()
        return tr("{title} at step {step}: ", title=state.title, step=state.step) + ", ".join(
            f"{name} {value:.2f}" for name, value in pairs
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state = self.state
        body = BODIES.get(state.family)
        if body is None or not len(state.state):
            canvas.paragraph(area, tr("This world cannot be drawn"), canvas.theme.muted)
            return
        self._frame = frame = body(canvas, area, state)
        if state.family == "maze" and frame is not None and (radius := state.value("platform radius")) > 0:
            x, y = state.value("platform x"), state.value("platform y")
            place = QRectF(frame.at(x - radius, y + radius), frame.at(x + radius, y - radius))
            tip = tr(
                "{platform}\nat ({x:.2f}, {y:.2f}), radius {radius:.2f} pool radii",
                platform=PLATFORM,
                x=x,
                y=y,
                radius=radius,
            )
            self.regions.append(Region(place, "platform", tip))
        if self._held is not None and self._frame is not None:
            radius = self._frame.length(0.3)
            canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
            canvas.painter.setPen(canvas.pen(canvas.theme.accent, 2.0, 1.0, (3.0, 2.0)))
            canvas.painter.drawEllipse(self._held, radius, radius)
        if state.images is not None:
            self._draw_image(canvas, area, state.images[state.step])

    def _draw_image(self, canvas: Canvas, area: QRectF, image: NDArray[np.uint8]) -> None:
        """What the agent sees, in the corner: a cell a pixel, so that it stays sharp in vector files."""
        side = 0.36 * min(area.width(), area.height())
        corner = QRectF(area.left(), area.bottom() - side, side, side)
        canvas.fill(corner, "#000000")
        cell = side / len(image)
        for row, column in np.argwhere(image > 8):
            place = QRectF(corner.left() + column * cell, corner.top() + row * cell, cell + 0.4, cell + 0.4)
            canvas.fill(place, "#ffffff", 0.0, float(image[row, column]) / 255)
        words = QRectF(corner.left(), corner.top() - 1.2 * canvas.unit, 2.4 * side, 1.2 * canvas.unit)
        canvas.text(words, tr("what it sees"), canvas.theme.muted, small=True)

    # Mouse: only where a place means something

    def _world(self, event: QMouseEvent) -> tuple[float, float] | None:
        if self.state is None or self._frame is None:
            return None
        return self._frame.world(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._world(event)
        if place is None or event.button() != Qt.MouseButton.LeftButton:
            return
        self._grabbed = False
        if self.state.family == "maze":
            away = np.hypot(place[0] - self.state.value("platform x"), place[1] - self.state.value("platform y"))
            self._grabbed = bool(away < self.state.value("platform radius"))
            self._held = event.position() if self._grabbed else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed and self._held is not None:
            self._held = event.position()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        place, moved = self._world(event), self._held
        grabbed, self._grabbed, self._held = self._grabbed, False, None
        if place is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if grabbed and moved is not None:
            self.update()
            self.dragged.emit(*place)
        else:
            self.placed.emit(*place)
