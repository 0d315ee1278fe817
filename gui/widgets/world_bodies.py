"""How each family of tasks is drawn; every function returns the frame by which a click finds its place, or None."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, hypot, sin
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt

from gui.translation import tr
from gui.widgets.canvas import CENTRE, Canvas
from gui.widgets.world_shapes import Frame, circle, dot, force, polyline, rod, trial_colour

if TYPE_CHECKING:
    from gui.widgets.world import WorldState

TAIL = 12  # earlier poses drawn faintly


def maze(canvas: Canvas, area: QRectF, state: WorldState) -> Frame:
    """Pool from above: one colour a trial, starts ringed, contacts dotted, the unseen platform dashed."""
    theme, unit = canvas.theme, canvas.unit
    words = QRectF(area.left(), area.bottom() - 1.1 * unit, area.width(), 1.1 * unit)
    frame = Frame.fit(area.adjusted(0, 0, 0, -1.3 * unit), -1.05, 1.05, -1.05, 1.05)
    circle(canvas, frame, 0, 0, 1.0, fill=theme.raised, line=theme.border, width=2.0)
    steps = np.arange(state.step + 1)
    trials = state.state[: state.step + 1, state.names.index("trial")].astype(int)
    path = state.path("x", "y")
    for trial in np.unique(trials):
        own = steps[trials == trial]
        now = trial == trials[-1]
        colour = trial_colour(canvas, int(trial))
        polyline(canvas, frame, path[own], colour, 2.4 if now else 1.5, 1.0 if now else 0.75)
        x, y = path[own[0]]
        circle(canvas, frame, float(x), float(y), 4.0 / frame.scale, line=colour, width=1.5)
        felt = own[state.state[own, state.names.index("on platform")] > 0.5]
        if len(felt):
            dot(canvas, frame, *map(float, path[felt[0]]), 3.0, colour)
    radius = state.value("platform radius")
    x, y = state.value("platform x"), state.value("platform y")
    if radius > 0:
        circle(canvas, frame, x, y, radius, line=theme.text, width=1.4, dash=(4.0, 3.0))
    here = path[-1]
    dot(canvas, frame, float(here[0]), float(here[1]), 5.5, theme.data[state.colour % len(theme.data)], theme.text)
    acts = state.actions[state.step]
    force(canvas, frame.at(float(here[0]), float(here[1])), 22 * float(acts[0]), 22 * float(acts[1]), theme.accent)
    gone = "" if radius > 0 else tr(", platform gone")
    note = tr("trial {trials}{gone} · dashed platform is not seen", trials=trials[-1] + 1, gone=gone)
    canvas.text(words, note, theme.muted, align=CENTRE, small=True)
    return frame


def pendulum(canvas: Canvas, area: QRectF, state: WorldState) -> None:
    """A rod on a pivot with its last poses, the torque as an arc."""
    theme, unit = canvas.theme, canvas.unit
    frame = Frame.fit(area.adjusted(0, 0, 0, -1.3 * unit), -1.6, 1.6, -1.6, 1.6)
    colour = theme.data[state.colour % len(theme.data)]
    length = state.value("length")
    angles = state.state[max(0, state.step - TAIL) : state.step + 1, state.names.index("angle")]
    circle(canvas, frame, 0, 0, length, line=theme.border, width=1.0)
    for k, angle in enumerate(angles):
        tip = frame.at(length * sin(angle), length * cos(angle))
        last = k == len(angles) - 1
        thick, strong = (0.16, 1.0) if last else (0.05, 0.06 + 0.02 * k)
        canvas.line(frame.at(0, 0), tip, colour, frame.length(thick), strong)
    dot(canvas, frame, 0, 0, frame.length(0.07), theme.text)
    _turn(canvas, frame, float(state.actions[state.step, 0]), length)
    _below(
        canvas,
        area,
        tr("speed {value:.1f} rad/s · length {length:.2f} m", value=state.value("angular speed"), length=length),
    )


def _turn(canvas: Canvas, frame: Frame, action: float, length: float) -> None:
    """Torque as an arc about the pivot: longer for more, to the side it turns."""
    radius = frame.length(0.3)
    centre = frame.at(0, 0)
    place = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    canvas.painter.setBrush(Qt.BrushStyle.NoBrush)
    canvas.painter.setPen(canvas.pen(canvas.theme.accent, 3.0))
    canvas.painter.drawArc(place, 90 * 16, round(-150 * 16 * action))


def cartpole(canvas: Canvas, area: QRectF, state: WorldState) -> None:
    """Cart on a track; a positive angle leans to the left."""
    theme, unit = canvas.theme, canvas.unit
    x, length = state.value("place"), state.value("length")
    centre = max(0.0, abs(x) - 1.5) * (1 if x > 0 else -1)  # the picture follows a cart that runs away
    frame = Frame.fit(area.adjusted(0, 0, 0, -1.3 * unit), centre - 2, centre + 2, -1.0, 1.0)
    colour = theme.data[state.colour % len(theme.data)]
    canvas.line(frame.at(centre - 2, 0), frame.at(centre + 2, 0), theme.border, 2.0)
    canvas.line(frame.at(0, -0.08), frame.at(0, 0.08), theme.muted, 1.5)
    for k in range(max(0, state.step - TAIL), state.step + 1):
        place, angle = state.state[k, state.names.index("place")], state.state[k, state.names.index("angle")]
        now = k == state.step
        pen = canvas.pen(colour, frame.length(0.07 if now else 0.03), 1.0 if now else 0.15)
        canvas.painter.setPen(pen)
        canvas.painter.drawLine(
            frame.at(float(place), 0), frame.at(float(place - length * sin(angle)), float(length * cos(angle)))
        )
    left = frame.at(x - 0.18, 0.09)
    canvas.fill(QRectF(left.x(), left.y(), frame.length(0.36), frame.length(0.18)), theme.muted, 3.0)
    force(canvas, frame.at(x, -0.25), frame.length(0.6) * float(state.actions[state.step, 0]), 0, theme.accent)
    speeds = tr(
        "{speed:.1f} m/s, {turning:.1f} rad/s · length {length:.2f} m",
        speed=state.value("velocity"),
        turning=state.value("angular speed"),
        length=length,
    )
    _below(canvas, area, speeds)


def arm(canvas: Canvas, area: QRectF, state: WorldState) -> Frame:
    """Two links and the place to go to: dashed while the agent is not shown it."""
    theme, unit = canvas.theme, canvas.unit
    payload = "mass" in state.names
    link, reach = (0.5, 1.0) if payload else (0.1, 0.2)
    frame = Frame.fit(area.adjusted(0, 0, 0, -1.3 * unit), -1.15 * reach, 1.15 * reach, -1.15 * reach, 1.15 * reach)
    colour = theme.data[state.colour % len(theme.data)]
    circle(canvas, frame, 0, 0, reach, line=theme.border, width=1.0)
    hands = []
    for k in range(max(0, state.step - TAIL), state.step + 1):
        first, second = (float(state.state[k, state.names.index(name)]) for name in ("q1", "q2"))
        elbow = (link * cos(first), link * sin(first))
        hand = (elbow[0] + link * cos(first + second), elbow[1] + link * sin(first + second))
        hands.append(hand)
        if k == state.step:
            rod(canvas, frame.at(0, 0), frame.at(*elbow), colour, frame.length(0.09 * reach))
            rod(canvas, frame.at(*elbow), frame.at(*hand), colour, frame.length(0.07 * reach))
    polyline(canvas, frame, np.array(hands), colour, 1.5, 0.5)
    if payload:
        dot(canvas, frame, *hands[-1], 3.0 + 9.0 * state.value("mass") ** 0.5, theme.data[4])
    dot(canvas, frame, 0, 0, frame.length(0.05 * reach), theme.text)
    x, y = state.value("target x"), state.value("target y")
    seen = payload or state.value("shown") > 0.5
    circle(canvas, frame, x, y, 0.07 * reach, line=theme.accent, width=2.0, dash=() if seen else (3.0, 2.0))
    away = hypot(hands[-1][0] - x, hands[-1][1] - y)
    told = (
        tr("mass {value:.2f} kg, never weighed", value=state.value("mass"))
        if payload
        else "shown"
        if seen
        else tr("no longer shown")
    )
    _below(
        canvas,
        area,
        tr("{away:.1f} cm away · {told}", away=100 * away, told=told if payload else tr("target {told}", told=told)),
    )
    return frame


def wind(canvas: Canvas, area: QRectF, state: WorldState) -> Frame:
    """A plain with a goal, the hidden wind as a dashed arrow."""
    theme, unit = canvas.theme, canvas.unit
    frame = Frame.fit(area.adjusted(0, 0, 0, -1.3 * unit), -1.0, 1.0, -0.4, 1.6)
    path = state.path("x", "y")
    circle(canvas, frame, 0, 1, 0.03, fill=theme.accent)
    circle(canvas, frame, 0, 1, 0.08, line=theme.accent, width=1.2)
    colour = theme.data[state.colour % len(theme.data)]
    polyline(canvas, frame, path, colour, 2.0, 0.9)
    dot(canvas, frame, float(path[-1, 0]), float(path[-1, 1]), 5.0, colour, theme.text)
    x, y = state.value("wind x"), state.value("wind y")
    canvas.line(frame.at(0, 0), frame.at(5 * x, 5 * y), theme.muted, 2.0, 1.0, (3.0, 2.0))
    _below(canvas, area, tr("hidden wind ({x:.3f}, {y:.3f}) a step, drawn five times as long", x=x, y=y))
    return frame


def t_maze(canvas: Canvas, area: QRectF, state: WorldState) -> None:
    """A corridor that ends in a choice."""
    theme, unit = canvas.theme, canvas.unit
    frame = Frame.fit(area.adjusted(0, 0, 0, -1.3 * unit), -0.1, 1.3, -0.5, 0.5)
    wall = theme.border
    canvas.line(frame.at(0, 0), frame.at(1, 0), wall, frame.length(0.1))
    canvas.line(frame.at(1, -0.35), frame.at(1, 0.35), wall, frame.length(0.1))
    cue, chosen, walked = state.value("cue"), state.value("side"), state.value("walked")
    dot(canvas, frame, 1, 0.35 * cue, 7.0, theme.accent)
    here = (1.0, 0.35 * chosen) if chosen else (walked, 0.0)
    dot(canvas, frame, *here, 7.0, theme.data[state.colour % len(theme.data)], theme.text)
    up = "up" if cue > 0 else "down"
    _below(
        canvas,
        area,
        tr("cue at step 0: {up} · action {actions:+.2f}", up=up, actions=float(state.actions[state.step, 0])),
    )


def _below(canvas: Canvas, area: QRectF, words: str) -> None:
    place = QRectF(area.left(), area.bottom() - 1.1 * canvas.unit, area.width(), 1.1 * canvas.unit)
    canvas.text(place, words, canvas.theme.muted, align=CENTRE, small=True)


Body = Callable[[Canvas, QRectF, "WorldState"], Frame | None]
BODIES: dict[str, Body] = {
    "maze": maze,
    "pendulum": pendulum,
    "cartpole": cartpole,
    "reacher": arm,
    "payload": arm,
    "wind": wind,
    "t-maze": t_maze,
}
