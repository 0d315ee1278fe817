"""How an evaluation stands, in a line of words. No Qt in here."""

from __future__ import annotations

from gui.pages.language.course import model_title
from gui.pages.language.model import Evaluation
from gui.pages.language.setup import condition_words
from gui.translation import tr
from gui.words import amount


def run_words(evaluation: Evaluation, running: bool) -> str:
    """Model, condition, episodes played, tokens and dollars so far, and whether the budget ended it."""
    tokens, cost, _ = evaluation.spent()
    words = [model_title(str(evaluation.settings.get("model", ""))), condition_words(evaluation.settings)]
    words.append(tr("{episodes} of {wanted} episodes", episodes=len(evaluation.episodes), wanted=evaluation.wanted))
    if tokens:
        words.append(tr("{tokens} tokens", tokens=amount(tokens)))
    if cost:
        words.append(f"${cost:,.3f}")
    if not running and (evaluation.record.status().result or {}).get("budget_spent"):
        words.append(tr("budget spent"))
    return " · ".join(words)


def share(evaluation: Evaluation) -> float:
    """How much of it is done, 0 to 1, trials of episodes under way counted."""
    under_way = (talk.trial for number, talk in evaluation.talks.items() if evaluation.ended(number) is None)
    return (len(evaluation.episodes) + sum(under_way) / evaluation.trials) / max(evaluation.wanted, 1)
