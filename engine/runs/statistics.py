"""Statistics over runs that a referee accepts: means with intervals that say how much the seeds matter.

Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (arXiv 2108.13264):
interquartile mean (section 4.3), stratified bootstrap percentile intervals (4.1), performance profiles (4.2),
probability of improvement (4.3).

Scores are float arrays [runs] or [runs, tasks]; [runs] is one task. Runs are independent (other seeds), tasks are not.
None of these functions leaves anything out: scores that are missing or not finite are refused, and whoever leaves runs
out (``engine.runs.comparison``) says how many of how many are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import BadInput

REPETITIONS = 2000
MAX_NUMBERS = 4_000_000  # resampled at once, so that memory stays at some tens of megabytes

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]


class Interval(NamedTuple):
    """An estimate and the ends of its confidence interval; both ends nan where there is one run only."""

    estimate: float
    low: float
    high: float


def _scores(scores: ArrayLike, what: str = "scores") -> Floats:
    """Scores as float64 [runs, tasks]. Raises BadInput if there are none, or some are not finite numbers."""
    try:
        found = np.asarray(scores, np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"The {what} should be numbers") from error
    if found.ndim not in (1, 2) or found.size == 0:
        raise BadInput(f"The {what} should be a non-empty array [runs] or [runs, tasks], not of shape {found.shape}")
    if not np.isfinite(found).all():
        raise BadInput(f"The {what} hold values that are not finite numbers; leave out the runs that failed")
    return found.reshape(len(found), -1)


def means(resampled: Floats) -> Floats:
    """Mean over runs and tasks of [..., runs, tasks]: [...]."""
    return np.asarray(resampled.mean(axis=(-2, -1)))


def interquartile_means(resampled: Floats) -> Floats:
    """Mean of the middle half of all runs x tasks of [..., runs, tasks]: [...].

    Of n sorted scores the floor(n / 4) lowest and as many highest are left out, as ``scipy.stats.trim_mean`` does.
    """
    flat = resampled.reshape(*resampled.shape[:-2], -1)
    cut = flat.shape[-1] // 4
    kept = np.partition(flat, (cut, flat.shape[-1] - cut - 1), axis=-1)[..., cut : flat.shape[-1] - cut]
    return np.asarray(kept.mean(axis=-1))


def mean(scores: ArrayLike) -> float:
    """Mean of scores [runs] or [runs, tasks]. Raises BadInput."""
    return float(means(_scores(scores)))


def sem(scores: ArrayLike) -> float:
    """Standard error of the mean of scores [runs] or [runs, tasks], tasks averaged within each run first.

    The variance over runs has n - 1; nan for one run. Raises BadInput.
    """
    found = _scores(scores).mean(axis=1)
    return float(found.std(ddof=1) / np.sqrt(len(found))) if len(found) > 1 else float("nan")


def interquartile_mean(scores: ArrayLike) -> float:
    """Mean of the middle half of scores [runs] or [runs, tasks], taken together: robust to outliers, and less wasteful
    than the median. Raises BadInput.
    """
    return float(interquartile_means(_scores(scores)))


def _resampled(scores: Floats, repetitions: int, random: np.random.Generator) -> Iterator[Floats]:
    """Bootstrap samples [some, runs, tasks], ``repetitions`` in all; runs are drawn anew for each task apart."""
    runs, tasks = scores.shape
    at_once = max(1, MAX_NUMBERS // scores.size)
    for start in range(0, repetitions, at_once):
        chosen = random.integers(0, runs, (min(at_once, repetitions - start), runs, tasks))
        yield scores[chosen, np.arange(tasks)]


def _percentiles(estimate: float, samples: Floats, level: float) -> Interval:
    low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2])
    return Interval(estimate, float(low), float(high))


def bootstrap_interval(
    scores: ArrayLike,
    statistic: Statistic = interquartile_means,
    *,
    level: float = 0.95,
    repetitions: int = REPETITIONS,
    seed: int = 0,
) -> Interval:
    """Stratified bootstrap percentile interval of a statistic of scores [runs] or [runs, tasks].

    ``statistic`` maps [..., runs, tasks] to [...]: ``interquartile_means``, ``means`` or one's own. The same seed gives
    the same interval. Raises BadInput.
    """
    found = _scores(scores)
    estimate = float(statistic(found))
    if len(found) == 1:
        return Interval(estimate, float("nan"), float("nan"))
    random = np.random.default_rng(seed)
    samples = np.concatenate([np.atleast_1d(statistic(part)) for part in _resampled(found, repetitions, random)])
    return _percentiles(estimate, samples, level)


def paired_difference(
    a: ArrayLike, b: ArrayLike, *, level: float = 0.95, repetitions: int = REPETITIONS, seed: int = 0
) -> Interval:
    """Mean of a - b for scores that belong together, both [runs] or [runs, tasks] (same seeds or same episodes).

    What the pairs share cancels, so the interval is narrower than that of two unpaired means. Raises BadInput.
    """
    first, second = _scores(a, "first scores"), _scores(b, "second scores")
    if first.shape != second.shape:
        raise BadInput(f"Paired scores need the same shape, not {first.shape} and {second.shape}")
    return bootstrap_interval(first - second, means, level=level, repetitions=repetitions, seed=seed)


def probability_of_improvement(
    x: ArrayLike, y: ArrayLike, *, level: float = 0.95, repetitions: int = REPETITIONS, seed: int = 0
) -> Interval:
    """Probability that a run of X beats a run of Y on a task drawn at random, ties counting half.

    The mean over tasks of the Mann-Whitney statistic U / (n m), with a stratified bootstrap interval over the runs of
    both.

    Parameters
    ----------
    x, y
        Scores [n] or [n, tasks] and [m] or [m, tasks].
    level, repetitions, seed
        As for ``bootstrap_interval``.

    Raises
    ------
    BadInput
        If the scores cannot be used or the numbers of tasks differ.
    """
    first, second = _scores(x, "first scores"), _scores(y, "second scores")
    (n, tasks), (m, others) = first.shape, second.shape
    if tasks != others:
        raise BadInput(f"Both need scores on the same tasks, not on {tasks} and {others}")
    random = np.random.default_rng(seed)
    estimates, samples = np.zeros(tasks), np.zeros(repetitions)
    for task in range(tasks):
        order = np.argsort(second[:, task])
        below, up_to = (np.searchsorted(second[order, task], first[:, task], side) for side in ("left", "right"))
        estimates[task] = (below + up_to).mean() / (2 * m)  # runs of Y that each run of X beats, half of those it ties
        drawn_x = random.multinomial(n, np.full(n, 1 / n), repetitions)  # how often each run is drawn: a resample
        drawn_y = random.multinomial(m, np.full(m, 1 / m), repetitions)
        before = np.zeros((repetitions, m + 1))  # drawn runs of Y that come before each place in its order
        np.cumsum(drawn_y[:, order], axis=1, out=before[:, 1:])
        beaten = before[:, below] + before[:, up_to]
        samples += np.einsum("ri,ri->r", drawn_x, beaten) / (2 * n * m * tasks)
    if n == 1 or m == 1:
        return Interval(float(estimates.mean()), float("nan"), float("nan"))
    return _percentiles(float(estimates.mean()), samples, level)


class Profile(NamedTuple):
    """Share of runs above each threshold: ``thresholds``, ``fraction``, ``low``, ``high``, each float64 [thresholds].

    ``low`` and ``high`` are nan where there is one run only.
    """

    thresholds: Floats
    fraction: Floats
    low: Floats
    high: Floats


def performance_profile(
    scores: ArrayLike, thresholds: ArrayLike, *, level: float = 0.95, repetitions: int = REPETITIONS, seed: int = 0
) -> Profile:
    """Share of runs x tasks with a score above each threshold, with pointwise stratified bootstrap intervals.

    The score distribution of Agarwal et al. (section 4.2): nothing is averaged away, and where one profile lies above
    another everywhere, the first is better whatever part of the distribution one cares about.

    Parameters
    ----------
    scores
        [runs] or [runs, tasks].
    thresholds
        [thresholds], in any order.
    level, repetitions, seed
        As for ``bootstrap_interval``.

    Raises
    ------
    BadInput
        If the scores or thresholds cannot be used.
    """
    found, at = _scores(scores), _scores(thresholds, "thresholds")[:, 0]
    runs, tasks = found.shape
    random = np.random.default_rng(seed)
    above = (found[:, :, None] > at).astype(np.float64)  # [runs, tasks, thresholds]
    samples = np.zeros((repetitions, len(at)))
    for task in range(tasks):
        samples += random.multinomial(runs, np.full(runs, 1 / runs), repetitions) @ above[:, task] / (runs * tasks)
    if runs == 1:
        low = high = np.full(len(at), np.nan)
    else:
        low, high = np.quantile(samples, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Profile(at, above.mean(axis=(0, 1)), low, high)


class Band(NamedTuple):
    """A mean over runs at each step: ``mean``, ``low``, ``high`` float64 [steps], nan where not known; ``runs`` int64
    [steps], the runs that have a value there.
    """

    mean: Floats
    low: Floats
    high: Floats
    runs: NDArray[np.int64]


def band(values: ArrayLike, *, level: float = 0.95, repetitions: int = 500, seed: int = 0) -> Band:
    """Mean over runs of values [runs, steps], and its bootstrap percentile interval, each step by the runs it has.

    A nan says that a run has no value at a step (it ended earlier, or wrote none): the step's mean is that of the
    others, and ``runs`` says of how many. Steps with one run have a mean and no interval. Raises BadInput if the
    values are not an array [runs, steps].
    """
    found = np.asarray(values, np.float64)
    if found.ndim != 2 or not len(found):
        raise BadInput(f"The values should be an array [runs, steps], not of shape {found.shape}")
    known = np.isfinite(found)
    count = known.sum(axis=0)
    low, high, mean = (np.full(found.shape[1], np.nan) for _ in range(3))
    masks, which = np.unique(known, axis=1, return_inverse=True)
    for number, mask in enumerate(masks.T):
        steps, runs = np.flatnonzero(which.reshape(-1) == number), int(mask.sum())
        if runs == 0:
            continue
        there = found[np.ix_(mask, steps)]
        mean[steps] = there.mean(axis=0)
        if runs > 1:
            random = np.random.default_rng(seed)  # the same runs are drawn at every step: a band, not a zigzag
            drawn = random.multinomial(runs, np.full(runs, 1 / runs), repetitions) / runs
            low[steps], high[steps] = np.quantile(drawn @ there, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return Band(mean, low, high, count)


MOST_EXACT = 16  # pairs up to which every one of the 2^n flips is tried
FLIPS = 20_000


def sign_flip_test(a: ArrayLike, b: ArrayLike, *, seed: int = 0) -> float:
    """Two-sided p-value of the paired permutation test that a - b is symmetric about zero.

    ``a`` and ``b`` are scores that belong together, [pairs] each. Up to 16 pairs every flip of signs is tried, beyond
    that 20,000 random ones, the observed one counted among them, so that p is never 0. Source: Good 2005, "Permutation,
    Parametric and Bootstrap Tests of Hypotheses", section 3.2. Raises BadInput.
    """
    first, second = _scores(a, "first scores"), _scores(b, "second scores")
    if first.shape != second.shape or first.shape[1] != 1:
        raise BadInput(f"Paired scores need one shape [pairs], not {np.shape(a)} and {np.shape(b)}")
    difference = (first - second)[:, 0]
    count = len(difference)
    tolerance = 1e-12 * np.abs(difference).sum()
    observed = abs(difference.sum()) - tolerance
    if count <= MOST_EXACT:
        signs = 1.0 - 2.0 * (np.arange(2**count)[:, None] >> np.arange(count) & 1)
        return float((np.abs(signs @ difference) >= observed).mean())
    random = np.random.default_rng(seed)
    extreme, left = 1, FLIPS - 1
    while left:
        some = min(left, max(1, MAX_NUMBERS // count))
        signs = 1.0 - 2.0 * random.integers(0, 2, (some, count), np.int8)
        extreme += int((np.abs(signs @ difference) >= observed).sum())
        left -= some
    return extreme / FLIPS


def holm(p_values: ArrayLike) -> Floats:
    """P-values [tests] corrected for their number, so that one false alarm in all is as rare as it says.

    Source: Holm 1979, "A Simple Sequentially Rejective Multiple Test Procedure".
    """
    found = np.asarray(p_values, np.float64)
    order = np.argsort(found)
    corrected = np.empty_like(found)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(found[order] * np.arange(len(found), 0, -1)))
    return corrected
