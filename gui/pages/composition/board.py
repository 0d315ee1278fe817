"""The world a person paints: values only, so that a step back is the world before. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gui.pages.composition.model import Case
from gui.translation import tr

WALL, ERASE = "wall", "erase"
STARTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (tr("Tricky: the best place is no skill's own"), {"pair": "tricky"}),
    (tr("Left against right: optimism fails"), {"pair": "left-right"}),
    (tr("Left with up: generalised improvement fails"), {"pair": "left-up"}),
    (tr("Tricky with diagonal moves"), {"pair": "tricky", "moves": "diagonal"}),
    (tr("12 × 12, three sides to mix"), {"rows": 12, "columns": 12, "tasks": 3}),
    (tr("16 × 16, two sides to mix"), {"rows": 16, "columns": 16, "tasks": 2}),
)
"""Boards to begin with: title and settings of the session."""


@dataclass(frozen=True, eq=False)
class Board:
    """``walls`` [rows, columns], ``rewards`` [tasks, rows, columns], kind of ``moves``, discount and temperature."""

    walls: NDArray[np.bool_]
    rewards: NDArray[np.float32]
    moves: str
    gamma: float
    alpha: float

    @classmethod
    def of(cls, case: Case) -> Board:
        """The world of a case."""
        return cls(case.walls, case.rewards, case.moves, case.gamma, case.alpha)

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of a session with a board of this size."""
        tasks, rows, columns = self.rewards.shape
        return {"rows": rows, "columns": columns, "tasks": tasks}

    def world(self) -> dict[str, Any]:
        """The world as the session takes it."""
        return {"walls": self.walls.tolist(), "rewards": self.rewards.astype(float).tolist(), "moves": self.moves,
                "gamma": self.gamma, "alpha": self.alpha}  # fmt: skip

    def painted(self, row: int, column: int, tool: str | int, amount: float) -> Board:
        """The world with one cell painted: a wall, nothing, or ``amount`` of reward for task ``tool``.

        The last free cell stays free.
        """
        walls, rewards = self.walls.copy(), self.rewards.copy()
        walls[row, column] = tool == WALL
        if isinstance(tool, int):
            rewards[tool, row, column] = amount
        else:
            rewards[:, row, column] = 0
        return self if walls.all() else replace(self, walls=walls, rewards=rewards)
