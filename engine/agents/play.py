"""Let any agent play an episode, showing it no more than it may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.agents.protocol import Agent, Decision, View
from engine.alchemy.actions import CAULDRON, NO_OP, decode
from engine.alchemy.chemistry import STEPS
from engine.alchemy.encodings import INDICATOR_TABLE, appearance_tables, colour_tables
from engine.alchemy.environment import USED, AlchemyEnvironment, State
from engine.alchemy.episodes import Episode, Level

if TYPE_CHECKING:
    from engine.alchemy.belief import Belief


@dataclass(frozen=True, eq=False, slots=True)
class EpisodeResult:
    """What came of one episode.

    Attributes: ``trial_scores`` int64 [trials]; ``actions`` the 40-action integers of each trial, without the no-ops
    that fill a trial once the agent is done; ``potions_used`` and ``no_effect`` (potions that changed no stone) int64
    [trials].
    """

    trial_scores: NDArray[np.int64]
    actions: tuple[tuple[int, ...], ...]
    potions_used: NDArray[np.int64]
    no_effect: NDArray[np.int64]

    @property
    def score(self) -> int:
        """Score of the episode."""
        return int(self.trial_scores.sum())


def look(
    episode: Episode, state: State, steps: int = STEPS, *, belief: Belief | None = None, privileged: bool = False
) -> View:
    """What an agent sees of a state; ``privileged`` adds the chemistry."""
    chemistry = episode.chemistry
    return View(
        appearances=appearance_tables()[chemistry.rotation, chemistry.stone_map][state.stones],
        indicators=INDICATOR_TABLE[state.stones],
        present=state.stones >= 0,
        colours=colour_tables()[chemistry.potion_map][state.potions],
        trial=state.trial,
        step=state.step,
        trials=episode.trials,
        steps=steps,
        belief=belief,
        chemistry=chemistry if privileged else None,
    )


def see_items(belief: Belief, view: View) -> Belief:
    """The belief after the stones of a view were seen."""
    for stone in np.flatnonzero(view.present):
        belief = belief.see(view.appearances[stone], int(view.indicators[stone]))
    return belief


def learn(belief: Belief, before: View, action: int, after: View) -> Belief:
    """The belief after an action, from what the views around it show.

    The outcome of a trial's last action is not shown; a new trial's stones are.
    """
    if after.trial != before.trial:
        return see_items(belief, after)
    stone, slot = decode(action)
    if stone is None or slot is None or slot == CAULDRON or not before.present[stone] or before.colours[slot] < 0:
        return belief
    return belief.act(
        before.appearances[stone],
        int(before.indicators[stone]),
        int(before.colours[slot]),
        after.appearances[stone],
        int(after.indicators[stone]),
    )


def play(
    episode: Episode, agent: Agent, *, level: Level | None = None, belief: Belief | None = None, steps: int = STEPS
) -> EpisodeResult:
    """Play an episode to its end.

    ``belief`` is where an agent that wants one (``needs_belief``) starts; None starts it at the prior of ``level``
    (None: the benchmark level). Trials in which the agent is done are ended at once, which scores exactly like
    filling them with no-ops.
    """
    if not getattr(agent, "needs_belief", False):
        belief = None
    elif belief is None:
        from engine.alchemy.belief import Belief  # only now: its tables take time and memory

        belief = Belief.prior(level or Level())
    privileged = bool(getattr(agent, "privileged", False))
    environment = AlchemyEnvironment(end_trial=True, steps=steps)
    view = look(episode, environment.reset(episode), steps, privileged=privileged)
    if belief is not None:
        belief = see_items(belief, view)
        view = replace(view, belief=belief)
    agent.reset(view)
    scores, used, wasted = (np.zeros(episode.trials, np.int64) for _ in range(3))
    actions: list[list[int]] = [[] for _ in range(episode.trials)]
    while not environment.done:
        state, decision, reward = environment.state, agent.decide(view), 0
        if not (decision.done and decision.action == NO_OP):
            reward, _ = environment.step(decision.action + 1)
            after = environment.before_reset
            scores[state.trial] += reward
            actions[state.trial].append(decision.action)
            if np.count_nonzero(after.potions == USED) > np.count_nonzero(state.potions == USED):
                used[state.trial] += 1
                wasted[state.trial] += np.array_equal(after.stones, state.stones)
        if decision.done and not environment.done and environment.state.trial == state.trial:
            environment.step(0)
        before, view = view, look(episode, environment.state, steps, privileged=privileged)
        if belief is not None:
            belief = learn(belief, before, decision.action, view)
            view = replace(view, belief=belief)
        agent.observe(before, decision.action, float(reward), view)
    return EpisodeResult(scores, tuple(map(tuple, actions)), used, wasted)


class Replay:
    """Plays the recorded actions of one episode, whatever it sees."""

    name = "replay"

    def __init__(self, actions: Sequence[Sequence[int]]) -> None:
        self.actions = actions

    def reset(self, view: View) -> None:
        """Recordings need no preparation."""

    def decide(self, view: View) -> Decision:
        """The next recorded action of this trial, then done."""
        trial = self.actions[view.trial]
        return Decision(trial[view.step]) if view.step < len(trial) else Decision(NO_OP, done=True)

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """Recordings learn nothing."""
