"""Ideal observers: exact posterior, optimal play under it (Wang et al. 2021; section 5.4 of the specification notes).

``ExactIdealObserver`` is the textbook one, exhaustive expectimax over the current trial, for as many potions as that
takes reasonable time. ``IdealObserver`` plays full trials: a search over a sample of the posterior that deepens while
its budget lasts and also counts what it will be worth in later trials to know more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.agents.oracle import one_hot
from engine.agents.protocol import Decision, View
from engine.alchemy.actions import ACTIONS, CAULDRON, NO_OP, encode
from engine.alchemy.belief import Belief
from engine.alchemy.chemistry import INDICATORS, REWARDS, STONES
from engine.alchemy.levels import Level
from engine.alchemy.planning_search import NO_LOOK, Planner, Table, Worth, look
from engine.errors import BadInput

PARTICLES = 1536  # hypotheses that stand for the posterior where more are possible
BUDGET = 250_000  # evaluations a decision, about 25 ms
DISCOUNT = 0.015  # of unsearched gains per bit unknown; fitted to 3,000 episodes played, as is the next
BIT_WORTH = 0.2  # points lost in later trials per bit unknown at the end of a trial, if three or more follow
EXACT_CHEMISTRIES = 60_000
EXACT_BUDGET = 30_000_000  # evaluations a search: about ten seconds, eight potions with nothing known but the stones

_REWARD_OF = {int(i): int(r) for i, r in zip(INDICATORS, REWARDS, strict=True)}


@dataclass(frozen=True, eq=False, slots=True)
class Advice:
    """What an ideal observer thinks of a situation.

    Attributes
    ----------
    action, done : what it would do; ``done`` if nothing more in this trial.
    values : float32 [40], expected points of the rest of this trial with each action; nan where it does nothing.
        Hopeful where the search is not complete: what lies behind it is valued as if the chemistry became known.
    bonuses : float32 [40], what the knowledge left then is worth in later trials, in points (0 or less); chosen is
    the highest sum.
    stop_value : points for cashing the positive stones now.
    complete : whether the search reached the end of the trial everywhere.
    """

    action: int
    done: bool
    values: NDArray[np.float32]
    bonuses: NDArray[np.float32]
    stop_value: float
    complete: bool


def table_of(view: View) -> Table:
    """What a view shows, as the planner wants it."""
    looks = [look(view.appearances[i], view.indicators[i]) if view.present[i] else NO_LOOK for i in range(STONES)]
    held = np.bincount(view.colours[view.colours >= 0], minlength=6)
    return Table((looks[0], looks[1], looks[2]), tuple(int(count) for count in held), view.steps - view.step)


def advise(planner: Planner, view: View, *, offset: float = 0.5, bit_worth: float = 0.0) -> Advice:
    """Value of all actions in a view; raises BadInput where it carries no belief or the planner gives up."""
    if view.belief is None:
        raise BadInput("An ideal observer needs the exact belief")
    table = table_of(view)
    worth = planner.worth(view.belief, table, offset=offset, bit_worth=bit_worth)
    values, bonuses = np.full(ACTIONS, np.nan), np.full(ACTIONS, np.nan)
    _value_potions(values, bonuses, view, table, worth)
    values[NO_OP], bonuses[NO_OP] = worth.points, worth.bonus
    if table.moves <= sum(table.held) + STONES:  # a wasted step may cost something
        later = Table(table.looks, table.held, table.moves - 1)
        values[NO_OP], bonuses[NO_OP] = _glance(planner, view.belief, later, worth, 0, offset, bit_worth)
    for stone in map(int, np.flatnonzero(view.present)):
        action, reward = encode(stone, CAULDRON), _REWARD_OF[int(view.indicators[stone])]
        rest = table.without(stone)
        values[action], bonuses[action] = _glance(planner, view.belief, rest, worth, reward, offset, bit_worth)
    totals = (worth.actions.sum(axis=2)).reshape(-1)
    action = NO_OP
    if np.nanmax(totals, initial=-np.inf) > worth.stop + worth.stop_bonus + 1e-9:
        stone, colour = divmod(int(np.nanargmax(totals)), 6)
        action = encode(stone, int(np.flatnonzero(view.colours == colour)[0]))
    elif paying := [int(i) for i in np.flatnonzero(view.present & (view.indicators > 0))]:
        action = encode(max(paying, key=lambda i: int(view.indicators[i])), CAULDRON)
        values[action], bonuses[action] = worth.stop, worth.stop_bonus
    return Advice(
        action,
        action == NO_OP,
        values.astype(np.float32),
        bonuses.astype(np.float32),
        worth.stop,
        worth.complete,
    )


def _value_potions(
    values: NDArray[np.float64], bonuses: NDArray[np.float64], view: View, table: Table, worth: Worth
) -> None:
    for stone in np.flatnonzero(view.present):
        searched = table.looks.index(table.looks[stone])  # equal stones are worth the same
        for slot in np.flatnonzero(view.colours >= 0):
            points, bonus = worth.actions[searched, view.colours[slot]]
            action = encode(int(stone), int(slot))
            values[action], bonuses[action] = _at_most(points, bonus, worth)


def _glance(
    planner: Planner, belief: Belief, table: Table, best: Worth, reward: int, offset: float, bit_worth: float
) -> tuple[float, float]:
    worth = planner.worth(belief, table, offset=offset, bit_worth=bit_worth, glance=True)
    return _at_most(worth.points + reward, worth.bonus, best)


def _at_most(points: float, bonus: float, best: Worth) -> tuple[float, float]:
    """Shallower searches are more hopeful; no action is worth more than the best one."""
    return points - max(0.0, points + bonus - best.points - best.bonus), bonus


class IdealObserver:
    """Near-exact ideal observer for full trials."""

    name = "ideal-observer"
    needs_belief = True

    def __init__(self, seed: int, level: Level) -> None:
        self._seed = seed & 0xFFFFFFFF
        self._planner = Planner(PARTICLES, BUDGET, depth=2, discount=DISCOUNT)

    def reset(self, view: View) -> None:
        """Nothing is kept between views."""

    def advise(self, view: View) -> Advice:
        """Value of all 40 actions; the same for the same seed and view, whatever came before."""
        offset = np.random.RandomState([self._seed, view.trial, view.step]).random_sample()
        later_trials = view.trials - 1 - view.trial
        return advise(self._planner, view, offset=offset, bit_worth=BIT_WORTH * min(later_trials, 3) / 3)

    def decide(self, view: View) -> Decision:
        """The action with the highest points + bonus; cashes when nothing beats that."""
        return _decision(self.advise(view))

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """The belief in the view has learned already."""


class ExactIdealObserver:
    """Exhaustive expectimax over the current trial; raises BadInput where that would take too long."""

    name = "ideal-observer-exact"
    needs_belief = True

    def __init__(self, seed: int, level: Level) -> None:
        self._planner = Planner(EXACT_CHEMISTRIES, EXACT_BUDGET, strict=True)

    def reset(self, view: View) -> None:
        """Nothing is kept between views."""

    def advise(self, view: View) -> Advice:
        """Exact value of every action that may be best, an upper bound of the others."""
        return advise(self._planner, view)

    def decide(self, view: View) -> Decision:
        """The action with the highest value, stopping first and then fewer potions where values are equal."""
        return _decision(self.advise(view))

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """The belief in the view has learned already."""


def _decision(advice: Advice) -> Decision:
    return Decision(advice.action, advice.done, one_hot(advice.action), advice.values, advice.stop_value)
