"""A painter with the theme's colours and fonts at hand: what all painted pictures draw with."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPixmapCache,
)

from gui.theme import Theme

LEFT, RIGHT, CENTRE = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter


@lru_cache(maxsize=256)
def _derived(key: str, bold: bool, factor: float) -> tuple[QFont, QFontMetricsF]:
    """The font described by ``key`` (``QFont.toString``) made bolder or scaled, and its measures."""
    font = QFont()
    font.fromString(key)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    if factor != 1.0:
        size = font.pointSizeF()
        if size > 0:
            font.setPointSizeF(size * factor)
        else:
            font.setPixelSize(max(1, round(font.pixelSize() * factor)))
    return font, QFontMetricsF(font)


@lru_cache(maxsize=512)
def shade(name: str, opacity: float = 1.0) -> QColor:
    """The colour ``#rrggbb`` with an opacity of 0 to 1."""
    colour = QColor(name)
    colour.setAlphaF(min(max(opacity, 0.0), 1.0))
    return colour


@lru_cache(maxsize=512)
def blend(first: str, second: str, share: float) -> str:
    """Opaque mixture of two colours; ``share`` 1 gives the first."""
    a, b = QColor(first), QColor(second)
    mixed = (round(share * x + (1 - share) * y) for x, y in zip(a.getRgb()[:3], b.getRgb()[:3], strict=True))
    return "#{:02x}{:02x}{:02x}".format(*mixed)


@lru_cache(maxsize=128)
def ink_on(fill: str) -> str:
    """Black or white, whichever reads better on ``fill``."""
    channels = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in QColor(fill).getRgbF()[:3]]
    luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    return "#14161a" if luminance > 0.18 else "#ffffff"


def derived(key: str, bold: bool, factor: float) -> tuple[QFont, QFontMetricsF]:
    """As above in steps of a twentieth, so that resizing does not fill the cache."""
    return _derived(key, bold, max(round(factor * 20), 4) / 20)


@lru_cache(maxsize=4096)
def advance(key: str, bold: bool, factor: float, text: str) -> float:
    """Width of a line of text: the same few words are measured again at every step."""
    return derived(key, bold, factor)[1].horizontalAdvance(text)


class Canvas:
    """One painter, one theme, one base font. ``unit`` is a line height of the base font in pixels: all lengths follow
    it.
    """

    def __init__(self, painter: QPainter, theme: Theme, font: QFont) -> None:
        self.painter = painter
        self.theme = theme
        self.font = font
        self.key = font.toString()
        self.unit = derived(self.key, False, 1.0)[1].height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def piece(self, key: Hashable, area: QRectF, draw: Callable[[Canvas], None]) -> None:
        """Paint what looks the same again and again: once into a bitmap that is kept, and from then on out of it.

        ``key`` and the place tell how it looks, ``draw`` keeps within ``area``; vector files get the shapes themselves.
        """
        if self.painter.paintEngine().type() != QPaintEngine.Type.Raster or area.isEmpty():
            draw(self)
            return
        ratio = self.painter.device().devicePixelRatioF()
        name = f"{key} {area.getRect()} {ratio} {self.theme.name} {self.key}"
        left, top = floor(area.left() * ratio), floor(area.top() * ratio)  # whole pixels, so that nothing is blurred
        pixmap = QPixmapCache.find(name)
        if pixmap is None:
            pixmap = QPixmap(ceil(area.right() * ratio) - left, ceil(area.bottom() * ratio) - top)
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.translate(-left / ratio, -top / ratio)
            draw(Canvas(painter, self.theme, self.font))
            painter.end()
            QPixmapCache.insert(name, pixmap)
        self.painter.drawPixmap(QPointF(left / ratio, top / ratio), pixmap)

    def colour(self, name: str, opacity: float = 1.0) -> QColor:
        """A theme colour, possibly see-through."""
        return shade(name, opacity)

    def metrics(self, *, bold: bool = False, small: bool = False, factor: float = 1.0) -> QFontMetricsF:
        """Measures of a variant of the base font."""
        return derived(self.key, bold, factor * (0.86 if small else 1.0))[1]

    def text(
        self,
        area: QRectF,
        text: str,
        colour: str,
        *,
        align: Qt.AlignmentFlag = LEFT,
        bold: bool = False,
        small: bool = False,
        factor: float = 1.0,
        opacity: float = 1.0,
    ) -> float:
        """Write one line, vertically centred, cut with an ellipsis where it is too long; returns the width used."""
        if not text:
            return 0.0
        size = factor * (0.86 if small else 1.0)
        font, metrics = derived(self.key, bold, size)
        width = advance(self.key, bold, size, text)
        if width > area.width() + 0.5:
            text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(area.width(), 0.0))
            width = metrics.horizontalAdvance(text)
        x = area.left()
        if align is RIGHT:
            x = area.right() - width
        elif align is CENTRE:
            x = area.center().x() - width / 2
        self.painter.setFont(font)
        self.painter.setPen(shade(colour, opacity))
        self.painter.drawText(QPointF(x, area.center().y() + (metrics.ascent() - metrics.descent()) / 2), text)
        return width

    def paragraph(self, area: QRectF, text: str, colour: str) -> None:
        """Write wrapped lines in the middle of ``area``."""
        self.painter.setFont(derived(self.key, False, 1.0)[0])
        self.painter.setPen(shade(colour))
        self.painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)

    def fill(self, area: QRectF, colour: str, radius: float = 0.0, opacity: float = 1.0) -> None:
        """A filled rectangle, with round corners where ``radius`` is given."""
        if radius <= 0:
            self.painter.fillRect(area, shade(colour, opacity))
            return
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(shade(colour, opacity))
        self.painter.drawRoundedRect(area, radius, radius)

    def outline(self, area: QRectF, colour: str, radius: float, width: float = 1.0) -> None:
        """The border of a rectangle."""
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(QPen(shade(colour), width))
        self.painter.drawRoundedRect(area, radius, radius)

    def line(
        self,
        start: QPointF,
        end: QPointF,
        colour: str,
        width: float = 1.0,
        opacity: float = 1.0,
        dash: tuple[float, ...] = (),
    ) -> None:
        """A straight line with round ends; ``dash`` in units of its width."""
        self.painter.setPen(self.pen(colour, width, opacity, dash))
        self.painter.drawLine(start, end)

    def pen(self, colour: str, width: float = 1.0, opacity: float = 1.0, dash: tuple[float, ...] = ()) -> QPen:
        """A pen with round ends, flat ones where it is dashed."""
        pen = QPen(shade(colour, opacity), width)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap if dash else Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dash:
            pen.setDashPattern(list(dash))
        return pen

    def arrow(self, path: QPainterPath, colour: str, width: float, dash: tuple[float, ...] = ()) -> None:
        """A curve with an arrow head at its end."""
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(self.pen(colour, width, 1.0, dash))
        self.painter.drawPath(path)
        end, before = path.pointAtPercent(1.0), path.pointAtPercent(0.9)
        along = end - before
        length = max((along.x() ** 2 + along.y() ** 2) ** 0.5, 1e-6)
        along = along / length * 4.5 * width
        across = QPointF(-along.y(), along.x()) * 0.5
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(shade(colour))
        self.painter.drawPolygon([end, end - along + across, end - along - across])
