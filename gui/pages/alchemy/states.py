"""Makes the frozen states that the pictures show from the rows of a record. No Qt in here."""

from __future__ import annotations

import itertools
from functools import lru_cache
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.chemistry import COORDINATES, INDICATORS, REWARDS, ROTATIONS
from gui.pages.alchemy.model import Path, Situations
from gui.widgets.alchemy_words import action_words, decode, signed
from gui.widgets.belief import BeliefState
from gui.widgets.bench import BenchState, Stone
from gui.widgets.cube import Axis, CubeState, Token
from gui.widgets.timeline import CASHED, CHANGED, ENDED

REWARD_OF_INDICATOR = {int(i): int(r) for i, r in zip(INDICATORS, REWARDS, strict=True)}
Node = NDArray[np.void]


def colours_of(node: Node) -> tuple[int, ...]:
    """Perceived colours of the twelve potions, -1 used."""
    return tuple(int(c) for c in node["colours"])


def place(situations: Situations, row: int) -> str:
    """Trial and step of a situation in words."""
    node = situations.nodes[row]
    trials = situations.trials(int(node["episode"]))
    if node["done"]:
        return f"episode over, {signed(float(node['score']))} points"
    return f"trial {node['trial'] + 1} of {trials} · step {node['step']} of {situations.steps()}"


def caption(situations: Situations, path: Path, index: int) -> tuple[str, int]:
    """What the last action did, in words, and the sign of it."""
    if index == 0:
        return "A new chemistry", 0
    before, node = situations.nodes[path.rows[index - 1]], situations.nodes[path.rows[index]]
    action, effect = int(node["action"]), int(node["effect"])
    words = action_words(action, colours_of(before))
    if effect == ENDED:
        return f"trial {before['trial'] + 1} ended with {signed(float(before['trial_score']))} points", 0
    if decode(action) is None:
        return "a step without action", 0
    if effect == CASHED:
        return f"{words}, {signed(float(node['reward']))} points", 1 if node["reward"] > 0 else -1
    if effect != CHANGED:
        return f"{words}, no effect", 0
    stone = decode(action)[0]
    old, new = (int(REWARDS[int(n[key][stone])]) for n, key in ((before, "stones"), (node, "outcome")))
    return f"{words}, {signed(old)} became {signed(new)}", 1 if new > old else -1


def bench_state(
    situations: Situations, path: Path, index: int, *, enabled: bool = False, advice: int | None = None
) -> BenchState:
    """The bench at one situation of a path."""
    node = situations.nodes[path.rows[index]]
    stones = tuple(
        Stone(tuple(int(v) for v in node["appearances"][i]), REWARD_OF_INDICATOR[int(node["indicators"][i])])
        if node["stones"][i] >= 0
        else None
        for i in range(3)
    )
    last = None
    if index > 0:
        before = situations.nodes[path.rows[index - 1]]
        if before["trial"] == node["trial"]:
            last = decode(int(node["action"]))
    words, effect = caption(situations, path, index)
    return BenchState(
        stones=stones,
        potions=colours_of(node),
        trial_score=float(node["trial_score"]),
        place=place(situations, path.rows[index]),
        caption=words,
        effect=effect,
        last=last,
        advice=decode(advice) if advice is not None else None,
        enabled=enabled and not node["done"],
    )


