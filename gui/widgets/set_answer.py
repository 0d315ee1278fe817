"""Why a key is answered as it is: its logit among those of members and others, the threshold, then the backup."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage

from gui.translation import tr
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.picture import Picture, Region


@dataclass(frozen=True)
class AnswerState:
    """The key (``text`` and, for drawings, ``pixels`` uint8 [h, w]) and its ``logit`` against ``threshold``; what the
    ``network`` and the ``backup`` say; whether it is a ``member`` and was just ``inserted``. ``members`` and ``others``
    count logits [bins] from ``low`` to ``high``; ``waiting`` where no filter was made yet.
    """

    version: tuple
    text: str
    logit: float
    threshold: float
    network: bool
    backup: bool
    member: bool
    inserted: bool
    low: float = 0.0
    high: float = 1.0
    members: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32), compare=False)
    others: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32), compare=False)
    pixels: NDArray[np.uint8] | None = field(default=None, compare=False)

    @property
    def yes(self) -> bool:
        """The filter's answer."""
        return self.network or self.backup

    def verdict(self) -> str:
        """The answer in words, and whether it is right."""
        if self.yes and self.member:
            return tr("in the set: yes, rightly")
        if self.yes:
            return tr("in the set: yes, a false positive")
        return tr("in the set: no, rightly") if not self.member else tr("in the set: no, wrongly")

    def steps(self) -> tuple[str, str]:
        """How the answer came about."""
        if self.threshold == inf:
            found = "holds" if self.backup else tr("does not hold")
            return tr("the network cannot tell these keys apart and is not asked"), tr(
                "the backup filter {found} this one", found=found
            )
        sign = "≥" if self.network else "<"
        first = tr(
            "logit {logit:.2f} {sign} threshold {threshold:.2f}", logit=self.logit, sign=sign, threshold=self.threshold
        )
        if self.network:
            return tr("{first}: the network says yes", first=first), tr("the backup filter is not asked")
        found = tr("holds it") if self.backup else tr("does not hold it")
        return tr("{first}: the network does not", first=first), tr("the backup filter {found}", found=found)


class SetAnswer(Picture):
    """Shows one :class:`AnswerState`."""

    heading = tr("Why this answer")
    columns = 22
    rows = 12

    def note(self) -> str:
        return tr("inserted") if self.state.inserted else tr("asked")

    def describe(self) -> str:
        state = self.state
        return f"{state.text}: {state.verdict()}. {'; '.join(state.steps())}"

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        left = area.left()
        if state.pixels is not None:
            side = 3.6 * unit
            picture = QRectF(area.left(), area.top(), side, side)
            self._picture(canvas, picture, state.pixels)
            left += side + 0.8 * unit
        line = QRectF(left, area.top(), area.right() - left, 1.3 * unit)
        canvas.text(line, state.text, theme.text, bold=True)
        good = state.yes == state.member
        canvas.text(line.translated(0, 1.25 * unit), state.verdict(), theme.good if good else theme.bad)
        first, second = state.steps()
        rest = area.adjusted(0, 4.0 * unit, 0, 0)
        canvas.text(QRectF(rest.left(), rest.top(), rest.width(), 1.2 * unit), first, theme.muted, small=True)
        canvas.text(QRectF(rest.left(), rest.top() + 1.15 * unit, rest.width(), 1.2 * unit), second, theme.muted,
                    small=True)  # fmt: skip
        self._histogram(canvas, rest.adjusted(0, 2.8 * unit, 0, 0))

    def _picture(self, canvas: Canvas, area: QRectF, pixels: NDArray[np.uint8]) -> None:
        height, width = pixels.shape
        shown = np.ascontiguousarray(pixels)
        image = QImage(shown.data, width, height, width, QImage.Format.Format_Grayscale8)
        canvas.painter.drawImage(area, image.scaled(area.size().toSize() * 2, Qt.AspectRatioMode.IgnoreAspectRatio))
        canvas.outline(area, canvas.theme.border, 0.0)

    def _histogram(self, canvas: Canvas, area: QRectF) -> None:
        """Members above the axis, others below, each scaled to its own largest bin."""
        state, unit, theme = self.state, canvas.unit, canvas.theme
        bins = len(state.members)
        if bins == 0 or area.height() < 3 * unit:
            return
        names = QRectF(area.left(), area.top(), area.width(), 1.1 * unit)
        canvas.fill(QRectF(names.left(), names.center().y() - 0.3 * unit, 0.6 * unit, 0.6 * unit), theme.data[2])
        used = canvas.text(
            names.adjusted(0.9 * unit, 0, 0, 0),
            tr("{sum:,} members  ", sum=int(state.members.sum())),
            theme.muted,
            small=True,
        )
        x = names.left() + 0.9 * unit + used
        canvas.fill(QRectF(x, names.center().y() - 0.3 * unit, 0.6 * unit, 0.6 * unit), theme.data[3])
        canvas.text(QRectF(x + 0.9 * unit, names.top(), names.right() - x, names.height()),
                    tr("{sum:,} others", sum=int(state.others.sum())), theme.muted, small=True)  # fmt: skip
        plot = area.adjusted(0, 1.4 * unit, 0, -1.4 * unit)
        middle, half, width = plot.center().y(), plot.height() / 2, plot.width() / bins
        span = max(state.high - state.low, 1e-9)
        for counts, up, fill, name in (
            (state.members, True, theme.data[2], "members"),
            (state.others, False, theme.data[3], "others"),
        ):
            top = max(int(counts.max(initial=0)), 1)
            for i, count in enumerate(counts.tolist()):
                height = half * count / top
                place = QRectF(plot.left() + i * width, middle - height if up else middle, width - 0.5, height)
                canvas.fill(place, fill, 0, 0.85)
                whole = QRectF(place.left(), plot.top() if up else middle, width, half)
                low = state.low + span * i / bins
                tip = tr(
                    "{count:,} {name}\nlogit {low:.2f} to {high:.2f}",
                    count=count,
                    name=name,
                    low=low,
                    high=low + span / bins,
                )
                self.regions.append(Region(whole, (name, i), tip))
        canvas.fill(QRectF(plot.left(), middle, plot.width(), 1), theme.border)
        for value, fill, name, dash in (
            (state.threshold, theme.text, "threshold", (3.0, 2.0)),
            (state.logit, theme.accent, tr("this key"), ()),
        ):
            if not isfinite(value):
                continue
            x = plot.left() + plot.width() * min(max((value - state.low) / span, 0.0), 1.0)
            canvas.line(QPointF(x, plot.top()), QPointF(x, plot.bottom()), fill, 0.12 * unit, 1.0, dash)
            self.regions.append(
                Region(QRectF(x - 0.3 * unit, plot.top(), 0.6 * unit, plot.height()), name, f"{name}\n{value:.3f}")
            )
        ends = QRectF(plot.left(), plot.bottom() + 0.1 * unit, plot.width(), 1.2 * unit)
        canvas.text(ends, f"{state.low:.1f}", theme.muted, small=True)
        canvas.text(ends, f"{state.high:.1f}", theme.muted, small=True, align=RIGHT)
        canvas.text(ends, tr("logit"), theme.muted, small=True, align=CENTRE)
