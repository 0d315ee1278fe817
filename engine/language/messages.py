"""What the game says at each turn, and the way back from its words to what a player sees.

A state message tells trial and step, what came of the last answer in question-and-answer lines, every stone, all twelve
potion slots and the score of the trial. It holds everything an agent is shown in symbols, no more and no less: the
outcome of a trial's last action is not told, only what it paid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from engine.agents.protocol import GONE, View
from engine.alchemy.actions import CAULDRON, decode
from engine.alchemy.chemistry import POTIONS, STONES
from engine.language.actions import END
from engine.language.wording import Wording

STONES_HEADING = "Stones"
POTIONS_HEADING = "Potions"
NEW_EPISODE = "NEW EPISODE"
NEW_TRIAL = "NEW TRIAL"

_HEADER = re.compile(r"^Trial (\d+) of (\d+), step (\d+) of (\d+)$", re.MULTILINE)
_REWARD = re.compile(r"^Reward\? ([+-]\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of an answer.

    Attributes: ``view`` it was given in, ``action`` 0..39, END or None (not carried out, for this ``reason``),
    ``reward`` paid, ``after`` the view that followed.
    """

    view: View
    action: int | None
    reward: int
    after: View
    reason: str = ""

    @property
    def trial_ended(self) -> bool:
        """Whether new items were dealt, or the episode ended."""
        return self.after.trial != self.view.trial


def state_message(wording: Wording, view: View, trial_score: int, last: Turn | None) -> str:
    """The message that shows ``view`` after the turn ``last`` (None at the start of the episode)."""
    parts = [NEW_EPISODE] if last is None else echo(wording, last)
    if last is None or last.trial_ended:
        parts.append(NEW_TRIAL)
    parts.append(f"Trial {view.trial + 1} of {view.trials}, step {view.step + 1} of {view.steps}")
    parts.append(STONES_HEADING)
    for stone in range(STONES):
        shown = view.appearances[stone] if view.present[stone] else None
        parts.append(wording.stone_line(stone + 1, shown, int(view.indicators[stone])))
    parts.append(POTIONS_HEADING)
    parts += [wording.potion_line(slot + 1, int(view.colours[slot])) for slot in range(POTIONS)]
    parts.append(f"Score of this trial: {trial_score}")
    return "\n".join(parts)


def echo(wording: Wording, turn: Turn) -> list[str]:
    """The last answer and what came of it."""
    if turn.action is None:
        return [f"Your last answer was not carried out: {turn.reason}. It cost a step."]
    if turn.action == END:
        return ["You ended the trial."]
    stone, slot = decode(turn.action)
    if stone is None or slot is None:
        return ["You did nothing for a step."]
    lines = [f"Which stone? {stone + 1}, {wording.appearance(turn.view.appearances[stone])}"]
    if slot == CAULDRON:
        return [*lines, "Which potion? The cauldron", f"Reward? {turn.reward:+d}"]
    lines.append(f"Which potion? {slot + 1}, {wording.colours[int(turn.view.colours[slot])]}")
    if turn.trial_ended:
        return [*lines, "Resulting stone? Not seen, the trial was over"]
    if np.array_equal(turn.view.appearances[stone], turn.after.appearances[stone]):
        return [*lines, "Resulting stone? No change"]
    return [*lines, f"Resulting stone? {wording.appearance(turn.after.appearances[stone])}"]


def read_state(wording: Wording, text: str) -> tuple[View, int]:
    """The view that a state message shows and the reward it tells; raises ValueError where there is none.

    Reads the last state of the text, so that a summary in front of it does no harm.
    """
    headers = list(_HEADER.finditer(text))
    if not headers:
        raise ValueError("the text shows no state")
    header = headers[-1]
    lines = text[header.end() :].splitlines()[1:]
    stones, potions = lines[1 : 1 + STONES], lines[2 + STONES : 2 + STONES + POTIONS]
    if lines[:1] != [STONES_HEADING] or lines[1 + STONES : 2 + STONES] != [POTIONS_HEADING] or len(potions) < POTIONS:
        raise ValueError("the text shows an incomplete state")
    appearances = np.full((STONES, 3), GONE, np.int8)
    indicators = np.zeros(STONES, np.int8)
    for number, line in enumerate(stones):
        if (found := wording.read_stone(line)) is not None:
            appearances[number], indicators[number] = found
    trial, trials, step, steps = (int(value) for value in header.groups())
    view = View(
        appearances=appearances,
        indicators=indicators,
        present=indicators != 0,
        colours=np.array([wording.read_potion(line) for line in potions], np.int8),
        trial=trial - 1,
        step=step - 1,
        trials=trials,
        steps=steps,
    )
    rewards = _REWARD.findall(text[: header.start()])
    return view, int(rewards[-1]) if rewards else 0
