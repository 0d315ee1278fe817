"""Statistics over runs that a referee accepts: means with intervals that say how much the seeds matter.

Source: Agarwal et al. 2021, "Deep Reinforcement Learning at the Edge of the Statistical Precipice" (arXiv 2108.13264):
interquartile mean (section 4.3), stratified bootstrap percentile intervals (4.1), probability of improvement (4.3).

Scores are float arrays [runs] or [runs, tasks]; [runs] is one task. Runs are independent (other seeds), tasks are not.
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
        beats = np.sign(first[:, None, task] - second[None, :, task]) / 2 + 0.5  # [n, m]: 1 won, 0.5 tied, 0 lost
        estimates[task] = beats.mean()
        drawn_x = random.multinomial(n, np.full(n, 1 / n), repetitions)  # how often each run is drawn: a resample
        drawn_y = random.multinomial(m, np.full(m, 1 / m), repetitions)
        samples += np.einsum("ri,ri->r", drawn_x @ beats, drawn_y) / (n * m * tasks)
    if n == 1 or m == 1:
        return Interval(float(estimates.mean()), float("nan"), float("nan"))
    return _percentiles(float(estimates.mean()), samples, level)
