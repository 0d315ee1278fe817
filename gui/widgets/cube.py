"""The latent cube: what each vertex pays, which edges are believed to exist and which potions move along them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from gui.translation import tr
from gui.widgets.alchemy_words import AXIS_OF_EDGE, COLOURS, EDGES, VALUES, signed, stone_words
from gui.widgets.canvas import CENTRE, RIGHT, Canvas, blend
from gui.widgets.cube_layout import TOKEN, place_cube
from gui.widgets.picture import Picture, Region
from gui.widgets.potion import draw_chip
from gui.widgets.stone import draw_stone

SURE = 0.995  # from here on an edge is drawn as known
FAINT = 0.02  # a stone is not shown where it is less likely to be


@dataclass(frozen=True)
class Axis:
    """Belief about one latent axis: the likeliest potion pair on it, and which of its colours moves to the + side.

    ``pair`` 0..2, ``probability`` that this pair acts here, ``plus`` colour 0..5 that moves to +, ``sure``
    probability of that
    direction given the pair.
    """

    pair: int
    probability: float
    plus: int
    sure: float


@dataclass(frozen=True)
class Token:
    """A stone on the cube: its number, looks, and the probability (or 0/1 truth) of each of the eight vertices."""

    number: int
    appearance: tuple[int, int, int]
    vertices: tuple[float, ...]


@dataclass(frozen=True)
class CubeState:
    """What the cube shows: ``edges`` probability open [12], ``axes`` [3], ``tokens``; ``truth`` tells that these are
    the true values.
    """

    edges: tuple[float, ...]
    axes: tuple[Axis, ...]
    tokens: tuple[Token, ...] = ()
    truth: bool = False
    place: str = ""


class Cube(Picture):
    """Shows one :class:`CubeState`; a click on *Belief* or *Truth* emits :attr:`truth_toggled`."""

    truth_toggled = Signal(bool)
    heading = tr("Latent cube")
    columns = 20
    rows = 16

    def note(self) -> str:
        return self.state.place

    def describe(self) -> str:
        state = self.state
        kind = tr("True graph") if state.truth else tr("Believed graph")
        edges = ", ".join(f"{a}-{b} {100 * p:.0f} %" for (a, b), p in zip(EDGES, state.edges, strict=True))
        return tr("{kind}. Edges open: {edges}. ", kind=kind, edges=edges) + ". ".join(
            axis_words(axis, d) for d, axis in enumerate(state.axes)
        )

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        unit = canvas.unit
        legend_width = 12.5 * unit
        beside = area.width() > 31 * unit
        if beside:
            legend = QRectF(area.right() - legend_width, area.top(), legend_width, area.height())
            cube = area.adjusted(0, 0, -legend_width - unit, 0)
        else:
            legend = QRectF(area.left(), area.top() + 3.4 * unit, 6.4 * unit, 4.5 * unit)
            cube = area.adjusted(6.4 * unit, 0, 0, 0)
        self._draw_cube(canvas, cube)
        self._draw_legend(canvas, legend, beside)
        corner = QPointF(legend.left(), area.bottom() - 1.4 * unit) if beside else area.topLeft()
        self._draw_switch(canvas, corner, beside)

    def _draw_cube(self, canvas: Canvas, area: QRectF) -> None:
        state, theme, unit = self.state, canvas.theme, canvas.unit
        radius = min(1.7 * unit, 0.035 * min(area.width(), area.height()) + 0.4 * unit)
        wanted = tuple(not state.truth and 0.005 < p < SURE for p in state.edges)
        label = canvas.metrics(small=True).horizontalAdvance("00 %") + 0.2 * unit
        counts = tuple(sum(t.vertices[v] >= FAINT for t in state.tokens) for v in range(8))
        layout = place_cube(area.getRect(), unit, radius, label, wanted, counts)
        points = [QPointF(*p) for p in layout.points]
        width = 0.4 * radius
        for edge in layout.order:
            start, end = (points[v] for v in EDGES[edge])
            probability, axis = state.edges[edge], state.axes[AXIS_OF_EDGE[edge]]
            colour = blend(theme.pairs[axis.pair], theme.muted, 1.0 if axis.probability > 0.5 else 0.45)
            if edge in layout.front and probability > 0.005:
                canvas.line(start, end, theme.panel, 1.9 * width * max(probability, 0.3))
            if probability <= 0.005:
                canvas.line(start, end, theme.border, 0.07 * unit, 1.0, (5.0, 6.0))
            elif probability >= SURE:
                canvas.line(start, end, colour, width)
            else:
                share = 0.25 + 0.75 * probability
                canvas.line(start, end, colour, width * (0.3 + 0.6 * probability), share, (1.6, 1.1))
            middle = (start + end) / 2
            tip = tr(
                "{lower} to {upper}: ",
                lower=signed(VALUES[EDGES[edge][0]]),
                upper=signed(VALUES[EDGES[edge][1]]),
            )
            tip += (
                ("open" if probability > 0.5 else "missing")
                if state.truth
                else tr("open with {probability:.1f} %", probability=100 * probability)
            )
            spot = QRectF(middle.x() - unit, middle.y() - unit, 2 * unit, 2 * unit)
            self.regions.append(Region(spot, f"edge {edge}", f"{tip}\n{axis_words(axis, AXIS_OF_EDGE[edge])}"))
        for edge, place in layout.labels.items():
            text = f"{min(max(100 * state.edges[edge], 1), 99):.0f} %"
            canvas.text(QRectF(*place), text, theme.muted, align=CENTRE, small=True)
        self._draw_ends(canvas, [(QPointF(*a), QPointF(*b)) for a, b in layout.ends])
        for vertex, centre in enumerate(points):
            self._draw_vertex(canvas, vertex, centre, radius)
        self._draw_tokens(canvas, layout.tokens, TOKEN * radius)

    def _draw_vertex(self, canvas: Canvas, vertex: int, centre: QPointF, radius: float) -> None:
        area = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        canvas.piece(("vertex", vertex), area.adjusted(-2, -2, 2, 2), partial(_disc, area=area, value=VALUES[vertex]))
        where = ", ".join("+" if vertex >> d & 1 else "−" for d in range(3))
        self.regions.append(
            Region(
                area,
                f"vertex {vertex}",
                tr("Vertex {where}: the cauldron pays {values}", where=where, values=signed(VALUES[vertex])),
            )
        )

    def _draw_ends(self, canvas: Canvas, ends: list[tuple[QPointF, QPointF]]) -> None:
        """At the outer edge of each axis: the colour that moves to − and the one that moves to +."""
        for d, (minus, plus) in enumerate(ends):
            axis = self.state.axes[d]
            for point, colour in ((minus, axis.plus ^ 1), (plus, axis.plus)):
                opacity = 1.0 if axis.sure * axis.probability >= SURE else 0.35
                draw_chip(canvas, point, 0.55 * canvas.unit, colour, opacity)

    def _draw_tokens(self, canvas: Canvas, places: tuple[tuple[tuple[float, float], ...], ...], size: float) -> None:
        """Each stone beside every vertex it may be on, the fainter the less likely."""
        taken = [0] * 8
        for token in self.state.tokens:
            for vertex, probability in enumerate(token.vertices):
                if probability < FAINT:
                    continue
                centre = QPointF(*places[vertex][taken[vertex]])
                taken[vertex] += 1
                draw_stone(canvas, centre, size, token.appearance, 0.25 + 0.75 * probability)
                number = QRectF(centre.x() - size, centre.y() - size, 2 * size, 2 * size)
                ink = "#ffffff" if probability > 0.6 else canvas.theme.text
                canvas.text(number, str(token.number), ink, align=CENTRE, bold=True, factor=0.78 * size / canvas.unit)
                words = " ".join(stone_words(token.appearance))
                tip = tr("Stone {number}, {words}", number=token.number, words=words)
                tip += (
                    "" if probability > 0.99 else tr(": here with {probability:.0f} %", probability=100 * probability)
                )
                self.regions.append(Region(number, f"token {token.number} {vertex}", tip))

    def _draw_legend(self, canvas: Canvas, area: QRectF, beside: bool) -> None:
        theme, unit, state = canvas.theme, canvas.unit, self.state
        line, top = 1.35 * unit, area.top()
        if beside:
            head = QRectF(area.left(), top, area.width(), line)
            words = tr("truth") if state.truth else tr("probability")
            used = canvas.text(head, words, theme.muted, align=RIGHT, small=True)
            room = head.adjusted(0, 0, -used - 0.6 * unit, 0)
            canvas.text(room, tr("potion pair moves axis"), theme.muted, small=True)
            top += 1.25 * line
        for d, axis in sorted(enumerate(state.axes), key=lambda item: item[1].pair):
            row = QRectF(area.left(), top, area.width(), line)
            centre = row.center().y()
            top += 2.15 * line if beside else line
            draw_chip(canvas, QPointF(row.left() + 0.55 * unit, centre), 0.5 * unit, 2 * axis.pair)
            draw_chip(canvas, QPointF(row.left() + 1.75 * unit, centre), 0.5 * unit, 2 * axis.pair + 1)
            self._draw_axis_sign(canvas, QPointF(row.left() + 3.3 * unit, centre), d)
            share = "" if state.truth else f"{100 * axis.probability:.0f} %"
            canvas.text(row, share, theme.muted, align=RIGHT, small=True)
            self.regions.append(Region(row, f"axis {d}", axis_words(axis, d)))
            if beside:
                names = f"{COLOURS[2 * axis.pair]} / {COLOURS[2 * axis.pair + 1]}"
                canvas.text(row.adjusted(4.3 * unit, 0, -2.6 * unit, 0), names, theme.text, small=True)
                under = QRectF(row.left() + 0.1 * unit, row.bottom() - 0.1 * line, row.width() - 0.1 * unit, line)
                sure = "" if axis.sure >= SURE else f"{100 * axis.sure:.0f} %"
                canvas.text(under, sure, theme.muted, align=RIGHT, small=True)
                words = under.adjusted(0, 0, -2.6 * unit if sure else 0, 0)
                canvas.text(words, direction_words(axis), theme.muted, small=True)

    def _draw_axis_sign(self, canvas: Canvas, centre: QPointF, axis: int) -> None:
        """A short stroke along the axis as it lies in the picture."""
        along = (QPointF(1, 0), QPointF(0, -1), QPointF(0.8, -0.55))[axis] * 0.55 * canvas.unit
        canvas.line(centre - along, centre + along, canvas.theme.pairs[self.state.axes[axis].pair], 0.22 * canvas.unit)

    def _draw_switch(self, canvas: Canvas, corner: QPointF, beside: bool) -> None:
        """Two words, *belief* and *truth*, of which the shown one is marked."""
        theme, unit = canvas.theme, canvas.unit
        size = QSizeF(4.2 * unit, 1.4 * unit)
        step = QPointF(size.width(), 0) if beside else QPointF(0, size.height())
        canvas.fill(QRectF(corner, corner + step + QPointF(size.width(), size.height())), theme.raised, 0.3 * unit)
        for index, word in enumerate(("belief", "truth")):
            part = QRectF(corner + index * step, size)
            chosen = self.state.truth == bool(index)
            if chosen:
                canvas.fill(part, theme.accent_soft, 0.3 * unit)
                canvas.outline(part, theme.accent, 0.3 * unit)
            canvas.text(
                part,
                (tr("belief"), tr("truth"))[index],
                theme.text if chosen else theme.muted,
                align=CENTRE,
                small=True,
            )
            self.regions.append(Region(part, word, (tr("What can be known"), tr("The hidden chemistry (H)"))[index]))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        region = self.region_at(event.position())
        if (
            self.state is not None
            and event.button() == Qt.MouseButton.LeftButton
            and region
            and region.key in ("belief", "truth")
        ):
            self.truth_toggled.emit(region.key == "truth")


def _disc(canvas: Canvas, area: QRectF, value: int) -> None:
    """A vertex with what it pays."""
    theme, best = canvas.theme, value == max(VALUES)
    canvas.painter.setPen(canvas.pen(theme.good if best else theme.muted, 0.09 * canvas.unit))
    canvas.painter.setBrush(canvas.colour(blend(theme.good, theme.panel, 0.22) if best else theme.panel))
    canvas.painter.drawEllipse(area)
    canvas.text(area, signed(value), theme.good if best else theme.text, align=CENTRE, bold=True, factor=0.9)


def direction_words(axis: Axis) -> str:
    """Which colour moves to + and which to −."""
    return f"{COLOURS[axis.plus]} +, {COLOURS[axis.plus ^ 1]} −"


def axis_words(axis: Axis, index: int) -> str:
    """One sentence about an axis."""
    pair = f"{COLOURS[2 * axis.pair]} / {COLOURS[2 * axis.pair + 1]}"
    sure = "" if axis.sure >= SURE else tr(" with {sure:.0f} %", sure=100 * axis.sure)
    return tr(
        "Axis {index}: {pair} with {probability:.0f} %, {axis}{sure}",
        index=index + 1,
        pair=pair,
        probability=100 * axis.probability,
        axis=direction_words(axis),
        sure=sure,
    )
