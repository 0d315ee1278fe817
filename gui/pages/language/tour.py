"""The page's main job from start to end: a scripted agent plays in words, its turns are read, searched and exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.pages.language.setup import Condition, Model, Setup
from gui.pages.language.toolbar import FIGURES, TALKS, WORLD
from gui.pages.language.transcripts import ANSWER

if TYPE_CHECKING:
    from gui.pages.language.page import LanguagePage


def tour(page: LanguagePage, folder: Path) -> dict[str, Any]:
    """Facts of two small evaluations; leaves JSON lines, scores as CSV and an SVG of the figures in ``folder``."""
    wait = page.workspace.wait
    finished = []
    for name in ("plain", "summary"):
        condition = Condition().named(name)
        page.begin(Setup(Model(), condition, episodes=2, seed=5))
        session = page.session
        finished.append(wait(lambda session=session: session.state is not None and session.state.ended, 120))
        wait(lambda: page.reading is not None and len(page.reading.evaluation.episodes) == 2, 5)
    if page.reading is None:
        return {"finished": False}
    reading = page.reading
    reading.show_episode(0)
    answers = [message for message in reading.messages.values() if message.kind == ANSWER]
    page.choose_message(answers[len(answers) // 3].number)
    page.search("becomes")
    facts: dict[str, Any] = {
        "finished": all(finished),
        "episodes": len(reading.evaluation.episodes),
        "messages": len(reading.messages),
        "turn": answers[len(answers) // 3].number,
        "found": len(reading.found),
        "invalid": sum(talk.invalid for talk in reading.evaluation.talks.values()),
    }
    page.search("")
    page.exporter.save(folder / "language.jsonl")
    page.show_view(FIGURES)
    wait(lambda: len(page.figures.groups) >= 2, 10)
    facts["conditions"] = len(page.figures.groups)
    page.exporter.save(folder / "language.svg")
    page.exporter.save(folder / "language.csv")
    page.show_view(WORLD)
    page.worlds.begin(seed=1)
    game = page.worlds.games[0]
    while not game.over:
        page.worlds.propose(game.board(hint=True).best)
        game = page.worlds.games[-1]
    facts["feature_world_steps"] = game.steps
    page.show_view(TALKS)
    return facts
