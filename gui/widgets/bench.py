"""The bench: three stones, twelve potions, the cauldron; drag, click or type to act."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainterPath
from PySide6.QtWidgets import QApplication

from gui.translation import tr
from gui.widgets.alchemy_words import CAULDRON, COLOURS, LETTERS, POTIONS, STONES, encode, signed, stone_words
from gui.widgets.canvas import CENTRE, RIGHT, Canvas
from gui.widgets.cauldron import draw_cauldron
from gui.widgets.picture import Picture, Region
from gui.widgets.potion import draw_flask
from gui.widgets.stone import draw_stone

ROW = POTIONS // 2


@dataclass(frozen=True)
class Stone:
    """A stone on the bench: what it looks like, what the cauldron pays for it (shown on it)."""

    appearance: tuple[int, int, int]
    value: int


@dataclass(frozen=True)
class BenchState:
    """Everything the bench shows.

    Attributes: ``stones`` (None where a stone is gone), ``potions`` colours 0..5 (-1 used), ``trial_score`` points of
    this trial so
    far, ``place`` words at the right of the heading, ``caption`` what happened last, ``effect`` sign of it (-1 bad, 0
    none, 1
    good), ``last`` the action that led here as (stone, place), ``advice`` an action to point out, ``enabled`` whether
    a
    person may act.
    """

    stones: tuple[Stone | None, ...]
    potions: tuple[int, ...]
    trial_score: float = 0.0
    place: str = ""
    caption: str = ""
    effect: int = 0
    last: tuple[int, int] | None = None
    advice: tuple[int, int] | None = None
    enabled: bool = False


class Bench(Picture):
    """Shows one :class:`BenchState`; emits :attr:`action_chosen` with the environment's action number.

    Mouse: drag a stone onto a potion or the cauldron, or click one after the other. Keys: 1 to 3 pick a stone, arrows
    or a
    potion's letter move over the potions, Enter applies, C puts the stone into the cauldron, E ends the trial,
    Escape lets go.
    """

    action_chosen = Signal(int)
    heading = tr("Bench")
    columns = 21
    rows = 16

    def __init__(self, parent=None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.stone = -1  # picked stone
        self.target = -1  # potion slot or cauldron under the pointer or the keyboard cursor
        self._pressed: QPointF | None = None
        self._dragged: QPointF | None = None

    def note(self) -> str:
        return self.state.place

    def set_state(self, state: BenchState | None) -> None:
        if state is None or (self.stone >= 0 and state.stones[self.stone] is None) or not state.enabled:
            self.release()
        super().set_state(state)

    def release(self) -> None:
        """Let go of the picked stone."""
        self.stone = self.target = -1
        self._pressed = self._dragged = None
        self.update()

    def describe(self) -> str:
        state = self.state
        stones = ", ".join(
            tr("stone {i} ", i=i + 1) + (f"{' '.join(stone_words(s.appearance))} {signed(s.value)}" if s else "gone")
            for i, s in enumerate(state.stones)
        )
        potions = ", ".join(COLOURS[c] for c in state.potions if c >= 0) or tr("none")
        return tr(
            "{place}. {stones}. Potions: {potions}. Cauldron {trial_score}. {caption}",
            place=state.place,
            stones=stones,
            potions=potions,
            trial_score=signed(state.trial_score),
            caption=state.caption,
        )

    # Painting

    def layout_of(self, canvas: Canvas, area: QRectF) -> dict[str, QRectF]:
        """Rectangles of cards, flasks, cauldron and caption for ``area``."""
        unit = canvas.unit
        caption = QRectF(area.left(), area.bottom() - 1.5 * unit, area.width(), 1.5 * unit)
        height = caption.top() - area.top() - 0.5 * unit
        gap = 0.5 * unit
        width = min(0.27 * (area.width() - 3 * gap), 13 * unit)
        pot = min(0.19 * (area.width() - 3 * gap) + 0.5 * gap, 13 * unit)
        card_height = min(max(0.42 * height, 6.2 * unit), 1.35 * width, 0.52 * height)
        span = 3 * width + pot + 3 * gap
        left = area.left() + (area.width() - span) / 2
        places = {"caption": caption}
        flask_height = min((height - card_height - 2.2 * unit) / 2, 0.85 * (span / ROW), 6.5 * unit)
        used = card_height + 1.4 * unit + 2 * flask_height + 0.7 * unit
        top = area.top() + max(0.0, 0.4 * (height - used))
        for i in range(STONES + 1):
            places[f"card {i}"] = QRectF(left + i * (width + gap), top, width if i < STONES else pot, card_height)
        cell = span / ROW
        top += card_height + 1.4 * unit
        for slot in range(POTIONS):
            row, column = divmod(slot, ROW)
            x = left + column * cell + (cell - 0.88 * flask_height) / 2
            places[f"slot {slot}"] = QRectF(
                x, top + row * (flask_height + 0.7 * unit), 0.88 * flask_height, flask_height
            )
        return places

    def draw(self, canvas: Canvas, area: QRectF) -> None:
        state, unit, theme = self.state, canvas.unit, canvas.theme
        places = self.layout_of(canvas, area)
        for i in range(STONES):
            self._draw_card(canvas, places[f"card {i}"], i, state.stones[i])
        pot = places[f"card {STONES}"]
        marked = self.target == CAULDRON
        canvas.piece(
            ("pot", state.trial_score, marked), pot, lambda onto: draw_cauldron(onto, pot, state.trial_score, marked)
        )
        self.regions.append(
            Region(
                pot, CAULDRON, tr("Cauldron, {trial_score} points this trial", trial_score=signed(state.trial_score))
            )
        )
        for slot in range(POTIONS):
            colour, flask = state.potions[slot], places[f"slot {slot}"]
            around = flask.adjusted(-0.3 * unit, -0.3 * unit, 0.3 * unit, 0.3 * unit)
            if self.target == slot:
                canvas.fill(around, theme.accent_soft, 0.3 * unit)
                canvas.outline(around, theme.accent, 0.3 * unit, 0.09 * unit)
            canvas.piece(
                ("flask", colour), flask.adjusted(-1, -1, 1, 1), partial(draw_flask, area=flask, colour=colour)
            )
            tip = (
                tr("Potion {slot}, {colours}", slot=slot + 1, colours=COLOURS[colour])
                if colour >= 0
                else tr("Potion {slot}, used", slot=slot + 1)
            )
            self.regions.append(Region(around, slot, tip))
        self._draw_arcs(canvas, places)
        colour = theme.good if state.effect > 0 else theme.bad if state.effect < 0 else theme.muted
        canvas.text(places["caption"], state.caption, colour)
        if self.stone >= 0:
            words = (
                tr("stone {stone} picked", stone=self.stone + 1)
                if self.target < 0
                else tr("stone {stone} → {target_words}", stone=self.stone + 1, target_words=self._target_words())
            )
            canvas.text(places["caption"], words, theme.accent, align=RIGHT)

    def _target_words(self) -> str:
        if self.target == CAULDRON:
            return "cauldron"
        colour = self.state.potions[self.target]
        return COLOURS[colour] if colour >= 0 else tr("empty slot")

    def _draw_card(self, canvas: Canvas, card: QRectF, index: int, stone: Stone | None) -> None:
        theme, unit = canvas.theme, canvas.unit
        picked = index == self.stone
        radius = 0.4 * unit
        if stone is None:
            canvas.outline(card, theme.border, radius)
            canvas.text(card, tr("gone"), theme.muted, align=CENTRE, small=True)
            self.regions.append(
                Region(card, f"stone {index}", tr("Stone {index}, already in the cauldron", index=index + 1))
            )
            return
        first, second = stone_words(stone.appearance)
        canvas.piece(
            ("card", index, stone, picked),
            card.adjusted(-2, -2, 2, 2),
            partial(_card, area=card, index=index, stone=stone, picked=picked),
        )
        tip = tr(
            "Stone {index}, {first}, {second}: the cauldron pays {value}",
            index=index + 1,
            first=first,
            second=second,
            value=signed(stone.value),
        )
        self.regions.append(Region(card, f"stone {index}", tip))

    def _curve(self, places: dict[str, QRectF], stone: int, place: int) -> QPainterPath:
        card = places[f"card {stone}"]
        if place == CAULDRON:
            pot = places[f"card {STONES}"]
            start, end = (
                QPointF(card.center().x(), card.bottom()),
                QPointF(pot.left() + 0.2 * pot.width(), pot.bottom()),
            )
            path = QPainterPath(start)
            sag = 0.18 * card.height()
            path.cubicTo(start + QPointF(0, sag), end + QPointF(-sag, sag), end)
            return path
        flask = places[f"slot {place}"]
        start, end = QPointF(card.center().x(), card.bottom()), QPointF(flask.center().x(), flask.top())
        path = QPainterPath(start)
        bend = max(0.5 * (end.y() - start.y()), 0.3 * flask.height())
        path.cubicTo(start + QPointF(0, bend), end - QPointF(0, bend), end)
        return path

    def _draw_arcs(self, canvas: Canvas, places: dict[str, QRectF]) -> None:
        state, theme, width = self.state, canvas.theme, 0.11 * canvas.unit
        if state.last:
            canvas.arrow(self._curve(places, *state.last), theme.accent, width, (3.0, 2.5))
        if state.advice:
            canvas.arrow(self._curve(places, *state.advice), theme.good, width, (1.0, 2.0))
        if self._dragged is not None and self.stone >= 0:
            card = places[f"card {self.stone}"]
            path = QPainterPath(card.center())
            path.lineTo(self._dragged)
            canvas.arrow(path, theme.accent, 1.6 * width)
            draw_stone(canvas, self._dragged, 0.2 * card.height(), state.stones[self.stone].appearance, 0.75)

    # Mouse

    def _stone_at(self, position: QPointF) -> int:
        region = self.region_at(position)
        if region and isinstance(region.key, str):
            index = int(region.key.split()[1])
            return index if self.state.stones[index] else -1
        return -1

    def _place_at(self, position: QPointF) -> int:
        region = self.region_at(position)
        if region and isinstance(region.key, int) and (region.key == CAULDRON or self.state.potions[region.key] >= 0):
            return region.key
        return -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.state is None or not self.state.enabled or event.button() != Qt.MouseButton.LeftButton:
            return
        stone, place = self._stone_at(event.position()), self._place_at(event.position())
        if stone >= 0:
            self.stone, self.target, self._pressed = stone, -1, event.position()
        elif place >= 0 and self.stone >= 0:
            self._choose(place)
        else:
            self.release()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.state is None or not self.state.enabled:
            return
        moved = self._pressed is not None and self.stone >= 0
        if moved and (event.position() - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._dragged = event.position()
        over = self._place_at(event.position()) if self.stone >= 0 else -1
        pointing = over >= 0 or self._stone_at(event.position()) >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor)
        if over != self.target or self._dragged is not None:
            self.target = over
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        dragged, self._pressed, self._dragged = self._dragged is not None, None, None
        if dragged and self.stone >= 0:
            place = self._place_at(event.position())
            if place >= 0:
                self._choose(place)
        self.update()

    def _choose(self, place: int) -> None:
        action = encode(self.stone, place)
        self.release()
        self.action_chosen.emit(action)

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state is None or not self.state.enabled or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return super().keyPressEvent(event)
        key, letter = event.key(), event.text().upper()
        if letter in ("1", "2", "3"):
            if self.state.stones[int(letter) - 1]:
                self.stone = int(letter) - 1
        elif key == Qt.Key.Key_Escape and self.stone >= 0:
            self.release()
        elif letter == "E":
            self.release()
            self.action_chosen.emit(0)
        elif self.stone >= 0 and letter == "C":
            self._choose(CAULDRON)
        elif self.stone >= 0 and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.target >= 0:
                self._choose(self.target)
        elif self.stone >= 0 and letter and letter in LETTERS:
            self._move_to(lambda slot: self.state.potions[slot] == LETTERS.index(letter), 1)
        elif self.stone >= 0 and key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            self._move_to(lambda slot: self.state.potions[slot] >= 0, 1 if key == Qt.Key.Key_Right else -1)
        elif self.stone >= 0 and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            other = (self.target + ROW) % POTIONS if 0 <= self.target < POTIONS else 0
            self._move_to(lambda slot: self.state.potions[slot] >= 0 and slot // ROW == other // ROW, 1, other - 1)
        else:
            return super().keyPressEvent(event)
        self.update()

    def _move_to(self, wanted, step: int, start: int | None = None) -> None:
        """Move the keyboard cursor to the next slot for which ``wanted`` holds, round the bench."""
        if start is None:
            start = self.target if 0 <= self.target < POTIONS else (-1 if step > 0 else POTIONS)
        for k in range(1, POTIONS + 1):
            slot = (start + step * k) % POTIONS
            if wanted(slot):
                self.target = slot
                return


def _card(canvas: Canvas, area: QRectF, index: int, stone: Stone, picked: bool) -> None:
    """A stone with its number, its value and its looks in words."""
    theme, unit = canvas.theme, canvas.unit
    radius, line = 0.4 * unit, 1.15 * unit
    canvas.fill(area, theme.accent_soft if picked else theme.raised, radius)
    canvas.outline(area, theme.accent if picked else theme.border, radius, 0.1 * unit if picked else 1.0)
    first, second = stone_words(stone.appearance)
    words = QRectF(area.left(), area.bottom() - 2 * line - 0.25 * unit, area.width(), line)
    body = QRectF(area.left(), area.top() + 1.1 * unit, area.width(), words.top() - area.top() - 1.2 * unit)
    draw_stone(canvas, body.center(), min(body.width() * 0.42, body.height() * 0.48), stone.appearance)
    head = QRectF(area.left() + 0.4 * unit, area.top() + 0.1 * unit, area.width() - 0.8 * unit, 1.3 * unit)
    canvas.text(head, str(index + 1), theme.muted, small=True)
    canvas.text(head, signed(stone.value), theme.good if stone.value > 0 else theme.bad, align=RIGHT, bold=True)
    canvas.text(words, first, theme.text, align=CENTRE, small=True)
    fits = (area.width() - 0.25 * unit) / canvas.metrics().horizontalAdvance(second)
    size = min(max(int(fits * 20) / 20, 0.7), 0.85)
    canvas.text(words.translated(0, line), second, theme.muted, align=CENTRE, factor=size)
