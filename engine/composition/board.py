"""A solved grid as rows of the table ``maps``, and as the event that describes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.composition.compose import METHODS, Composition, Skills
from engine.composition.dynamics import Floats
from engine.composition.grids import Grid
from engine.composition.tabular import Problem, boltzmann, masses, regret_density
from engine.runs.table import Table


def describe_grid(grid: Grid, problem: Problem) -> dict[str, Any]:
    """What a reader needs to draw the board."""
    return {
        "gamma": problem.gamma,
        "alpha": problem.alpha,
        "moves": grid.moves,
        "slip": grid.slip,
        "walls": grid.walls.tolist(),
        "rewards": grid.rewards.tolist(),
    }


def write_board(maps: Table, case: int, grid: Grid, skills: Skills, found: Composition, request: int = 0) -> None:
    """One row for each method; ``request`` is kept in the column ``updates``."""
    problem = skills.problem
    policies = boltzmann(problem, np.stack([found.action_values[name] for name in METHODS]))
    start = np.full(len(grid.cells), 1 / len(grid.cells))
    for number, name in enumerate(METHODS):
        mass = masses(problem, policies[number])
        maps.append(
            case=case,
            updates=request,
            method=number,
            weights=found.weights,
            value=_board(grid, found.values[name]),
            correction=_board(grid, (mass * found.correction).sum(1)),
            regret=_board(grid, found.values["optimal"] - found.values[name]),
            density=_board(grid, regret_density(problem, policies[number], policies[0], start)),
            moves=_board(grid, mass),
        )


def _board(grid: Grid, values: Floats) -> Floats:
    """Values of the states [S, ...] laid out as [rows, columns, ...], nan in walls."""
    made = np.full((grid.walls.size, *values.shape[1:]), np.nan)
    made[grid.cells] = values
    return made.reshape(*grid.walls.shape, *values.shape[1:])
