"""From a click on the bench to the new situation, and to the ideal observer's advice about it, both on screen."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from gui.benchmarks.session import window

if TYPE_CHECKING:
    from gui.application import Application
    from gui.pages.alchemy.page import AlchemyPage

CLICKS = 30
IDLE_S = 5.0  # what passes between the start of the program and a person's first click


def measure(seconds: float) -> dict[str, Any]:
    """Milliseconds; the 50 % and 95 % quantiles over ``CLICKS`` clicks, half of them advised, half any action.

    ``session`` and ``first`` are about the very first session and its first click. ``opponent`` tells that an agent
    plays the same chemistry meanwhile, ``alone`` that it has ended.
    """
    with window("alchemy") as whole:
        page: AlchemyPage = whole.window.page
        whole.workspace.wait(lambda: False, IDLE_S)
        figures = {"session_ms": _shown_ms(whole, page.play_yourself, lambda: page.may_act)[0]}
        page.toggle("advice")
        first = _click(whole, page, 2)
        figures |= {"first_situation_ms": first[0], "first_advice_ms": first[1]}
        figures |= _clicks(whole, page, "opponent")
        whole.workspace.wait(lambda: all(_over(page, line) for line in page.situations.lines if line != "you"), 300)
        figures |= _clicks(whole, page, "alone")
    return {name: round(value, 1) for name, value in figures.items()}


def _clicks(whole: Application, page: AlchemyPage, name: str) -> dict[str, float]:
    chance, times = random.Random(0), []
    while len(times) < CLICKS:
        if _over(page, "you"):
            page.play_yourself()
            whole.workspace.wait(lambda: page.may_act, 60)
            page.toggle("advice")
        ideal = page.situations.ideal(page.row)
        advised = int(ideal["action"]) if ideal is not None and len(times) % 2 else chance.randrange(1, 40)
        times.append(_click(whole, page, advised))
    return {
        f"{name}_{what}_{share}_ms": statistics.quantiles([pair[k] for pair in times], n=20)[share // 5 - 1]
        for k, what in enumerate(("situation", "advice"))
        for share in (50, 95)
    }


def _click(whole: Application, page: AlchemyPage, action: int) -> tuple[float, float]:
    """Milliseconds from an action on the bench to the situation after it, and to the advice there."""
    before = page.row

    def act() -> None:
        page.panels.action_chosen.emit(action)
        page.advice = True  # an action hides it; here it is asked for again at once

    def advised() -> bool:
        return page.row != before and (_over(page, "you") or page.situations.ideal(page.row) is not None)

    situation, advice = _shown_ms(whole, act, lambda: page.row != before, advised)
    return situation, advice


def _shown_ms(whole: Application, act: Callable[[], None], *conditions: Callable[[], bool]) -> list[float]:
    """From ``act()`` to the turn of the event loop after the frame in which each of ``conditions`` became true."""
    page = whole.window.page
    ends: dict[int, float] = {}

    def stamp(index: int) -> None:
        ends.setdefault(index, time.perf_counter())

    def frame() -> None:
        page.on_frame()
        for index, shown in enumerate(conditions):
            if index not in ends and shown():
                QTimer.singleShot(0, partial(stamp, index))  # after the paint events of this frame

    whole.clock.show(frame)
    began = time.perf_counter()
    act()
    whole.workspace.wait(lambda: len(ends) == len(conditions), 60)
    whole.clock.show(page.on_frame)
    return [1000 * (ends[index] - began) for index in range(len(conditions))]


def _over(page: AlchemyPage, line: str) -> bool:
    path = page.situations.line_path(line)
    return bool(path.rows) and bool(page.situations.nodes["done"][path.rows[-1]])
