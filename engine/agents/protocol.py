"""The one interface every Alchemy agent speaks, from a coin toss to the ideal observer.

An agent sees what a fair player sees: perceived appearances, indicators and colours, never vertices or latent potions.
Actions are the 40 integers of the game without an end-trial action (0 no-op, ``13 i + 1`` stone i into the cauldron,
``13 i + j + 2`` stone i into potion slot j). Whoever runs the agent translates them for games that have that action.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from engine.alchemy.belief import Belief
    from engine.alchemy.chemistry import Chemistry

GONE = 2  # appearance value of a stone that is no longer there (outside the -1, 0, +1 of a stone that is)


@dataclass(frozen=True, slots=True)
class View:
    """What an agent is shown before it decides.

    Attributes
    ----------
    appearances : int8 [3, 3], perceived colour, size, roundness of each stone in {-1, 0, +1}; 2 where it is gone.
    indicators : int8 [3], the value shown on each stone: -3, -1, 1 or 3 (a 3 pays 15); 0 where the stone is gone.
    present : bool [3], whether the stone is still there.
    colours : int8 [12], perceived colour 0..5 of each potion; -1 where it is used up.
    trial, step : 0-based trial in the episode and step in the trial.
    trials, steps : how many trials the episode and how many steps a trial has.
    belief : exact posterior, only where the agent asks for it (``needs_belief``), else None.
    chemistry : the hidden truth, only for privileged agents (``privileged``), else None.
    """

    appearances: NDArray[np.int8]
    indicators: NDArray[np.int8]
    present: NDArray[np.bool_]
    colours: NDArray[np.int8]
    trial: int
    step: int
    trials: int
    steps: int
    belief: Belief | None = None
    chemistry: Chemistry | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Recollection:
    """What an agent remembers when it decides, and what it makes of it; all float32 unless noted.

    Attributes
    ----------
    potions : [6, 6] probability that a colour is a latent potion; edges : [12] that an edge is open; signs : [3] that a
        stone-map sign is +1; all as the agent reads them from its memory.
    weights : [slots] how strongly each slot is read, 0 to 1.
    written : int16 [slots, 2] trial and step at which each slot was written.
    colours : int8 [slots] potion of the remembered transition, -1 where a stone was seen, -2 where it was erased.
    before, after : int8 [slots, 3] appearances of its stone.
    read : [cells] of a memory of words: how strongly each was read last, 0 to 1; of a recurrent state: the activation
        of each unit, -1 to 1.
    wrote : [cells] how strongly each word was written last, 0 to 1; empty for a recurrent state.
    """

    potions: NDArray[np.float32]
    edges: NDArray[np.float32]
    signs: NDArray[np.float32]
    weights: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    written: NDArray[np.int16] = field(default_factory=lambda: np.zeros((0, 2), np.int16))
    colours: NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, np.int8))
    before: NDArray[np.int8] = field(default_factory=lambda: np.zeros((0, 3), np.int8))
    after: NDArray[np.int8] = field(default_factory=lambda: np.zeros((0, 3), np.int8))
    read: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    wrote: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))


@dataclass(frozen=True, slots=True)
class Decision:
    """What an agent wants to do, and as much of its reasons as it can give.

    Attributes
    ----------
    action : 0..39; 0 is a no-op.
    done : after this action the agent needs nothing more in this trial: the trial ends where the game has an end-trial
        action, and the rest of it is no-ops where it has not. With ``action`` 0 the trial ends at once.
    probabilities : float32 [40] or None, the policy; its entry 0 is no-op and ending the trial together.
    values : float32 [40] or None, expected score of the rest of the trial (or the agent's own value) of each action;
        nan where not evaluated.
    stop_value : expected score of cashing the positive stones now and ending the trial; nan where not evaluated.
    recall : says what the agent remembers, where it has a memory that can be looked into. To be called before the agent
        goes on: most decisions are never looked into, and telling costs more than deciding.
    """

    action: int
    done: bool = False
    probabilities: NDArray[np.float32] | None = None
    values: NDArray[np.float32] | None = None
    stop_value: float = float("nan")
    recall: Callable[[], Recollection] | None = None


class Agent(Protocol):
    """An agent that plays symbolic Alchemy.

    Two optional class attributes ask for more than the plain view: ``needs_belief = True`` for ``view.belief``,
    ``privileged = True`` for ``view.chemistry``. Agents that lack them get neither.
    """

    name: str

    def reset(self, view: View) -> None:
        """A new episode with a new, unknown chemistry begins with this view."""
        ...

    def decide(self, view: View) -> Decision:
        """Choose an action for this view."""
        ...

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """The outcome of an action, as far as the game shows it.

        Where the action was the last of its trial, ``view_after`` already shows the next trial's items
        (``view_after.trial != view_before.trial``) and only the reward tells what happened.
        """
        ...
