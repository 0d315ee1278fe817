"""Makes the frozen states that the pictures show from the rows of a record. No Qt in here."""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations
from math import isnan, nan, prod

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.chemistry import INDICATORS, REWARDS
from gui.pages.alchemy.model import Path, Situations
from gui.translation import tr
from gui.widgets.alchemy_words import action_words, decode, number, signed
from gui.widgets.belief import BeliefState
from gui.widgets.bench import BenchState, Stone
from gui.widgets.cube import Axis, CubeState, Token
from gui.widgets.timeline import CASHED, CHANGED, ENDED

REWARD_OF_INDICATOR = {int(i): int(r) for i, r in zip(INDICATORS, REWARDS, strict=True)}
PERMUTATIONS = tuple(permutations(range(3)))
Node = NDArray[np.void]


def colours_of(node: Node) -> tuple[int, ...]:
    """Perceived colours of the twelve potions, -1 used."""
    return tuple(int(c) for c in node["colours"])


def place(situations: Situations, row: int) -> str:
    """Trial and step of a situation in words."""
    node = situations.nodes[row]
    trials = situations.trials(int(node["episode"]))
    if node["done"]:
        return tr("episode over, {score} points", score=signed(float(node["score"])))
    return tr(
        "trial {trial} of {trials} · step {step} of {steps}",
        trial=node["trial"] + 1,
        trials=trials,
        step=node["step"],
        steps=situations.steps(),
    )


def caption(situations: Situations, path: Path, index: int) -> tuple[str, int]:
    """What the last action did, in words, and the sign of it."""
    if index == 0:
        return tr("A new chemistry"), 0
    before, node = situations.nodes[path.rows[index - 1]], situations.nodes[path.rows[index]]
    action, effect = int(node["action"]), int(node["effect"])
    words = action_words(action, colours_of(before))
    if effect == ENDED:
        return tr(
            "trial {trial} ended with {trial_score} points",
            trial=before["trial"] + 1,
            trial_score=signed(float(before["trial_score"])),
        ), 0
    if decode(action) is None:
        return tr("a step without action"), 0
    if effect == CASHED:
        return tr("{words}, {reward} points", words=words, reward=signed(float(node["reward"]))), 1 if node[
            "reward"
        ] > 0 else -1
    if effect != CHANGED:
        return tr("{words}, no effect", words=words), 0
    stone = decode(action)[0]
    old, new = (int(REWARDS[int(n[key][stone])]) for n, key in ((before, "stones"), (node, "outcome")))
    return tr("{words}, {old} became {new}", words=words, old=signed(old), new=signed(new)), 1 if new > old else -1


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
    words = tr("the hidden chemistry") if truth else remaining_words(int(node["remaining"]), float(node["entropy"][0]))
    return CubeState(edges, _axes(matrix), tokens, truth, words if known else "")


def remaining_words(remaining: int, bits: float) -> str:
    """How many chemistries are left, and how much that leaves open."""
    if remaining == 1:
        return tr("1 chemistry left")
    return tr("{remaining} chemistries left · {bits} bits", remaining=number(remaining), bits=number(bits, 1))


def _axes(matrix: NDArray[np.float64]) -> tuple[Axis, ...]:
    """The likeliest one-to-one assignment of pairs to axes, each with its own probability and direction."""
    shares = (matrix.reshape(3, 2, 3, 2).sum(axis=(1, 3), dtype=float) / 2).tolist()
    order = max(PERMUTATIONS, key=lambda pairs: prod(max(shares[pair][d], 1e-9) for d, pair in enumerate(pairs)))
    axes = []
    for d, pair in enumerate(order):
        share = shares[pair][d]
        sure = float(matrix[2 * pair + 1, 2 * d + 1]) / max(share, 1e-9)  # the pair's second colour moves to +
        certainty = round(min(max(sure, 1 - sure), 1.0), 4)
        axes.append(Axis(pair, round(min(share, 1.0), 4), 2 * pair + (sure >= 0.5), certainty))
    return tuple(axes)


def vertices(node: Node, stone: int, truth: bool) -> tuple[float, ...]:
    """Where a stone is on the cube: the posterior over the vertices, or the real one where ``truth`` is asked for.

    A record from before the posterior was recorded shows the stone nowhere.
    """
    if truth:
        return tuple(float(v == node["stones"][stone]) for v in range(8))
    if "stone_marginal" not in node.dtype.names:
        return (0.0,) * 8
    return tuple(round(float(share), 6) for share in node["stone_marginal"][stone])


def belief_state(
    situations: Situations, path: Path, index: int, *, truth: bool, remembered: tuple[tuple[float, ...], ...] = ()
) -> BeliefState:
    """The exact posterior at a situation in numbers; ``remembered`` is what an agent makes of its memory there."""
    node, first = situations.nodes[path.rows[index]], situations.nodes[path.rows[0]]
    return BeliefState(
        remaining=int(node["remaining"]),
        bits=tuple(max(0.0, float(b)) for b in node["entropy"][1:]),
        prior_bits=float(first["entropy"][0]),
        matrix=tuple(tuple(round(float(v), 5) for v in row) for row in node["potion_marginal"]),
        truth=truth_of(situations, int(node["episode"])) if truth else (),
        remembered=remembered,
    )


def possible_bits(situations: Situations, path: Path, index: int) -> float:
    """What the best action before this situation could be expected to tell, in bits; nan at the start."""
    if index == 0:
        return nan
    values = situations.nodes[path.rows[index - 1]]["expected_information"]
    best = float(np.nanmax(values)) if not np.isnan(values).all() else nan
    return nan if isnan(best) else max(0.0, best)
