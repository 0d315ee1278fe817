"""Where the cube's vertices, percentages, colour chips and stones go, so that nothing lies on anything else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, radians, sin

import numpy as np
from numpy.typing import NDArray

from gui.widgets.alchemy_words import EDGES

# Screen position of latent (axis 0, axis 1, axis 2) in 0..1: axis 0 to the right, axis 1 upwards, axis 2 to the back.
DEPTH = (0.30, 0.34)
HIDDEN = 4  # the vertex seen through the cube: only axis 2 is +
TOKEN = 0.76  # radius of a stone beside a vertex, as a share of the vertex's
# Where the first stone lies beside each vertex: on a side that no edge leaves by.
BESIDE = ((-1.0, 0.8), (1.0, 0.9), (-1.35, 0.0), (1.0, 0.8), (-1.0, -0.8), (1.1, 0.2), (0.6, -1.1), (1.0, -0.8))
ANGLES = (0, 30, -30, 60, -60, 90, -90, 120, -120, 150, -150, 180)  # further ones, in degrees from there
RINGS = (1.7, 2.5, 3.3)  # and how far from the vertex, in its radii
ALONG = (0.5, 0.4, 0.6, 0.32, 0.68, 0.25, 0.75, 0.18, 0.82)  # places of a percentage along its edge

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class CubeLayout:
    """Vertices ``points`` [8], drawing ``order`` of the edges (back first), the ``front`` ones that get a halo,
    percentage ``labels`` by edge as (x, y, width, height), ``ends`` of the three outer edges for the colour chips,
    ``tokens`` places of the stones at each vertex.
    """

    points: tuple[Point, ...]
    order: tuple[int, ...]
    front: frozenset[int]
    labels: dict[int, Box]
    ends: tuple[tuple[Point, Point], ...]
    tokens: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class _Frame:
    """What depends on the room alone: the cube, ``obstacles`` that never move, and for each vertex and edge the
    places that a stone or a percentage may take, best first (of a percentage with its distance to the nearest edge).
    """

    points: tuple[Point, ...]
    ends: tuple[tuple[Point, Point], ...]
    obstacles: tuple[Box, ...]
    beside: tuple[tuple[Box, ...], ...]
    along: tuple[tuple[tuple[Box, float], ...], ...]


@lru_cache(maxsize=64)
def place_cube(
    area: Box, unit: float, radius: float, label_width: float, wanted: tuple[bool, ...], stones: tuple[int, ...]
) -> CubeLayout:
    """Fit the cube into ``area`` (x, y, width, height); label the ``wanted`` edges; leave room for ``stones`` at each
    vertex.
    """
    frame = _frame(area, unit, radius, label_width)
    taken = list(frame.obstacles)
    tokens: list[tuple[Point, ...]] = []
    for vertex, count in enumerate(stones):
        places: list[Point] = []
        for box in frame.beside[vertex]:
            if len(places) == count:
                break
            if not any(_overlap(box, other) for other in taken):
                places.append((box[0] + box[2] / 2, box[1] + box[3] / 2))
                taken.append(box)
        last = places[-1] if places else frame.points[vertex]
        tokens.append((*places, *[last] * (count - len(places))))  # no room at all: one on the other
    labels: dict[int, Box] = {}
    for edge in np.flatnonzero(wanted).tolist():
        free = [(box, room) for box, room in frame.along[edge] if not any(_overlap(box, other) for other in taken)]
        if free:
            roomy = next((box for box, room in free if room >= 0.24 * unit), None)
            box, room = max(free, key=lambda place: place[1])
            if roomy is not None or room > 0.05 * unit:
                labels[edge] = roomy or box
                taken.append(labels[edge])
    return CubeLayout(frame.points, ORDER, FRONT, labels, frame.ends, tuple(tokens))


_HIDDEN = [e for e, pair in enumerate(EDGES) if HIDDEN in pair]
FRONT = frozenset(e for e, pair in enumerate(EDGES) if all(not v >> 2 & 1 for v in pair))
ORDER = (*_HIDDEN, *(e for e in range(12) if e not in _HIDDEN and e not in FRONT), *sorted(FRONT))


@lru_cache(maxsize=16)
def _frame(area: Box, unit: float, radius: float, label_width: float) -> _Frame:
    x, y, width, height = area
    side, above, below = max(radius + 2.2 * unit, 3.2 * radius), radius + 1.6 * unit, radius + 1.7 * unit
    scale = max(min((width - 2 * side) / (1 + 1.15 * DEPTH[0]), (height - above - below) / (1 + DEPTH[1])), 2.5 * unit)
    # A little wider than high, as far as there is room.
    stretch = min(max((width - 2 * side) / (1 + DEPTH[0]) / scale, 0.9), 1.4)
    left = x + (width - scale * stretch * (1 + DEPTH[0])) / 2
    bottom = y + (height + above - below + scale * (1 + DEPTH[1])) / 2

    def project(vertex: int) -> Point:
        a, b, c = (vertex >> d & 1 for d in range(3))
        return left + scale * stretch * (a + DEPTH[0] * c), bottom - scale * (b + DEPTH[1] * c)

    points = tuple(project(v) for v in range(8))
    out, along, clear = max(1.15 * unit, 0.75 * radius + 0.4 * unit), radius + 0.55 * unit, radius + 0.65 * unit
    ends = (
        ((points[0][0] + along, points[0][1] + out), (points[1][0] - along, points[1][1] + out)),
        ((points[0][0] - out, points[0][1] - along), (points[2][0] - out, points[2][1] + along)),
        (_beside(points[2], points[6], 0.12, -clear), _beside(points[2], points[6], 0.88, -clear)),
    )
    chips = [_box(point, 0.6 * unit) for pair in ends for point in pair]
    obstacles = (*(_box(point, 0.97 * radius) for point in points), *chips)
    samples = _samples(points)
    beside = tuple(_token_places(v, points, area, radius, obstacles, samples) for v in range(8))
    labels = tuple(
        _label_places(points[i], points[j], label_width, unit, 0.16 * unit + 0.2 * radius, samples) for i, j in EDGES
    )
    return _Frame(points, ends, obstacles, beside, labels)


def _box(centre: Point, half: float) -> Box:
    return centre[0] - half, centre[1] - half, 2 * half, 2 * half


def _samples(points: tuple[Point, ...]) -> NDArray[np.float64]:
    """Points along every edge, float64 [12 * 41, 2]."""
    share = np.linspace(0, 1, 41)[:, None]
    return np.concatenate([(1 - share) * np.array(points[i]) + share * np.array(points[j]) for i, j in EDGES])


def _rooms(boxes: list[Box], samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each box keeps from every edge, negative where an edge crosses it, float64 [boxes]."""
    x, y, width, height = np.array(boxes).T[:, :, None]
    dx = np.maximum(x - samples[:, 0], samples[:, 0] - x - width)
    dy = np.maximum(y - samples[:, 1], samples[:, 1] - y - height)
    return np.asarray(np.maximum(dx, dy).min(axis=1))


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _token_places(
    vertex: int,
    points: tuple[Point, ...],
    area: Box,
    radius: float,
    fixed: tuple[Box, ...],
    samples: NDArray[np.float64],
) -> tuple[Box, ...]:
    """Boxes inside ``area`` for stones at a vertex, best first: near, on the vertex's own side, off the edges."""
    centre, half = points[vertex], TOKEN * radius
    begin = atan2(BESIDE[vertex][1], BESIDE[vertex][0])
    turns = [(ring, angle) for ring in RINGS for angle in ANGLES]
    boxes = []
    for ring, angle in turns:
        direction = begin + radians(angle)
        place = centre[0] + ring * radius * cos(direction), centre[1] + ring * radius * sin(direction)
        boxes.append(_box(place, half))
    rooms = _rooms(boxes, samples)
    centres = np.array(boxes)[:, None, :2] + half
    nearest = np.hypot(*np.moveaxis(centres - np.array(points), 2, 0)).argmin(axis=1).tolist()
    found = []
    for (ring, angle), box, room, near in zip(turns, boxes, rooms.tolist(), nearest, strict=True):
        inside = area[0] <= box[0] and box[0] + box[2] <= area[0] + area[2]
        inside = inside and area[1] <= box[1] and box[1] + box[3] <= area[1] + area[3]
        if inside and near == vertex and not any(_overlap(box, other) for other in fixed):
            found.append((ring + abs(angle) / 90 + max(-room / half, 0.0), box))
    return tuple(box for _, box in sorted(found))


def _beside(start: Point, end: Point, share: float, distance: float) -> Point:
    """A point ``distance`` to the right of the way from ``start`` to ``end``."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    return start[0] + dx * share - dy / length * distance, start[1] + dy * share + dx / length * distance


def _label_places(
    start: Point, end: Point, width: float, unit: float, gap: float, samples: NDArray[np.float64]
) -> tuple[tuple[Box, float], ...]:
    """Boxes for a percentage on either side of its edge, the middle first, each with its distance to other edges."""
    height = 1.05 * unit
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = hypot(dx, dy) or 1.0
    nx, ny = -dy / length, dx / length
    reach = abs(nx) * width / 2 + abs(ny) * height / 2 + gap
    boxes = []
    for share in ALONG:
        for side in (1, -1):
            cx, cy = start[0] + dx * share + side * nx * reach, start[1] + dy * share + side * ny * reach
            boxes.append((cx - width / 2, cy - height / 2, width, height))
    return tuple(zip(boxes, _rooms(boxes, samples).tolist(), strict=True))
