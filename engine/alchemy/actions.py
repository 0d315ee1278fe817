"""Action integers of symbolic Alchemy.

Without an end-trial action there are 40: 0 no-op, ``13 i + 1`` stone i into the cauldron, ``13 i + j + 2`` stone i into
potion slot j. With it there are 41: 0 ends the trial and every other integer is one larger. The package uses the 40
everywhere; only the environments translate.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.chemistry import POTIONS, STONES

NO_OP = 0
ACTIONS = 1 + STONES * (POTIONS + 1)  # 40, without the end-trial action
CAULDRON = -1  # as a potion slot, also in the published episode files


def encode(stone: int, slot: int) -> int:
    """Action that puts ``stone`` (0..2) into potion ``slot`` (0..11) or, for -1, into the cauldron.

    Raises ValueError for a stone or slot that does not exist.
    """
    if not (0 <= stone < STONES and CAULDRON <= slot < POTIONS):
        raise ValueError(f"there is no stone {stone} or no slot {slot}")
    return (POTIONS + 1) * stone + slot + 2


def decode(action: int) -> tuple[int | None, int | None]:
    """Stone and slot of an action (slot -1 is the cauldron); (None, None) for a no-op.

    Raises ValueError for an integer outside 0..39.
    """
    if not 0 <= action < ACTIONS:
        raise ValueError(f"an action must be 0 to {ACTIONS - 1}, not {action}")
    if action == NO_OP:
        return None, None
    stone, slot = divmod(action - 1, POTIONS + 1)
    return stone, slot - 1


STONE_OF: NDArray[np.int8] = np.array([-1] + [decode(a)[0] for a in range(1, ACTIONS)], np.int8)
"""Stone of each action, int8 [40]; -1 for the no-op."""

SLOT_OF: NDArray[np.int8] = np.array([-2] + [decode(a)[1] for a in range(1, ACTIONS)], np.int8)
"""Potion slot of each action, int8 [40]; -1 for the cauldron, -2 for the no-op."""


def useful(present: NDArray[np.bool_], colours: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Which actions can do anything: no-op, and actions on a stone that is there with the cauldron or a potion that is.

    ``present`` bool [3], ``colours`` int8 [12] with -1 for a used potion; returns bool [40].
    """
    table = np.empty((STONES, POTIONS + 1), np.bool_)
    table[:, 0] = present
    table[:, 1:] = np.outer(present, colours >= 0)
    return np.concatenate(([True], table.ravel()))
