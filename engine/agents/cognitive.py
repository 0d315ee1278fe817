"""Greedy one-step agents with more and more knowledge of how Alchemy works, after models of human learning.

Source: L. Cross, SymbolicAlchemyMicroprobes.ipynb in google-deepmind/dm_alchemy (softmax with inverse temperature 9,
discount 0.65). There the models read latent stones; here everything is worked out from what a fair player sees. A
stone's indicator fixes how many of its neighbours are worth more, so levels 0 and 1 need nothing else. Levels 2 and 3
carry an effect over to other stones along an appearance axis, for which they take the first of the four rotations that
fits everything seen so far. Published means over the 1,000 evaluation episodes: model-free 219.49, levels 0 to 3
214.14, 226.95, 237.66, 241.48.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.agents.protocol import Decision, View
from engine.alchemy.actions import ACTIONS, CAULDRON, NO_OP, decode, encode
from engine.alchemy.chemistry import ROTATIONS
from engine.alchemy.episodes import Level

TEMPERATURE = 1 / 9  # of the softmax, in points
DISCOUNT = 0.65
START_VALUE = 3.0  # mean reward of the eight stones rounded down as in the source

Look = tuple[int, ...]


def worth(indicator: int) -> int:
    """What the cauldron pays for a stone with this indicator."""
    return 15 if indicator == 3 else indicator


class _Learner:
    """Softmax over the values of stone-colour pairs; subclasses say what these values are."""

    def __init__(self, seed: int, level: Level) -> None:
        self.random = np.random.default_rng(seed)

    def decide(self, view: View) -> Decision:
        """Softmax choice among no-op, cauldron and one slot of each colour, for each different stone."""
        looks = [tuple(row) for row in view.appearances.tolist()]
        stones = [i for i in range(3) if view.present[i]]
        slots = {int(colour): slot for slot, colour in reversed(list(enumerate(view.colours))) if colour >= 0}
        if not stones or (not slots and not (view.indicators > 0).any()):
            return Decision(NO_OP, done=True)
        board = {i: max(worth(int(view.indicators[i])), 0) for i in stones}
        actions, found = [NO_OP], [self.rest_value(sum(board.values()))]
        values = np.full(ACTIONS, np.nan, np.float32)
        values[NO_OP] = found[0]
        for i in stones:
            rest = sum(board.values()) - board[i]
            table = {CAULDRON: worth(int(view.indicators[i])) + self.rest_value(rest)}
            table |= {colour: self.value(looks[i], int(view.indicators[i]), colour, rest) for colour in slots}
            values[encode(i, CAULDRON)] = table[CAULDRON]
            for slot, colour in enumerate(view.colours.tolist()):
                if colour >= 0:
                    values[encode(i, slot)] = table[colour]
            if looks[i] not in looks[:i]:
                actions += [encode(i, CAULDRON if kind == CAULDRON else slots[kind]) for kind in table]
                found += table.values()
        weights = np.exp((np.array(found) - max(found)) / TEMPERATURE)
        probabilities = np.zeros(ACTIONS, np.float32)
        probabilities[actions] = weights / weights.sum()
        action = int(self.random.choice(actions, p=weights / weights.sum()))
        return Decision(action, probabilities=probabilities, values=values, stop_value=float(sum(board.values())))

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """Learn from a potion whose outcome is shown."""
        stone, slot = decode(action)
        if stone is None or slot is None or slot == CAULDRON or view_after.trial != view_before.trial:
            return
        colour = int(view_before.colours[slot])
        if view_before.present[stone] and colour >= 0:
            before, after = view_before.appearances[stone].tolist(), view_after.appearances[stone].tolist()
            change = int(view_after.indicators[stone]) - int(view_before.indicators[stone])
            self.learn(tuple(before), int(view_before.indicators[stone]), colour, tuple(after), change)

    def reset(self, view: View) -> None:
        """Forget the last chemistry."""
        raise NotImplementedError

    def rest_value(self, value: float) -> float:
        """What stones worth ``value`` that stay on the table count now."""
        raise NotImplementedError

    def value(self, look: Look, indicator: int, colour: int, rest: float) -> float:
        """Value of a potion on a stone beside stones worth ``rest``."""
        raise NotImplementedError

    def learn(self, look: Look, indicator: int, colour: int, after: Look, change: int) -> None:
        """Take in that a potion turned ``look`` into ``after`` and changed the indicator by ``change``."""
        raise NotImplementedError


class ModelFree(_Learner):
    """Remembers for each stone and colour what the resulting stone was worth; shares nothing between stones."""

    name = "model-free"

    def reset(self, view: View) -> None:
        """Forget all values."""
        self.values: dict[tuple[Look, int], float] = {}

    def rest_value(self, value: float) -> float:
        """Other stones do not count."""
        return 0.0

    def value(self, look: Look, indicator: int, colour: int, rest: float) -> float:
        """The remembered value."""
        return self.values.get((look, colour), START_VALUE)

    def learn(self, look: Look, indicator: int, colour: int, after: Look, change: int) -> None:
        """Remember, with learning rate 1."""
        self.values[look, colour] = worth(indicator + change)


class Level0(_Learner):
    """Averages over the eight stones a potion might produce until it has seen what it does to this stone."""

    name = "level-0"

    def reset(self, view: View) -> None:
        """Forget all outcomes."""
        self.known: dict[tuple[Look, int], int] = {}

    def rest_value(self, value: float) -> float:
        """The future is discounted."""
        return DISCOUNT * value

    def value(self, look: Look, indicator: int, colour: int, rest: float) -> float:
        """Discounted mean of the board after each possible outcome."""
        known = self.known.get((look, colour))
        outcomes = self.outcomes(look, indicator, colour) if known is None else [known]
        return DISCOUNT * (rest + sum(max(worth(o), 0) for o in outcomes) / len(outcomes))

    def outcomes(self, look: Look, indicator: int, colour: int) -> list[int]:
        """Indicators a stone may have after a colour that was never tried on it."""
        return [-3, -1, -1, -1, 1, 1, 1, 3]

    def learn(self, look: Look, indicator: int, colour: int, after: Look, change: int) -> None:
        """Remember the outcome for this stone and colour."""
        self.known[look, colour] = indicator + change


class Level1(Level0):
    """Knows that a potion moves a stone along one edge at most."""

    name = "level-1"

    def outcomes(self, look: Look, indicator: int, colour: int) -> list[int]:
        """The stone itself and its three neighbours."""
        above = (3 - indicator) // 2
        return [indicator] + [indicator + 2] * above + [indicator - 2] * (3 - above)


class Level2(Level1):
    """Knows that an observed effect holds for all stones unless the edge is missing."""

    name = "level-2"
    pairs = False  # whether the other colour of a pair is known to do the opposite

    def reset(self, view: View) -> None:
        """Forget all outcomes, effects and appearances."""
        super().reset(view)
        self.seen: set[Look] = set()
        self.changes: dict[int, tuple[Look, Look, int]] = {}  # by colour: stone before and after, change of indicator
        self.rotation = 0
        self.see(view)

    def decide(self, view: View) -> Decision:
        """Take in the stones on the table, then decide as the lower levels."""
        self.see(view)
        return super().decide(view)

    def see(self, view: View) -> None:
        """Take note of appearances; go to the next rotation when one does not fit."""
        self.seen |= {tuple(row) for row, there in zip(view.appearances.tolist(), view.present, strict=True) if there}
        while self.rotation < 3 and not self.fits():
            self.rotation += 1

    def fits(self) -> bool:
        """Whether all stones lie on vertices and all effects along one axis under the present rotation."""
        aligned = np.array(sorted(self.seen)) @ ROTATIONS[self.rotation].T
        steps = [self.align(after) - self.align(before) for before, after, _ in self.changes.values()]
        return bool((np.abs(aligned) == 1).all()) and all(np.count_nonzero(step) == 1 for step in steps)

    def align(self, look: Look) -> NDArray[np.int8]:
        """Aligned appearance, int8 [3], under the present rotation."""
        aligned: NDArray[np.int8] = ROTATIONS[self.rotation] @ np.array(look, np.int8)
        return aligned

    def outcomes(self, look: Look, indicator: int, colour: int) -> list[int]:
        """Unchanged or moved as the colour moved another stone; as level 1 where it moved none."""
        effect = self.changes.get(colour)
        if effect is None and self.pairs and (opposite := self.changes.get(colour ^ 1)):
            effect = (opposite[1], opposite[0], -opposite[2])
        if effect is None:
            return super().outcomes(look, indicator, colour)
        before, after, change = effect
        axis = int(np.flatnonzero(self.align(after) != self.align(before))[0])
        if self.align(look)[axis] == self.align(after)[axis]:
            return [indicator]
        return [indicator, indicator + change]

    def learn(self, look: Look, indicator: int, colour: int, after: Look, change: int) -> None:
        """Remember the outcome and, if there was one, the effect."""
        super().learn(look, indicator, colour, after, change)
        if after != look:
            self.seen.add(after)
            self.changes[colour] = (look, after, change)


class Level3(Level2):
    """Also knows that the other colour of a pair does the opposite."""

    name = "level-3"
    pairs = True
