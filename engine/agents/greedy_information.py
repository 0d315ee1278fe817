"""The pure explorer: whatever tells most about the chemistry, then cash what is there."""

from __future__ import annotations

import numpy as np

from engine.agents.oracle import one_hot
from engine.agents.protocol import Decision, View
from engine.alchemy.actions import CAULDRON, NO_OP, encode
from engine.alchemy.levels import Level
from engine.errors import BadInput


class GreedyInformation:
    """Takes the action with the highest expected information; cashes positive stones once none tells anything."""

    name = "greedy-information"
    needs_belief = True

    def __init__(self, seed: int, level: Level) -> None:
        """Nothing is random: ties go to the lowest action."""

    def reset(self, view: View) -> None:
        """The belief in the view is all it knows."""

    def decide(self, view: View) -> Decision:
        """The most informative action; ``values`` are its reasons, in bits."""
        if view.belief is None:
            raise BadInput("The greedy information seeker needs the exact belief")
        bits = view.belief.expected_information(view.appearances, view.indicators, view.present, view.colours)
        paying = np.flatnonzero(view.present & (view.indicators > 0))
        hurry = view.steps - view.step <= len(paying)  # steps left just suffice to cash
        if bits.max() > 1e-9 and not hurry:
            action = int(bits.argmax())
        else:
            action = encode(int(paying[view.indicators[paying].argmax()]), CAULDRON) if len(paying) else NO_OP
        return Decision(action, action == NO_OP, one_hot(action), bits.astype(np.float32))

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """The belief in the view has learned already."""