@lru_cache(maxsize=64)
def true_potions(dim_map: tuple[int, ...], dir_map: tuple[int, ...]) -> tuple[int, ...]:
    """Latent potion of each colour under a chemistry's two potion maps."""
    return tuple(2 * dim_map[c // 2] + ((1 if c % 2 else -1) * dir_map[dim_map[c // 2]] == 1) for c in range(6))


def truth_of(situations: Situations, episode: int) -> tuple[int, ...]:
    """Latent potion of each colour in the hidden chemistry, empty where the record does not tell."""
    chemistry = situations.chemistries.get(episode)
    if not chemistry:
        return ()
    return true_potions(tuple(chemistry["potion_dim_map"]), tuple(chemistry["potion_dir_map"]))


def cube_state(situations: Situations, row: int, *, truth: bool, known: bool = True) -> CubeState:
    """The latent cube at a situation: the posterior, or the hidden chemistry where ``truth`` is asked for."""
    node = situations.nodes[row]
    episode = int(node["episode"])
    if truth and (potions := truth_of(situations, episode)):
        matrix = np.eye(6)[list(potions)]
        edges = tuple(float(e) for e in situations.chemistries[episode]["edges_open"])
    else:
        truth, matrix = False, node["potion_marginal"]
        edges = tuple(round(float(e), 6) for e in node["edge_marginal"])
    tokens = tuple(
        Token(i + 1, tuple(int(v) for v in node["appearances"][i]), vertices(node, i, truth))
        for i in range(3)
        if node["stones"][i] >= 0
    )
    remaining, bits = int(node["remaining"]), float(node["entropy"][0])
    words = "the hidden chemistry" if truth else f"{remaining:,} chemistries left · {bits:.1f} bits"
    return CubeState(edges, _axes(matrix), tokens, truth, words if known else "")


def _axes(matrix: NDArray[np.float64]) -> tuple[Axis, ...]:
    """The likeliest one-to-one assignment of pairs to axes, each with its own probability and direction."""
    shares = np.array([[matrix[2 * q : 2 * q + 2, 2 * d : 2 * d + 2].sum() / 2 for d in range(3)] for q in range(3)])
    order = max(itertools.permutations(range(3)), key=lambda pairs: float(np.log(shares[pairs, range(3)] + 1e-9).sum()))
    axes = []
    for d, pair in enumerate(order):
        share = float(shares[pair, d])
        sure = float(matrix[2 * pair + 1, 2 * d + 1]) / max(share, 1e-9)  # the pair's second colour moves to +
        certainty = round(min(max(sure, 1 - sure), 1.0), 4)
        axes.append(Axis(pair, round(min(share, 1.0), 4), 2 * pair + (sure >= 0.5), certainty))
    return tuple(axes)


def vertices(node: Node, stone: int, truth: bool) -> tuple[float, ...]:
    """Where a stone may be on the cube: the vertices that agree with its value, its looks and every map still
    possible.

    Each of them gets the same weight; one alone is certain. ``truth`` gives the real vertex.
    """
    if truth:
        return tuple(float(v == node["stones"][stone]) for v in range(8))
    possible = np.zeros(8, bool)
    perceived, indicator = node["appearances"][stone].astype(int), int(node["indicators"][stone])
    signs = node["sign_marginal"]
    for rotation in np.flatnonzero(node["rotation_marginal"] > 1e-9):
        aligned = ROTATIONS[rotation].astype(int) @ perceived
        if not (np.abs(aligned) == 1).all():
            continue
        maps = COORDINATES * aligned  # the sign of each axis that vertex v would need
        possible |= np.where(maps > 0, signs > 1e-9, signs < 1 - 1e-9).all(axis=1) & (indicator == INDICATORS)
    count = max(int(possible.sum()), 1)
    return tuple(float(p) / count for p in possible)


def belief_state(situations: Situations, path: Path, index: int, *, truth: bool) -> BeliefState:
    """The exact posterior at a situation in numbers."""
    node, first = situations.nodes[path.rows[index]], situations.nodes[path.rows[0]]
    return BeliefState(
        remaining=int(node["remaining"]),
        bits=tuple(max(float(b), 0.0) for b in node["entropy"][1:]),
        prior_bits=float(first["entropy"][0]),
        matrix=tuple(tuple(round(float(v), 5) for v in row) for row in node["potion_marginal"]),
        truth=truth_of(situations, int(node["episode"])) if truth else (),
    )


def possible_bits(situations: Situations, path: Path, index: int) -> float:
    """What the best action before this situation could be expected to tell, in bits; nan at the start."""
    if index == 0:
        return nan
    values = situations.nodes[path.rows[index - 1]]["expected_information"]
    best = float(np.nanmax(values)) if not np.isnan(values).all() else nan
    return nan if isnan(best) else best
