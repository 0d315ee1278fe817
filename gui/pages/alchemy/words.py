"""Sentences of the Alchemy page. No Qt in here."""

from __future__ import annotations

from gui.pages.alchemy.model import Situations
from gui.translation import tr
from gui.widgets.alchemy_words import number


def result_words(situations: Situations, episode: int, line: str, score: float) -> str:
    """The score of a finished line beside everyone else's on the same chemistry."""
    words = [f"{r.title} {number(sum(r.trial_scores))}" for r in situations.references.get(episode, [])]
    for other in situations.lines.values():
        if other.identifier != line and other.episode == episode:
            words.append(f"{other.title} {number(float(situations.nodes['score'][other.leaf]))}")
    return tr("You scored {score} points", score=number(score)) + (f"; {', '.join(words)}" if words else "")


def hint_words(situations: Situations, branching: bool, turn: bool) -> str:
    """What to do now, or which record this is."""
    if branching:
        return tr("What if: drag a stone to another potion or the cauldron (Esc leaves)")
    if turn:
        return tr("Your turn: drag a stone, or press 1 to 3, a potion's letter and Enter; C cauldron, E ends the trial")
    made = situations.record.metadata
    return made.title or made.id
