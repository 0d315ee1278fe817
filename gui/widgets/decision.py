"""The decision at this step: what the agent weighs, what it does, what the ideal observer would do, what that costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.translation import tr, trn
from gui.widgets.alchemy_words import number, signed
from gui.widgets.canvas import RIGHT, Canvas
from gui.widgets.picture import Picture, Region
from gui.widgets.potion import draw_chip

NAN = float("nan")


@dataclass(frozen=True)
class Choice:
    """One kind of action: ``words``, potion ``colour`` (-1 none), ``share`` probability, ``value`` in points; nan
    where not known.
    """

    words: str
    colour: int = -1
    share: float = NAN
    value: float = NAN
    chosen: bool = False
    ideal: bool = False


@dataclass(frozen=True)
class DecisionState:
    """What the panel shows: ``choices`` best first, ``others`` how many more there are, and the sentence parts below.

    ``kind`` is "probability" or "value" and says what the bars mean; ``regret`` points lost by the chosen action,
    ``regret_so_far``
    summed over the episode up to here; nan where not known.
    """

    choices: tuple[Choice, ...]
    others: int = 0
    kind: str = "probability"
    chosen: str = ""
    ideal: str = ""
    regret: float = NAN
    regret_so_far: float = NAN
    place: str = ""


class Decision(Picture):
    """Shows one :class:`DecisionState`."""

    heading = tr("Decision")
    columns = 15
    rows = 12

    def note(self) -> str:
        return self.state.place

    def describe(self) -> str:
        state = self.state
        rows = ", ".join(f"{c.words} {self._figure(c)}" for c in state.choices)
        return tr(
            "{kind}: {rows}. Chosen {chosen}. Ideal observer {ideal}",
            kind=tr("value") if state.kind == "value" else tr("probability"),
            rows=rows,
            chosen=state.chosen or tr("nothing yet"),
            ideal=state.ideal or tr("unknown"),
        )

    def _figure(self, choice: Choice) -> str:
        if self.state.kind == "value":
            return number(choice.value, 1) if not isnan(choice.value) else "–"
        return f"{100 * choice.share:.0f} %" if not isnan(choice.share) else "–"

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit = self.state, canvas.unit
        facts = self._facts()
        line = 1.35 * unit
        table = QRectF(area.left(), area.bottom() - len(facts) * line, area.width(), len(facts) * line)
        room = int((table.top() - area.top() - 0.5 * unit) / line)
        shown = state.choices[: max(room, 1)]
        left_over = state.others + len(state.choices) - len(shown)
        if left_over and len(shown) >= room > 1:
            shown = shown[: room - 1]
            left_over = state.others + len(state.choices) - len(shown)
        finite = [c.value for c in state.choices if not isnan(c.value)]
        low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
        for index, choice in enumerate(shown):
            share = choice.share
            if state.kind == "value":  # from the worst to the best of the listed ones
                share = 0.06 + 0.94 * (choice.value - low) / (high - low) if high > low else 1.0
            self._draw_choice(canvas, QRectF(area.left(), area.top() + index * line, area.width(), line), choice, share)
        if left_over:
            row = QRectF(area.left(), area.top() + len(shown) * line, area.width(), line)
            canvas.text(
                row.adjusted(1.3 * unit, 0, 0, 0),
                trn("{n} other", "{n} others", left_over, n=left_over),
                canvas.theme.muted,
                small=True,
            )
        for index, (words, figure, colour) in enumerate(facts):
            row = QRectF(table.left(), table.top() + index * line, table.width(), line)
            canvas.fill(QRectF(row.left(), row.top(), row.width(), 1), canvas.theme.border)
            used = canvas.text(row, words, canvas.theme.muted, small=True)
            canvas.text(
                row.adjusted(used + 0.6 * unit, 0, 0, 0), figure, getattr(canvas.theme, colour), align=RIGHT, small=True
            )

    def _facts(self) -> list[tuple[str, str, str]]:
        state = self.state
        same = state.chosen and state.chosen == state.ideal
        facts = [(tr("does next"), state.chosen or "–", "accent" if state.chosen else "muted")]
        facts.append(
            (
                tr("ideal observer would"),
                (tr("{ideal} (same)", ideal=state.ideal) if same else state.ideal) or "–",
                "text",
            )
        )
        here, so_far = ("–" if isnan(v) else signed(-abs(v), 1) for v in (state.regret, state.regret_so_far))
        lost = max((v for v in (state.regret, state.regret_so_far) if not isnan(v)), default=0.0) >= 0.05
        known = here != "–" or so_far != "–"
        facts.append(
            (
                tr("regret here, so far"),
                tr("{here}, {so_far} points", here=here, so_far=so_far) if known else "–",
                "bad" if lost else "muted",
            )
        )
        return facts

    def _draw_choice(self, canvas: Canvas, row: QRectF, choice: Choice, share: float) -> None:
        theme, unit = canvas.theme, canvas.unit
        if choice.colour >= 0:
            draw_chip(canvas, QPointF(row.left() + 0.5 * unit, row.center().y()), 0.48 * unit, choice.colour)
        words_width = min(10.2 * unit, 0.56 * row.width())
        words = QRectF(row.left() + 1.3 * unit, row.top(), words_width - 1.3 * unit, row.height())
        canvas.text(words, choice.words, theme.text, small=True, bold=choice.chosen)
        bar = QRectF(row.left() + words_width + 0.4 * unit, row.center().y() - 0.22 * unit, 0, 0.44 * unit)
        bar.setRight(row.right() - 3.2 * unit)
        if bar.width() > unit:
            canvas.fill(bar, theme.track, 0.2 * unit)
            if not isnan(share) and share > 0:
                width = max(bar.width() * min(share, 1.0), 0.4 * unit)
                filled = QRectF(bar.left(), bar.top(), width, bar.height())
                canvas.fill(filled, theme.accent if choice.chosen else theme.data[0], 0.2 * unit)
            if choice.ideal:
                canvas.painter.setPen(Qt.PenStyle.NoPen)
                canvas.painter.setBrush(canvas.colour(theme.good))
                canvas.painter.drawEllipse(
                    QPointF(bar.right() + 0.5 * unit, bar.center().y()), 0.18 * unit, 0.18 * unit
                )
        canvas.text(row, self._figure(choice), theme.text, align=RIGHT, small=True)
        tip = choice.words
        if not isnan(choice.share):
            tip += tr("\nprobability {share:.2f} %", share=100 * choice.share)
        if not isnan(choice.value):
            tip += tr("\nexpected points to come {value}", value=number(choice.value, 2))
        tip += tr("\nthe ideal observer's choice") if choice.ideal else ""
        self.regions.append(Region(row, choice.words, tip))
