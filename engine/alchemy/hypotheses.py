"""How the 167,424 possible chemistries are numbered, weighted and packed into machine words.

Graphs come first, sorted by their number of constraints, then potion maps, then one 32-bit word that holds the eight
stone maps and four rotations: ``index = ((rank * 48 + potion_map) * 8 + stone_map) * 4 + rotation`` with ``rank`` the
place of the graph in ``GRAPH_ORDER``. In that order the three prior weights (48 : 4 : 1 for 0; 1; 2 and 3
constraints) are three contiguous blocks of whole words, so a mass is three bit counts.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.chemistry import (
    GRAPH_CONSTRAINTS,
    GRAPHS,
    INDICATORS,
    Chemistry,
    transitions,
    vertex_to_appearance,
)

GRAPH_ORDER: NDArray[np.intp] = np.argsort(GRAPH_CONSTRAINTS, kind="stable")
"""Graph of each rank, int [109]: sorted by number of constraints."""

BLOCKS: tuple[tuple[slice, int], ...] = ((slice(0, 1), 48), (slice(1, 13), 4), (slice(13, 109), 1))
"""Ranks that share a prior weight, and that weight."""

RANK_WEIGHTS: NDArray[np.int64] = np.concatenate(
    [np.full(block.stop - block.start, weight) for block, weight in BLOCKS]
)
"""Prior weight of one hypothesis of each rank, int64 [109]; proportional to the prior of section 2.3 (sum 192)."""

CODES = 27  # appearances: base-three number of the three values + 1; 20 of them occur


def appearance_code(appearance: NDArray[np.int8]) -> NDArray[np.intp]:
    """Number 0..26 of perceived appearances int8 [..., 3]."""
    digits = np.asarray(appearance, np.intp) + 1
    return np.asarray(digits[..., 0] * 9 + digits[..., 1] * 3 + digits[..., 2])


def hypothesis_index(chemistry: Chemistry) -> int:
    """Index 0..167,423 of a chemistry in the order of this module."""
    rank = int(np.flatnonzero(chemistry.graph == GRAPH_ORDER)[0])
    return ((rank * 48 + chemistry.potion_map) * 8 + chemistry.stone_map) * 4 + chemistry.rotation


def hypothesis(index: int) -> Chemistry:
    """The chemistry at an index 0..167,423."""
    word, bit = divmod(int(index), 32)
    rank, potion_map = divmod(word, 48)
    return Chemistry(potion_map, bit // 4, int(GRAPH_ORDER[rank]), bit % 4)


@lru_cache(maxsize=1)
def vertex_codes() -> NDArray[np.int8]:
    """Appearance code of each vertex under each (stone map, rotation), int8 [32, 8]; row = 4 * stone map + rotation."""
    codes = appearance_code(vertex_to_appearance())  # [rotation, stone map, vertex]
    return codes.transpose(1, 0, 2).reshape(32, 8).astype(np.int8)


@lru_cache(maxsize=1)
def ranked_transitions() -> NDArray[np.int8]:
    """Vertex after a latent potion, int8 [109 ranks, 8 vertices, 6 potions]."""
    return np.ascontiguousarray(transitions()[GRAPH_ORDER])


@lru_cache(maxsize=1)
def ranked_edges() -> NDArray[np.float64]:
    """Open edges of each rank as 0 and 1, float64 [109, 12]."""
    return GRAPHS[GRAPH_ORDER].astype(np.float64)


@lru_cache(maxsize=1)
def appearance_words() -> NDArray[np.uint32]:
    """Stone maps and rotations under which vertex v looks like code a, one bit each, uint32 [27 codes, 8 vertices]."""
    words = np.zeros((CODES, 8), np.uint32)
    for bit, row in enumerate(vertex_codes()):
        words[row, np.arange(8)] |= np.uint32(1 << bit)
    return words


@lru_cache(maxsize=512)
def seen_words(code: int, indicator: int) -> NDArray[np.uint32]:
    """As ``appearance_words()[code]``, restricted to vertices that show this indicator, uint32 [8]."""
    words = np.where(indicator == INDICATORS, appearance_words()[code], np.uint32(0))
    words.setflags(write=False)
    return words


@lru_cache(maxsize=4096)
def outcome_words(code: int, indicator: int, code_after: int, indicator_after: int) -> NDArray[np.uint32]:
    """Which (stone map, rotation) bits turn one seen stone into another, per graph and latent potion.

    Returns
    -------
    uint32 [109 ranks, 6 latent potions], at most 3 kB; 640 of them exist at most, so they are built when first needed.
    """
    after = transitions()[GRAPH_ORDER]  # [rank, vertex, potion]
    before_words, after_words = seen_words(code, indicator), seen_words(code_after, indicator_after)
    words = before_words[None, :, None] & after_words[after]
    reduced: NDArray[np.uint32] = np.bitwise_or.reduce(words, axis=1)
    reduced.setflags(write=False)
    return reduced


@lru_cache(maxsize=256)
def possible_outcomes(code: int, indicator: int) -> tuple[tuple[int, int], ...]:
    """(appearance code, indicator) pairs that one potion could make of a seen stone, the unchanged stone first."""
    found = {}
    for row in vertex_codes():
        for vertex in np.flatnonzero((row == code) & (indicator == INDICATORS)):
            for axis in range(3):
                neighbour = int(vertex) ^ 1 << axis
                found[int(row[neighbour]), int(INDICATORS[neighbour])] = True
    return ((code, indicator), *sorted(found))
