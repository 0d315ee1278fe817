"""The page's main job from start to end: teach both twins an invented word, ask, compare on late characters."""

from __future__ import annotations

from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.pages.softmax import states
from gui.pages.softmax.model import LESSON

if TYPE_CHECKING:
    from gui.pages.softmax.page import SoftmaxPage


def tour(page: SoftmaxPage, folder: Path) -> dict[str, Any]:
    """Facts of one lesson; leaves an SVG and a CSV in ``folder``."""
    wait = page.workspace.wait
    page.begin_lesson()
    repeat = page.panels.lesson.bar.repeat.value()
    if not wait(lambda: page.is_ready and page.source.kind == LESSON and page.source.length > repeat, 90):
        return {"finished": False, "reason": "no lesson arrived"}
    wait(lambda: page.panels.lesson.sentence.state is not None, 5)
    page.ask("the people of")
    answered = wait(lambda: states.answer(page.source) is not None, 15)
    page.go_to(1)
    page.on_frame()
    sentence = states.sentence(page.source, page.position, page.chosen)
    word = sentence.words[sentence.chosen]
    page.exporter.save(folder / "softmax.svg")
    page.exporter.save(folder / "softmax.csv")
    return {
        "finished": True,
        "answered": answered,
        "word": word.text,
        "new": word.new,
        "after_one_repetition": {
            name: chance for name, chance in zip(sentence.readers, word.chances, strict=True) if isfinite(chance)
        },
        "readings": page.source.length,
    }
