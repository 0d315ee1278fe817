"""Perplexities by how often a word was seen, arm against arm, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

REPETITIONS, LEVEL = 2000, 0.95


def ratio_interval(
    ours: NDArray[np.float64], theirs: NDArray[np.float64], words: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Perplexity of ours by theirs, and a 95 % bootstrap interval over pieces of text.

    All float64 [pieces]: summed losses of the same ``words`` by both.
    """
    difference = ours - theirs
    random = np.random.default_rng(0)
    weights = random.multinomial(len(words), np.full(len(words), 1 / len(words)), REPETITIONS)
    totals = weights @ words
    ratios = np.exp((weights @ difference)[totals > 0] / totals[totals > 0])
    low, high = np.quantile(ratios, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(np.exp(difference.sum() / words.sum())), float(low), float(high)


def summary(
    measured: Sequence[dict[str, dict[str, Any]]], arms: Sequence[str], buckets: Sequence[str]
) -> dict[str, Any]:
    """The result of a language comparison from what was measured on each seed; losses are averaged over seeds."""
    pieces = {arm: np.array([found[arm]["pieces"] for found in measured]) for arm in arms}
    words = pieces[arms[0]][0, :, :, 0]

    def mean_of(arm: str, key: str) -> float:
        return float(np.exp(np.mean([np.log(found[arm][key]) for found in measured])))

    by_bucket = {}
    for number, name in enumerate(buckets):
        if not words[:, number].sum():
            continue
        loss = {arm: pieces[arm][:, :, number, 1].mean(0) for arm in arms}
        row: dict[str, Any] = {"words": int(words[:, number].sum())}
        row |= {arm: float(np.exp(loss[arm].sum() / words[:, number].sum())) for arm in arms}
        row["ratio_to_tuned"] = list(ratio_interval(loss["hebbian"], loss["tuned"], words[:, number]))
        row["ratio_to_plain"] = list(ratio_interval(loss["hebbian"], loss["plain"], words[:, number]))
        by_bucket[name] = row
    known = {arm: pieces[arm][:, :, :, 1].mean(0).sum(1) for arm in arms}
    total = words.sum(1)
    result: dict[str, Any] = {
        "perplexity": {arm: mean_of(arm, "perplexity") for arm in arms},
        "perplexity_known": {arm: float(np.exp(known[arm].sum() / total.sum())) for arm in arms},
        "ratio_to_tuned": list(ratio_interval(known["hebbian"], known["tuned"], total)),
        "buckets": by_bucket,
        "cached": {arm: mean_of(arm, "cached") for arm in arms},
        "cache": {arm: [found[arm]["cache"] for found in measured] for arm in arms},
        "by_seed": [{arm: found[arm]["perplexity"] for arm in arms} for found in measured],
        "seeds": len(measured),
    }
    if "adapted" in measured[0][arms[0]]:
        keys = ("before_adapting", "cached_there", "adapted")
        result["adapted"] = {arm: {key: mean_of(arm, key) for key in keys} for arm in arms}
    return result
