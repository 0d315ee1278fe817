"""What a learning agent is told of a game, as small integers: the encoding that all memories of this package share.

Everything is in the frame of appearances: a stone is its *look* 0..7 (bit k set where appearance k is +1) and the
place of its indicator in (-3, -1, 1, 3); a potion is its colour; the effect of a potion is the appearance axis that it
changed. A *moment* is what is new at a decision: the transition that the last action caused and what lies on the table.
A *fact* is one thing worth remembering: "this colour on this look changed axis k / nothing" or "this look shows this
indicator". The chemistry never changes inside an episode, so a fact that is known already is not written again.

Source of the idea: AlKhamissi et al. 2021 (arXiv 2112.08360), who write (stone, potion, stone after) records into an
episodic memory and act on potion counts by colour.
"""

# mypy: disable-error-code="untyped-decorator,no-any-return"

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

LOOKS, COLOURS, PLACES, NO_EFFECT = 8, 6, 4, 3
TRANSITIONS = LOOKS * COLOURS * 4  # fact = 4 * (6 * look + colour) + axis changed (3: no effect)
FACTS = TRANSITIONS + LOOKS * PLACES  # then 192 + 4 * look + place of the indicator
NOTHING = FACTS  # number of "no fact"
GONE = LOOKS * PLACES  # stone number of a stone that is gone; else 4 * look + place
SLOTS = LOOKS * COLOURS + LOOKS  # facts that can be known at once
FEATURES = 243
STOP = 18  # action: cash what is positive and end the trial; below it 6 * stone + colour


class Moments(NamedTuple):
    """What an agent is told at its decisions; arrays of any leading shape, for sequences [time, batch].

    ``fact`` int64: the transition caused by the last action, NOTHING at the start of a trial; ``stones`` int64 [..., 3]
    stone numbers on the table, GONE where there is none; ``counts`` int64 [..., 6] potions left of each colour.
    """

    fact: NDArray[np.int64]
    stones: NDArray[np.int64]
    counts: NDArray[np.int64]


def transition(look: int, colour: int, after: int) -> int:
    """The fact that a potion turned a stone into another; the two differ in one axis at most."""
    return 4 * (COLOURS * look + colour) + {0: NO_EFFECT, 1: 0, 2: 1, 4: 2}[look ^ after]


@lru_cache(maxsize=1)
def input_table() -> NDArray[np.float32]:
    """Features of each transition for recurrent memories, float32 [225, 210]; zeros for other facts.

    Look, colour and effect each by itself, and the transition as a whole, which is what there is to remember.
    """
    table = np.zeros((FACTS + 1, 18 + TRANSITIONS), np.float32)
    number = np.arange(TRANSITIONS)
    for column in (number // 24, 8 + number // 4 % 6, 14 + number % 4, 18 + number):
        table[number, column] = 1
    return table


def features(moments: Moments) -> NDArray[np.float32]:
    """Moments as vectors for recurrent memories, float32 [..., 243].

    210 of the last transition, whether the trial is new, and how many stones of each of the 32 numbers lie there.
    """
    stones = (moments.stones[..., None] == np.arange(GONE)).sum(axis=-2)
    new = (moments.fact == NOTHING)[..., None]
    return np.concatenate([input_table()[moments.fact], new, stones], axis=-1).astype(np.float32)


@njit(cache=True, nogil=True)
def _key(fact: int) -> int:
    """Slot identity of a fact: 6 * look + colour, or 48 + look."""
    return fact // 4 if fact < 192 else 48 + (fact - 192) // 4


@njit(cache=True, nogil=True)
def remember(
    fact: NDArray[np.int64],
    stones: NDArray[np.int64],
    rows: NDArray[np.int64],
    known: NDArray[np.int64],
    count: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Write what is new of moments [time, batch] into memories, in place; returns how much each held then.

    Parameters
    ----------
    fact, stones
        Of the moments, int64 [T, B] and [T, B, 3].
    rows
        int64 [B, 56] facts in the order they were written, NOTHING where empty.
    known
        int64 [B, 56] which facts are in memory, by what they are about: 6 * look + colour, then 48 + look.
    count
        int64 [B] facts in memory.

    Returns
    -------
    int64 [T, B]: facts in memory at each decision.
    """
    steps, batch = fact.shape
    held = np.empty((steps, batch), np.int64)
    for b in range(batch):
        for t in range(steps):
            for which in range(4):
                number = fact[t, b]
                if which > 0:
                    number = stones[t, b, which - 1]
                    number = 224 if number == 32 else 192 + number
                if number != 224 and not known[b, _key(number)]:
                    known[b, _key(number)] = 1
                    rows[b, count[b]] = number
                    count[b] += 1
            held[t, b] = count[b]
    return held
