"""Stones, potions, actions and outcomes in words, for the window and for players that read.

Stones are numbered from 1 and named by what is seen of them, never by their vertex. Colours and shapes are the
reference's (dm_alchemy, types/unity_python_conversion.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.actions import CAULDRON, decode
from engine.alchemy.chemistry import AXIS_WORDS, COLOUR_NAMES

VALUES = {-3: -3, -1: -1, 1: 1, 3: 15}
"""What the cauldron pays for each indicator."""


def signed(value: int) -> str:
    """A score with its sign, such as +15 or −3 (with a minus sign, not a hyphen)."""
    return f"{value:+d}".replace("-", "−")


def appearance_words(appearance: NDArray[np.int8] | Sequence[int]) -> str:
    """Colour, size and shape of a stone, such as "blue small round"; ``appearance`` three values in {-1, 0, +1}.

    Raises ValueError for the appearance of a stone that is gone.
    """
    if any(not -1 <= value <= 1 for value in appearance):
        raise ValueError("a stone that is gone has no appearance")
    return " ".join(AXIS_WORDS[axis][int(value) + 1] for axis, value in enumerate(appearance))


def stone_words(appearance: NDArray[np.int8] | Sequence[int], indicator: int) -> str:
    """A stone with what the cauldron pays for it, such as "blue small round stone (+1)"."""
    return f"{appearance_words(appearance)} stone ({signed(VALUES[int(indicator)])})"


def potion_words(colour: int) -> str:
    """A potion, such as "red potion"; "used potion" for -1."""
    return f"{COLOUR_NAMES[colour] if colour >= 0 else 'used'} potion"


def action_words(action: int, colours: NDArray[np.int8] | Sequence[int] | None = None) -> str:
    """One of the 40 actions, such as "Stone 2 into the red potion (slot 6)" or "Stone 1 into the cauldron".

    ``colours`` [12] names the potion; without it only its slot is said. Raises ValueError for no action.
    """
    stone, slot = decode(action)
    if stone is None or slot is None:
        return "Wait"
    if slot == CAULDRON:
        return f"Stone {stone + 1} into the cauldron"
    if colours is None:
        return f"Stone {stone + 1} into potion {slot + 1}"
    return f"Stone {stone + 1} into the {potion_words(int(colours[slot]))} (slot {slot + 1})"


def outcome_words(
    action: int, before: NDArray[np.int8], after: NDArray[np.int8], indicators: NDArray[np.int8], reward: float
) -> str:
    """What an action did, such as "Becomes a purple large round stone (−1)", "No effect" or "+15".

    ``before`` and ``after`` int8 [3, 3] are the appearances around the action (2, 2, 2 for a stone that is gone),
    ``indicators`` int8 [3] those after it.
    """
    stone, slot = decode(action)
    if stone is None or slot is None:
        return "Nothing happens"
    if max(before[stone]) > 1:
        return "Nothing happens, the stone is gone"
    if slot == CAULDRON:
        return signed(int(reward))
    if np.array_equal(before[stone], after[stone]):
        return "No effect"
    return f"Becomes a {stone_words(after[stone], int(indicators[stone]))}"
