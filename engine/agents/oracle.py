"""The search oracle: is told the chemistry and plays every trial optimally, so its score is the ceiling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.agents.protocol import Decision, View
from engine.alchemy.actions import ACTIONS, NO_OP
from engine.alchemy.chemistry import Chemistry, colour_to_potion, vertex_to_appearance
from engine.alchemy.levels import Level
from engine.alchemy.planning import Plan, optimal_plan
from engine.errors import BadInput


def latent_items(view: View, chemistry: Chemistry) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """What a view shows, translated by a chemistry: vertices int8 [3] and latent potions int8 [12], -1 where gone."""
    looks = vertex_to_appearance()[chemistry.rotation, chemistry.stone_map]
    stones = np.full(len(view.present), -1, np.int8)
    for stone in np.flatnonzero(view.present):
        stones[stone] = np.flatnonzero((looks == view.appearances[stone]).all(axis=1))[0]
    potions = colour_to_potion()[chemistry.potion_map][view.colours]
    return stones, np.where(view.colours >= 0, potions, np.int8(-1))


def plan_for(view: View, chemistry: Chemistry) -> Plan:
    """The optimal plan for the rest of the trial if this were the chemistry."""
    return optimal_plan(chemistry, *latent_items(view, chemistry), steps=view.steps - view.step)


def follow(plan: Plan) -> Decision:
    """The first action of a plan, or nothing more in this trial where it is empty."""
    action = plan.actions[0] if plan.actions else NO_OP
    return Decision(action, done=not plan.actions, probabilities=one_hot(action))


def one_hot(action: int) -> NDArray[np.float32]:
    """Probabilities of a policy that takes this action, float32 [40]."""
    probabilities = np.zeros(ACTIONS, np.float32)
    probabilities[action] = 1
    return probabilities


class SearchOracle:
    """Plays the optimal plan of the true chemistry, with as few potions as that takes."""

    name = "search-oracle"
    privileged = True

    def __init__(self, seed: int, level: Level) -> None:
        """Nothing is random and no level is special to who knows the chemistry."""

    def reset(self, view: View) -> None:
        """Plans are made anew for every view."""

    def decide(self, view: View) -> Decision:
        """First action of the optimal plan."""
        if view.chemistry is None:
            raise BadInput("The search oracle can only play where it is told the chemistry")
        return follow(plan_for(view, view.chemistry))

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """There is nothing to learn."""
