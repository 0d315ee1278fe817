"""Grid worlds with painted walls and rewards, and the suite whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.composition.dynamics import Floats, Indexed
from engine.composition.tabular import Problem
from engine.errors import BadInput

MOVES: dict[str, tuple[tuple[int, int], ...]] = {
    "cardinal": ((-1, 0), (0, 1), (1, 0), (0, -1)),
    "diagonal": ((-1, 1), (1, 1), (1, -1), (-1, -1)),
}
"""Row and column steps of each action: up, right, down, left; or up-right, down-right, down-left, up-left."""

PAIRS = ("left-right", "left-up", "tricky")
SUITE_GAMMA, SUITE_ALPHA = 0.95, 0.1
LARGEST = 24  # rows and columns; 576 states are still solved in a second


@dataclass(frozen=True)
class Grid:
    """A board; a move off the board or into a wall leaves the state unchanged.

    Attributes
    ----------
    walls
        bool [rows, columns].
    rewards
        float64 [n, rows, columns], paid for being in a cell.
    moves
        A name in MOVES.
    slip
        Probability that a move is drawn uniformly instead.
    """

    walls: NDArray[np.bool_]
    rewards: Floats
    moves: str = "cardinal"
    slip: float = 0.0

    def __post_init__(self) -> None:
        if self.walls.ndim != 2 or not 1 <= min(self.walls.shape) <= max(self.walls.shape) <= LARGEST:
            raise BadInput(f"A grid has 1 to {LARGEST} rows and columns")
        if self.rewards.ndim != 3 or self.rewards.shape[1:] != self.walls.shape or not len(self.rewards):
            raise BadInput("Rewards must be given for every cell of the grid, for each task")
        if not np.isfinite(self.rewards).all():
            raise BadInput("A reward is not a number")
        if self.moves not in MOVES:
            raise BadInput(f"moves may be one of {', '.join(MOVES)}, not {self.moves!r}")
        if not 0 <= self.slip <= 1:
            raise BadInput(f"slip may be 0 to 1, not {self.slip}")
        if self.walls.all():
            raise BadInput("The grid is all wall: leave at least one cell free")

    @cached_property
    def cells(self) -> NDArray[np.intp]:
        """Flat cell of each state [S]: the free cells, row by row."""
        return np.flatnonzero(~self.walls)

    def problem(self, gamma: float, alpha: float) -> Problem:
        """The tabular world; walls are no states."""
        rows, columns = self.walls.shape
        place = np.full(rows * columns, -1)
        place[self.cells] = np.arange(len(self.cells))
        row, column = np.divmod(self.cells, columns)
        ahead = []
        for down, right in MOVES[self.moves]:
            y, x = row + down, column + right
            inside = (y >= 0) & (y < rows) & (x >= 0) & (x < columns)
            to = np.where(inside, place[np.where(inside, y * columns + x, 0)], -1)
            ahead.append(np.where(to >= 0, to, np.arange(len(self.cells))))
        target = np.stack(ahead, 1)  # [S, A]
        actions = target.shape[1]
        if self.slip:
            following = np.concatenate([target[:, :, None], np.repeat(target[:, None, :], actions, 1)], 2)
            weight = np.full(following.shape, self.slip / actions)
            weight[..., 0] = 1 - self.slip
        else:
            following, weight = target[:, :, None], np.ones((*target.shape, 1))
        paid = self.rewards.reshape(len(self.rewards), -1)[:, self.cells]
        rewards = np.repeat(paid[:, :, None], actions, 2)
        return Problem(Indexed(following, weight), rewards, gamma, alpha, np.zeros(actions))

    def islands(self) -> int:
        """Number of parts of the board between which no move leads (two for diagonal moves without walls)."""
        problem = self.problem(0.5, 1.0)
        law = problem.dynamics
        assert isinstance(law, Indexed)
        label = np.arange(law.states)
        following = law.next.reshape(law.states, -1)
        while True:
            lower = np.minimum(label, label[following].min(1))
            np.minimum.at(lower, following, lower[:, None])
            if (lower == label).all():
                return len(np.unique(label))
            label = lower


def standard_grid(pair: str, moves: str = "cardinal", slip: float = 0.0) -> Grid:
    """The 8 by 8 world of a pair in PAIRS, without walls.

    left, right, up pay 1 along one side. tricky pays 1 in a block that only one task knows, and 0.75 in the corner both
    share, which is best for the even mixture. Exact cells of the paper are not published; these are ours.
    """
    rewards = np.zeros((2, 8, 8))
    match pair:
        case "left-right":
            rewards[0, :, 0] = rewards[1, :, 7] = 1
        case "left-up":
            rewards[0, :, 0] = rewards[1, 0, :] = 1
        case "tricky":
            rewards[0, 6:, :2] = rewards[1, :2, 6:] = 1
            rewards[:, 6:, 6:] = 0.75
        case _:
            raise BadInput(f"pair may be one of {', '.join(PAIRS)}, not {pair!r}")
    return Grid(np.zeros((8, 8), bool), rewards, moves, slip)
