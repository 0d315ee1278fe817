"""Text Alchemy's table: symbolic Alchemy underneath, with a chemistry that may change, and a trace beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engine.agents.play import look
from engine.agents.protocol import Agent, Decision, View
from engine.alchemy.actions import NO_OP
from engine.alchemy.chemistry import STEPS
from engine.alchemy.environment import apply, deal
from engine.alchemy.episodes import Episode
from engine.alchemy.levels import Level, sample_chemistry
from engine.alchemy.trace import Node, Trace
from engine.language.actions import END
from engine.language.messages import Turn


def change_chemistry(episode: Episode, trial: int, level: Level, random: np.random.RandomState) -> list[Episode]:
    """The episode in two parts: from ``trial`` (from 0) on another chemistry with another potion map, the same items.

    Raises ValueError where the level has only one potion map or the trial is not inside the episode.
    """
    if not 0 < trial < episode.trials or not level.random_maps:
        raise ValueError("the chemistry cannot change there")
    chemistry = sample_chemistry(random, level)
    while chemistry.potion_map == episode.chemistry.potion_map:
        chemistry = sample_chemistry(random, level)
    return [
        Episode(episode.chemistry, episode.stones[:trial], episode.potions[:trial]),
        Episode(chemistry, episode.stones[trial:], episode.potions[trial:]),
    ]


class Game:
    """One episode, played by answers.

    Parameters
    ----------
    parts : the episode, in parts with a chemistry of their own; nothing tells the player where one ends.
    steps : of a trial, 20 at most.
    trace, numbers, agent : where the symbolic trace goes (None: nowhere), the number of each part in it, and the index
        of the player.
    adviser : an agent that says at every situation of the trace what it would do.

    Attributes: ``view`` what the player sees, ``trial_scores`` int points of each trial so far, ``done``, ``node`` the
    situation in the trace, ``leaves`` the last situation of each part, ``last`` what came of the last answer.
    """

    def __init__(
        self,
        parts: Sequence[Episode],
        *,
        steps: int = STEPS,
        trace: Trace | None = None,
        numbers: Sequence[int] = (),
        agent: int = -1,
        adviser: tuple[int, Agent] | None = None,
    ) -> None:
        self._parts, self._steps, self._trace = parts, steps, trace
        self._numbers, self._agent, self._adviser = numbers, agent, adviser
        self._part, self._before = 0, 0  # the part being played, and the trials of the parts before it
        self.trials = sum(part.trials for part in parts)
        self.done = False
        self.trial_scores = [0]
        self.last: Turn | None = None
        self.node: Node | None = None
        self.leaves: list[Node] = []
        self._state = deal(parts[0], 0)
        self._begin_trace()
        self.view = self._look()

    @property
    def row(self) -> int:
        """Row of the present situation in the trace, -1 without one."""
        return -1 if self.node is None else self.node.row

    def act(self, action: int | None, reason: str = "") -> Turn:
        """Carry out an answer: 0..39, END, or None for one that cannot be carried out, which costs a step.

        Raises RuntimeError after the end and ValueError for no action.
        """
        if self.done:
            raise RuntimeError("the episode is over")
        part, before, symbol = self._parts[self._part], self.view, NO_OP if action is None or action == END else action
        if self._trace is not None and self.node is not None:
            self._trace.decide(self.node, self._agent, Decision(symbol))
        state, reward = apply(part.chemistry, self._state, symbol)
        self.trial_scores[-1] += reward
        ends = action == END or state.step >= self._steps
        if self._trace is not None and self.node is not None:
            self.node = self._trace.step(self.node, symbol, self._agent, ends=ends)
            if self.node.done:
                self.leaves.append(self.node)
        self._state = state
        if ends:
            self._next_trial()
        self.view = replace(before, trial=self.trials) if self.done else self._look()
        self.last = Turn(before, action, reward, self.view, reason)
        self._advise()
        return self.last

    def _next_trial(self) -> None:
        part, trial = self._parts[self._part], self._state.trial + 1
        if trial == part.trials:
            self._before += part.trials
            self._part, trial = self._part + 1, 0
            if self._part == len(self._parts):
                self.done = True
                return
            self._begin_trace()
        self.trial_scores.append(0)
        self._state = deal(self._parts[self._part], trial)

    def _begin_trace(self) -> None:
        if self._trace is not None:
            self.node = self._trace.begin(self._numbers[self._part], self._parts[self._part])
            if self._part == 0:
                self._advise()

    def _advise(self) -> None:
        if self._trace is not None and self._adviser is not None and self.node is not None and not self.node.done:
            index, adviser = self._adviser
            self._trace.decide(self.node, index, adviser.decide(self.node.view()))

    def _look(self) -> View:
        view = look(self._parts[self._part], self._state, self._steps)
        return replace(view, trial=self._before + self._state.trial, trials=self.trials)
