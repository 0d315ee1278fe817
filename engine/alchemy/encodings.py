"""How states, chemistries and actions become numbers for networks.

Tables are indexed by vertex or latent potion; index -1 (gone, used) reaches the last row, which holds what an empty
slot shows. Source: dm_alchemy, symbolic_alchemy.py and types/utils.py; the friendlier encoding is that of AlKhamissi et
al. 2021 (arXiv 2112.08360): potions as counts per colour instead of slots, and 22 actions by type.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.actions import NO_OP
from engine.alchemy.chemistry import (
    COORDINATES,
    GRAPHS,
    INDICATORS,
    POTIONS,
    STONES,
    Chemistry,
    colour_to_potion,
    vertex_to_appearance,
)

OBSERVATION = 5 * STONES + 2 * POTIONS  # 39
GROUND_TRUTH = 12 + 6 + 3 + 3 + 4  # 28
FRIENDLY = 5 * STONES + 6  # 21
TYPE_ACTIONS = 1 + STONES * 7  # 22: no-op, then per stone six colours and the cauldron
NO_APPEARANCE = 2

Floats = NDArray[np.float32]


@lru_cache(maxsize=1)
def appearance_tables() -> NDArray[np.int8]:
    """Appearance of each vertex, int8 [4 rotations, 8 stone maps, 9, 3]; the last row, 2 2 2, is a gone stone."""
    table = np.full((4, 8, 9, 3), NO_APPEARANCE, np.int8)
    table[:, :, :8] = vertex_to_appearance()
    return table


INDICATOR_TABLE: NDArray[np.int8] = np.append(INDICATORS, np.int8(0))
"""Indicator of each vertex, int8 [9]; the last, 0, stands for a gone stone."""


@lru_cache(maxsize=1)
def colour_tables() -> NDArray[np.int8]:
    """Perceived colour of each latent potion, int8 [48 potion maps, 7]; the last, -1, stands for a used potion."""
    return np.concatenate([np.argsort(colour_to_potion(), axis=1), np.full((48, 1), -1)], axis=1).astype(np.int8)


@lru_cache(maxsize=1)
def stone_tables() -> Floats:
    """The five floats of a stone, float32 [4 rotations, 8 stone maps, 9, 5]: appearance, indicator / 3, used flag."""
    table = np.empty((4, 8, 9, 5), np.float32)
    table[..., :3] = appearance_tables()
    table[..., 3] = INDICATOR_TABLE / 3
    table[..., 4] = 0
    table[:, :, 8] = [2, 2, 2, 2, 1]
    return table


@lru_cache(maxsize=1)
def potion_tables() -> Floats:
    """The two floats of a potion, float32 [48 potion maps, 7, 2]: colour / 3 - 1, used flag."""
    colours = colour_tables()
    table = np.stack([colours / 3 - 1, np.zeros_like(colours)], axis=-1).astype(np.float32)
    table[:, 6] = [1, 1]
    return table


def observe(
    chemistry: Chemistry, stones: NDArray[np.int8], potions: NDArray[np.int8], used_flags: bool = True
) -> Floats:
    """The reference's observation, float32 [39], or [27] without used flags.

    ``stones`` int8 [3] vertices (-1 gone), ``potions`` int8 [12] latent potions (-1 used).
    """
    stone_floats = stone_tables()[chemistry.rotation, chemistry.stone_map][stones]
    potion_floats = potion_tables()[chemistry.potion_map][potions]
    if not used_flags:
        stone_floats, potion_floats = stone_floats[:, :-1], potion_floats[:, :-1]
    return np.concatenate((stone_floats.ravel(), potion_floats.ravel()))


@lru_cache(maxsize=1)
def _truth_tables() -> tuple[Floats, Floats, Floats, Floats]:
    """Parts of the ground-truth vector by graph [109, 12], potion map [48, 9], stone map [8, 3], rotation [4, 4]."""
    signs = (COORDINATES > 0).astype(np.float32)
    one_hot = np.repeat(np.eye(6, dtype=np.float32), 8, axis=0)
    return GRAPHS.astype(np.float32), np.hstack((one_hot, np.tile(signs, (6, 1)))), signs, np.eye(4, dtype=np.float32)


def ground_truth(potion_map: int, stone_map: int, graph: int, rotation: int) -> Floats:
    """The reference's chemistry vector, float32 [28]; arrays of indices of shape [n] give [n, 28].

    12 open edges, one-hot of 6 permutations, 3 potion directions, 3 stone-map signs, one-hot of 4 rotations.
    """
    graphs, potion_maps, stone_maps, rotations = _truth_tables()
    return np.concatenate((graphs[graph], potion_maps[potion_map], stone_maps[stone_map], rotations[rotation]), axis=-1)


def _colours(observation: Floats) -> NDArray[np.int8]:
    """Colours in an observation [..., 39], int8 [..., 12]; -1 for a used potion."""
    potions = observation[..., 5 * STONES :].reshape(*observation.shape[:-1], POTIONS, 2)
    return np.where(potions[..., 1] > 0, -1, np.rint(3 * potions[..., 0] + 3)).astype(np.int8)


def friendly(observation: Floats) -> Floats:
    """The friendlier encoding of observations [..., 39], float32 [..., 21].

    The 15 stone floats as they are, then for each of the six colours the number of potions left / 12.
    """
    counts = (_colours(observation)[..., None] == np.arange(6)).sum(axis=-2, dtype=np.float32) / POTIONS
    return np.concatenate((observation[..., : 5 * STONES], counts), axis=-1)


def slot_actions(observation: Floats, types: NDArray[np.integer]) -> NDArray[np.int64]:
    """The 40-action integers of type actions, int64 [...], for observations [..., 39] and ``types`` [...].

    Type action 0 is the no-op, ``7 i + 1 + c`` puts stone i into the first slot that holds colour c, ``7 i + 7`` puts
    it into the cauldron. A colour that is not there becomes a no-op: the step is spent as by any impossible action.
    """
    types = np.asarray(types, np.int64)
    stone, kind = np.divmod(types - 1, 7)
    holds = _colours(observation) == kind[..., None]
    slot = np.where(kind == 6, -1, holds.argmax(axis=-1))
    possible = (types != 0) & ((kind == 6) | holds.any(axis=-1))
    return np.where(possible, (POTIONS + 1) * stone + slot + 2, NO_OP)


def type_mask(observation: Floats) -> NDArray[np.bool_]:
    """Which type actions can do anything, bool [..., 22], for observations [..., 39]."""
    present = observation[..., 4 : 5 * STONES : 5] == 0
    colours = (_colours(observation)[..., None] == np.arange(6)).any(axis=-2)
    kinds = np.concatenate((colours, np.ones_like(colours[..., :1])), axis=-1)
    by_stone = (present[..., :, None] & kinds[..., None, :]).reshape(*present.shape[:-1], 7 * STONES)
    return np.concatenate((np.ones_like(by_stone[..., :1]), by_stone), axis=-1)
