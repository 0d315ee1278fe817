"""Tabular problems from .npz files and their solutions back into one; numpy arrays only, nothing is ever unpickled."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.composition.dynamics import Dense, Floats
from engine.composition.tabular import Problem
from engine.data.arrays import read_arrays
from engine.errors import BadInput

NEEDED = ("P", "r", "gamma", "alpha", "w")
LARGEST_BYTES = 600 << 20  # 4096 states with four actions; beside it there is room for what comes as float32
MOST_STATES = 4096  # a linear solve then takes a minute
COLDEST, HOTTEST = 1e-6, 1e6
SLACK = 1e-6  # by how much a row of probabilities may exceed one: files may hold float32


def read_problem(path: Path) -> tuple[Problem, Floats, list[str]]:
    """A problem, the weights [n] of its mixture, and remarks on what looks odd but can be computed.

    The file holds P [S, A, S] (rows may sum to less than one: the missing mass ends the episode), r [n, S, A], gamma,
    alpha and w [n].

    Raises
    ------
    BadInput
        If there is no such file, or something in it cannot be used.
    """
    arrays = _read(path)
    law, rewards, weights = arrays["P"], arrays["r"], arrays["w"]
    if law.ndim != 3 or law.shape[0] != law.shape[2] or not law.size:
        raise BadInput(f"P must have shape [S, A, S], not {_shape(law)}")
    states, actions = law.shape[:2]
    if states > MOST_STATES:
        raise BadInput(f"P may have at most {MOST_STATES:,} states, not {states:,}")
    if rewards.ndim != 3 or rewards.shape[1:] != (states, actions) or not len(rewards):
        raise BadInput(f"r must have shape [n, {states}, {actions}] to fit P, not {_shape(rewards)}")
    if weights.shape != (len(rewards),):
        raise BadInput(f"w must have shape [{len(rewards)}], a weight for each task of r, not {_shape(weights)}")
    _check_law(law)
    gamma, alpha = check_constants(_single("gamma", arrays["gamma"]), _single("alpha", arrays["alpha"]))
    check_mixture(weights)
    problem = Problem(Dense(law), rewards, gamma, alpha, np.zeros(actions))
    return problem, weights, _remarks(law)


def check_constants(gamma: float, alpha: float) -> tuple[float, float]:
    """Discount and temperature; raises BadInput where no soft values exist or digits would be lost."""
    if not 0 <= gamma < 1:
        raise BadInput(f"gamma (the discount) may be 0 to below 1, not {gamma:g}")
    if not COLDEST <= alpha <= HOTTEST:
        raise BadInput(f"alpha (the temperature) may be {COLDEST:g} to {HOTTEST:g}, not {alpha:g}")
    return gamma, alpha


def check_mixture(weights: Floats) -> None:
    """Raises BadInput for weights off the simplex."""
    if (weights < 0).any():
        raise BadInput(f"w (the mixture) must not be negative, and one weight is {weights.min():g}")
    if abs(weights.sum() - 1) > 1e-6:
        raise BadInput(f"w (the mixture) must sum to 1, not to {weights.sum():g}")


def write_solution(path: Path, arrays: Mapping[str, Floats]) -> None:
    """Write arrays as .npz; raises BadInput where the disk refuses."""
    try:
        with open(path, "wb") as file:  # a file object, so that numpy does not change the name
            np.savez(file, allow_pickle=False, **dict(arrays))
    except OSError as problem:
        raise BadInput(f"out: {path} cannot be written: {problem.strerror}") from problem


def _read(path: Path) -> dict[str, Floats]:
    if not path.is_file():
        raise BadInput(f"path: there is no file {path}")
    try:
        arrays = read_arrays(path, *NEEDED, width=8, largest=LARGEST_BYTES)
    except Exception as problem:  # a damaged zip file fails in many ways: zlib, zipfile, struct, tokenize
        raise BadInput(f"path: {path.name} cannot be read as an .npz file of arrays: {problem}") from problem
    return {name: _numbers(name, array) for name, array in arrays.items()}


def _numbers(name: str, array: NDArray[Any]) -> Floats:
    if array.dtype.kind not in "fiub":
        raise BadInput(f"{name} must hold real numbers")
    found = np.ascontiguousarray(array, np.float64) if array.ndim else array.astype(np.float64)
    if not np.isfinite(found).all():
        place = np.argwhere(~np.isfinite(found))[0].tolist()
        raise BadInput(f"{name} holds a value that is not a finite number{f' at {place}' if place else ''}")
    return found


def _single(name: str, array: Floats) -> float:
    if array.size != 1:
        raise BadInput(f"{name} must be one number, not {_shape(array)}")
    return float(array.ravel()[0])


def _check_law(law: Floats) -> None:
    if law.min() < 0:
        s, a, t = np.argwhere(law < 0)[0]
        raise BadInput(f"P must not be negative, and P[{s}, {a}, {t}] is {law[s, a, t]:g}")
    total = law.sum(2)
    if total.max() > 1 + SLACK:
        s, a = np.argwhere(total > 1 + SLACK)[0]
        raise BadInput(f"Rows of P must sum to at most 1, and P[{s}, {a}] sums to {total[s, a]:.12g}")


def _remarks(law: Floats) -> list[str]:
    """States no other state leads to: fine as a start, else probably a slip of whoever made the file."""
    lonely = law.max(1)
    np.fill_diagonal(lonely, 0)
    unreached = np.flatnonzero(lonely.max(0) == 0)
    if not len(unreached) or len(law) == 1:
        return []
    names = ", ".join(map(str, unreached[:5])) + (f" and {len(unreached) - 5} more" if len(unreached) > 5 else "")
    which = f"State {names} is" if len(unreached) == 1 else f"States {names} are"
    return [f"{which} unreachable: no other state leads there, so only an episode that starts there is described"]


def _shape(array: Floats) -> str:
    return f"[{', '.join(map(str, array.shape))}]"
