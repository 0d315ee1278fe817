"""Symbolic Alchemy, one episode at a time: the plain definition of the game that everything else is compared with.

Source: Wang et al. 2021, section 3; behaviour of google-deepmind/dm_alchemy, symbolic_alchemy.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.actions import CAULDRON, NO_OP, decode
from engine.alchemy.chemistry import REWARDS, STEPS, Chemistry, transitions
from engine.alchemy.encodings import observe
from engine.alchemy.episodes import Episode

GONE = -1  # vertex of a stone that was cashed
USED = -1  # latent potion of a slot that was used


@dataclass(frozen=True, eq=False, slots=True)
class State:
    """What is on the table.

    Attributes: ``trial`` and ``step`` (both 0-based), ``stones`` int8 [3] vertices (-1 gone), ``potions`` int8 [12]
    latent potions (-1 used). Never changed in place.
    """

    trial: int
    step: int
    stones: NDArray[np.int8]
    potions: NDArray[np.int8]


def deal(episode: Episode, trial: int) -> State:
    """The state at the start of a trial."""
    return State(trial, 0, episode.stones[trial], episode.potions[trial])


def apply(chemistry: Chemistry, state: State, action: int) -> tuple[State, int]:
    """State and reward after one of the 40 actions, within the trial (``step`` may reach the trial's length).

    Nothing but the step changes on a no-op, a stone that is gone or a slot that is empty; a potion without effect is
    used up. Raises ValueError for an integer that is no action.
    """
    stone, slot = decode(action)
    vertex = GONE if stone is None else int(state.stones[stone])
    if stone is None or slot is None or vertex == GONE or (slot != CAULDRON and state.potions[slot] == USED):
        return replace(state, step=state.step + 1), 0
    stones, potions, reward = state.stones.copy(), state.potions, 0
    if slot == CAULDRON:
        stones[stone], reward = GONE, int(REWARDS[vertex])
    else:
        stones[stone] = transitions()[chemistry.graph, vertex, potions[slot]]
        potions = potions.copy()
        potions[slot] = USED
    return State(state.trial, state.step + 1, stones, potions), reward


class AlchemyEnvironment:
    """One game of symbolic Alchemy.

    Parameters
    ----------
    end_trial : with the action that ends a trial (then 41 actions: 0 ends, the others are shifted by one).
    used_flags : observations show which items are used (39 floats) or not (27).
    steps : steps of a trial.

    Attributes: ``state`` is what is on the table now; ``before_reset`` is what was on it right after the last action,
    before a new trial was dealt: the outcome of a trial's last action is in no observation. ``done`` tells that the
    episode is over.
    """

    def __init__(self, *, end_trial: bool = False, used_flags: bool = True, steps: int = STEPS) -> None:
        self.end_trial = end_trial
        self.used_flags = used_flags
        self.steps = steps
        self.done = True

    def reset(self, episode: Episode) -> State:
        """Start an episode; returns its first state."""
        self.episode = episode
        self.state = self.before_reset = deal(episode, 0)
        self.done = False
        return self.state

    def step(self, action: int) -> tuple[int, bool]:
        """Take an action; returns its reward and whether the episode is over.

        With the last step of a trial the next one is dealt at once; at the end of the episode the last items stay.
        Raises ValueError for an integer that is no action and RuntimeError after the end.
        """
        if self.done:
            raise RuntimeError("the episode is over: call reset first")
        ends = self.end_trial and action == 0
        state, reward = apply(self.episode.chemistry, self.state, NO_OP if ends else action - self.end_trial)
        self.before_reset = self.state = state
        if ends or state.step >= self.steps:
            if state.trial + 1 < self.episode.trials:
                self.state = deal(self.episode, state.trial + 1)
            else:
                self.done = True
        return reward, self.done

    def observation(self) -> NDArray[np.float32]:
        """What the reference shows now, float32 [39] (27 without used flags)."""
        return observe(self.episode.chemistry, self.state.stones, self.state.potions, self.used_flags)
