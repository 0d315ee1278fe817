"""What can be done on the page, as data for menus, palette and keyboard."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.page_actions import moving, taking, viewing
from gui.pages.softmax.model import LESSON
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.softmax.page import SoftmaxPage


def page_actions(page: SoftmaxPage) -> list[Action]:
    """Every action of the page."""
    exporter, bar = page.exporter, page.panels.lesson.bar

    def ready() -> bool:
        return page.is_ready

    def in_lesson() -> bool:
        return page.is_ready and page.source.kind == LESSON

    doing = [
        Action(
            "softmax.lesson",
            tr("Teach both twins a sentence"),
            page.begin_lesson,
            "Run",
            0,
            "Ctrl+N",
            "speech",
            hint=tr("Two language models, one with the Hebbian rule, learn your sentence"),
        ),
        Action("softmax.compare", tr("Compare language models…"), page.ask_compare, "Run", 0, icon="curve"),
        Action("softmax.omniglot", tr("Compare on late characters"), page.compare_characters, "Run", 0, icon="spark"),
        Action(
            "softmax.ask", tr("Ask what both expect next"), bar.say_ask, "Run", 1, "Ctrl+Return", "search", in_lesson
        ),
        Action("softmax.forget", tr("Let both twins forget the lesson"), page.forget, "Run", 1, "", "undo", in_lesson),
        Action("softmax.stop", tr("Stop the run"), page.stop, "Run", 2, "", "stop", lambda: page.running),
    ]
    words = (
        ("previous-word", tr("Choose the word before"), partial(page.move_word, -1), "[", ""),
        ("next-word", tr("Choose the next word"), partial(page.move_word, 1), "]", ""),
    )
    rows = (
        ("copy-picture", tr("Copy picture"), exporter.copy_picture, "Ctrl+Shift+C", "copy"),
        ("copy-python", tr("Copy Python"), exporter.copy_python, "", "copy"),
        ("png", tr("Save picture as PNG…"), partial(exporter.ask, "png"), "", "export"),
        ("svg", tr("Save picture as SVG…"), partial(exporter.ask, "svg"), "", "export"),
        ("pdf", tr("Save picture as PDF…"), partial(exporter.ask, "pdf"), "", "export"),
        ("csv", tr("Save table as CSV…"), partial(exporter.ask, "csv"), "", "export"),
    )
    seeing = [*moving("softmax", page.transport, ready), *viewing("softmax", words, ready)]
    return [*doing, *seeing, *taking("softmax", rows, ready)]
