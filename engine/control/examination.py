"""What a policy is worth and what it remembers: returns, latencies, wiped memory, linear probe, probe trial."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.control.catalogue import make
from engine.control.episodes import EVALUATION, Play, Wipe, play, seeds_of
from engine.control.latency import summary, trials_of
from engine.control.models import Trained
from engine.control.quantities import Task
from engine.control.readout import after_contact, r_squared

SEARCH, NEAR, PROBE = 40, 0.3, 3  # steps after the platform is gone, what counts as near, teleports before
OFF_CENTRE = 0.42  # platforms nearer to the centre overlap with their own rotations
CELLS = 32


def returns_of(played: Play) -> dict[str, Any]:
    """Mean and standard error of the return."""
    values = played.returns.numpy()
    sem = values.std(ddof=1) / np.sqrt(len(values)) if len(values) > 1 else None
    return {"return_mean": float(values.mean()), "return_sem": None if sem is None else float(sem)}


def figures(played: Play, task: Task) -> dict[str, Any]:
    """Returns, and latencies where there are trials."""
    found = returns_of(played)
    return found | (summary(trials_of(played.on, played.teleported)) if task.maze else {})


def read(played: Play, trained: Trained, task: Task) -> dict[str, Any]:
    """``probe_r2``: by hidden quantity, how much a linear probe fitted to other episodes tells; in a maze also
    ``probe_r2_before`` the first contact.
    """
    if trained.readout is None:
        return {}
    informed = after_contact(played, task)
    told, true = trained.readout.decode(played.known.double().numpy()), played.hidden.numpy()
    names = [quantity.name for quantity in task.hidden]
    found = {"probe_r2": dict(zip(names, r_squared(told[informed], true[informed]), strict=True))}
    if task.maze:
        before = ~informed & (np.arange(len(informed)) >= 1)[:, None]
        found["probe_r2_before"] = dict(zip(names, r_squared(told[before], true[before]), strict=True))
    return found


def examine(trained: Trained, task: Task, seed: int, episodes: int, wipe: Wipe) -> tuple[dict[str, Any], Play]:
    """All figures of a policy on fresh episodes, and the episodes themselves, whole."""
    seeds = seeds_of(EVALUATION, seed, 0, episodes)
    played = play(trained.policy, make(task), seeds, wipe=wipe, whole=True)
    found = figures(played, task) | read(played, trained, task)
    if trained.policy.actor.memory.width and wipe == "none":
        other: Wipe = "teleport" if task.maze else "step"
        wiped = figures(play(trained.policy, make(task), seeds, wipe=other), task)
        found |= {"wiped": {"wipe": other} | wiped}
    return found, played


@dataclass(frozen=True, slots=True)
class Search:
    """Where an agent swims once the platform is gone.

    Attributes
    ----------
    near, rotated
        Share of the steps within 0.3 of the old place, and mean of that share at the place turned by 90, 180 and 270
        degrees; None where no episode came so far.
    episodes
        Episodes that came so far, with a platform far enough from the centre.
    dwell
        float32 [32, 32]: share of steps in each cell, y upwards, turned so that the old place lies to the right.
    """

    near: float | None
    rotated: float | None
    episodes: int
    dwell: NDArray[np.float32]


def probe_trial(trained: Trained, task: Task, seed: int, episodes: int, *, wiped: bool) -> Search:
    """Take the platform away after the third teleport, and see where the agent looks for it in the next 40 steps."""
    without = replace(task, options={**task.options, "probe": PROBE})
    environment = make(without)
    count = torch.zeros(episodes)

    def before(step: int, mind: Any) -> None:
        nonlocal count
        count = count + environment.teleported.float()
        if wiped:
            mind.wipe(environment.teleported & (count == PROBE))

    seeds = seeds_of(EVALUATION, seed, 0, episodes)
    played = play(trained.policy, environment, seeds, whole=True, before=before)
    state, thrown = played.state.numpy(), played.teleported.numpy()
    near, turned, places = [], [], []
    for n in range(episodes):
        times = np.flatnonzero(thrown[:, n])
        platform = state[0, n, 2:4]
        if len(times) < PROBE or times[PROBE - 1] + SEARCH >= len(state) or np.hypot(*platform) <= OFF_CENTRE:
            continue
        begin = times[PROBE - 1] + 1
        path = state[begin : begin + SEARCH, n, :2]
        places.append(_turn(path, platform))
        shares = []
        for quarter in range(4):
            there = np.linalg.matrix_power(np.array([[0.0, -1.0], [1.0, 0.0]]), quarter) @ platform
            shares.append((np.linalg.norm(path - there, axis=1) < NEAR).mean())
        near.append(shares[0])
        turned.append(np.mean(shares[1:]))
    if not near:
        return Search(None, None, 0, np.zeros((CELLS, CELLS), np.float32))
    spots = np.concatenate(places)
    dwell, _, _ = np.histogram2d(spots[:, 1], spots[:, 0], CELLS, [[-1, 1], [-1, 1]])
    return Search(float(np.mean(near)), float(np.mean(turned)), len(near), (dwell / dwell.sum()).astype(np.float32))


def _turn(path: NDArray[np.float64], platform: NDArray[np.float64]) -> NDArray[np.float64]:
    """The path turned so that the platform lies on the positive x axis."""
    cosine, sine = platform / np.hypot(*platform)
    turned: NDArray[np.float64] = path @ np.array([[cosine, -sine], [sine, cosine]])
    return turned
