"""Where the cube's vertices, percentages and colour chips go, so that nothing lies on anything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import hypot

from gui.widgets.alchemy_words import EDGES

# Screen position of latent (axis 0, axis 1, axis 2) in 0..1: axis 0 to the right, axis 1 upwards, axis 2 to the back.
DEPTH = (0.30, 0.34)
HIDDEN = 4  # the vertex seen through the cube: only axis 2 is +
# Where stones lie beside each vertex: on a side that no edge leaves by; further ones follow outwards.
BESIDE = ((-1.0, 0.8), (1.0, 0.9), (-1.35, 0.0), (1.0, 0.8), (-1.0, -0.8), (1.1, 0.2), (0.6, -1.1), (1.0, -0.8))

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CubeLayout:
    """Vertices ``points`` [8], drawing ``order`` of the edges (back first), the ``front`` ones that get a halo,
    percentage ``labels``
    by edge as (x, y, width, height), ``ends`` of the three outer edges for the colour chips, ``tokens`` places of the
    stones at each vertex.
    """

    points: tuple[Point, ...]
    order: tuple[int, ...]
    front: frozenset[int]
    labels: dict[int, Box]
    ends: tuple[tuple[Point, Point], ...]
    tokens: tuple[tuple[Point, ...], ...]


def _distance(box: Box, start: Point, end: Point) -> float:
    """How far a box keeps from a segment, negative where they meet (measured at points along the segment)."""
    x, y, width, height = box
    nearest = 1e9
    for k in range(41):
        px, py = start[0] + (end[0] - start[0]) * k / 40, start[1] + (end[1] - start[1]) * k / 40
        dx, dy = max(x - px, px - x - width), max(y - py, py - y - height)
        nearest = min(nearest, max(dx, dy))
    return nearest


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


@lru_cache(maxsize=64)
def place_cube(
    area: Box, unit: float, radius: float, label_width: float, wanted: tuple[bool, ...], stones: tuple[int, ...]
) -> CubeLayout:
    """Fit the cube into ``area`` (x, y, width, height); label the ``wanted`` edges; leave room for ``stones`` at each
    vertex.
    """
    x, y, width, height = area
    side, above, below = radius + 2.2 * unit, radius + 1.6 * unit, radius + 1.7 * unit
    scale = max(min((width - 2 * side) / (1 + 1.15 * DEPTH[0]), (height - above - below) / (1 + DEPTH[1])), 2.5 * unit)
    # A little wider than high, as far as there is room.
    stretch = min(max((width - 2 * side) / (1 + DEPTH[0]) / scale, 0.9), 1.4)
    left = x + (width - scale * stretch * (1 + DEPTH[0])) / 2
    bottom = y + (height + above - below + scale * (1 + DEPTH[1])) / 2

    def project(vertex: int) -> Point:
        a, b, c = (vertex >> d & 1 for d in range(3))
        return left + scale * stretch * (a + DEPTH[0] * c), bottom - scale * (b + DEPTH[1] * c)

    points = tuple(project(v) for v in range(8))
    hidden = [e for e, pair in enumerate(EDGES) if HIDDEN in pair]
    front = [e for e, pair in enumerate(EDGES) if all(not v >> 2 & 1 for v in pair)]
    middle = [e for e in range(12) if e not in hidden and e not in front]
    out, along, clear = max(1.15 * unit, 0.75 * radius + 0.4 * unit), radius + 0.55 * unit, radius + 0.65 * unit
    ends = (
        ((points[0][0] + along, points[0][1] + out), (points[1][0] - along, points[1][1] + out)),
        ((points[0][0] - out, points[0][1] - along), (points[2][0] - out, points[2][1] + along)),
        (_beside(points[2], points[6], 0.12, -clear), _beside(points[2], points[6], 0.88, -clear)),
    )
    taken: list[Box] = [(px - radius, py - radius, 2 * radius, 2 * radius) for px, py in points]
    taken += [(px - 0.6 * unit, py - 0.6 * unit, 1.2 * unit, 1.2 * unit) for pair in ends for px, py in pair]
    tokens = tuple(_beside_vertex(point, v, stones[v], radius, unit) for v, point in enumerate(points))
    taken += [
        (px - 0.75 * radius, py - 0.75 * radius, 1.5 * radius, 1.5 * radius) for places in tokens for px, py in places
    ]
    labels: dict[int, Box] = {}
    for edge, (i, j) in enumerate(EDGES):
        if wanted[edge]:
            box = _place_label(points[i], points[j], points, taken, label_width, unit)
            if box is not None:
                labels[edge] = box
                taken.append(box)
    return CubeLayout(points, tuple(hidden + middle + front), frozenset(front), labels, ends, tokens)


def _beside_vertex(point: Point, vertex: int, count: int, radius: float, unit: float) -> tuple[Point, ...]:
    """Places of ``count`` stones at a vertex."""
    dx, dy = BESIDE[vertex]
    reach, step = 1.3 * radius, (1.6 if dx > 0 else -1.6) * radius
    return tuple((point[0] + dx * reach + k * step, point[1] + dy * reach) for k in range(count))


def _beside(start: Point, end: Point, share: float, distance: float) -> Point:
    """A point ``distance`` to the right of the way from ``start`` to ``end``."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    return start[0] + dx * share - dy / length * distance, start[1] + dy * share + dx / length * distance


def _place_label(
    start: Point, end: Point, points: tuple[Point, ...], taken: list[Box], width: float, unit: float
) -> Box | None:
    """The first place along the edge clear of every edge, vertex, chip and label; None where there is no room."""
    height = 1.05 * unit
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    nx, ny = -dy / length, dx / length
    reach = abs(nx) * width / 2 + abs(ny) * height / 2 + 0.32 * unit
    best, best_room = None, 0.05 * unit
    for share in (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.18, 0.82):
        for side in (1, -1):
            cx, cy = start[0] + dx * share + side * nx * reach, start[1] + dy * share + side * ny * reach
            box = (cx - width / 2, cy - height / 2, width, height)
            room = min(_distance(box, points[a], points[b]) for a, b in EDGES)
            if any(_overlap(box, other) for other in taken):
                room -= 10 * unit
            if room >= 0.24 * unit:
                return box
            if room > best_room:
                best, best_room = box, room
    return best
