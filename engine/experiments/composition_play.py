"""Composition by hand: paint a board, choose a mixture, see every method's answer at once.

The session waits for commands (JSON objects with ``command``):

- ``world``: any of ``walls`` [rows][columns], ``rewards`` [tasks][rows][columns], ``moves``, ``slip``, ``gamma``,
  ``alpha``: another world on the same board (a new *case*); its curves over the mixture follow when nothing else waits;
- ``weights``: ``weights`` [tasks] on the simplex, ``request``: solve that mixture; rows of ``maps`` carry the request
  as ``updates``. Of several that wait only the newest is answered;
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session.
"""

from __future__ import annotations

from collections import deque
from typing import Any

import numpy as np

from engine.composition.board import describe_grid, write_board
from engine.composition.compose import METHODS, Skills
from engine.composition.dynamics import Floats
from engine.composition.files import check_constants, check_mixture
from engine.composition.grids import Grid, standard_grid
from engine.composition.trace import SCORE_COLUMNS, announce, map_columns
from engine.errors import BadInput
from engine.experiments.composition import MIXTURES
from engine.experiments.composition_settings import PlayConfiguration
from engine.experiments.context import Context

WORLD = ("walls", "rewards", "moves", "slip", "gamma", "alpha")


def run(configuration: PlayConfiguration, context: Context) -> dict[str, Any]:
    """Answer until told to finish; the result says how many worlds and mixtures were solved."""
    session = Session(configuration, context)
    while not session.finished:
        for command in context.commands(timeout=0 if session.busy else None):
            session.obey(command)
            break
        for command in context.commands(timeout=0):  # a slider sends more than anyone can see
            session.obey(command)
        session.work()
    return {"worlds": session.case + 1, "mixtures": session.answered}


def prepare() -> None:
    """Load the linear algebra that the first answer of a session needs, by solving a world."""
    Skills(standard_grid("tricky").problem(0.95, 0.1)).compose(np.array([0.5, 0.5]))


class Session:
    """One board and what has been asked of it; ``case`` numbers its worlds, ``answered`` counts mixtures."""

    def __init__(self, configuration: PlayConfiguration, context: Context) -> None:
        c = configuration
        self.finished, self.case, self.answered = False, -1, 0
        self._context = context
        announce(context, METHODS)
        grid = standard_grid(c.pair, c.moves, c.slip) if (c.rows, c.columns, c.tasks) == (8, 8, 2) else _empty(c)
        shape = grid.walls.shape
        self._maps = context.table("maps", map_columns(shape[0], shape[1], 4, len(grid.rewards)))
        self._scores = context.table("scores", SCORE_COLUMNS)
        self._weights: Floats = np.full(len(grid.rewards), 1 / len(grid.rewards))
        self._request = 0
        self._dirty = True
        self._curve: deque[float] = deque()
        self._constants = c.gamma, c.alpha
        self._grid = grid
        self._adopt(grid, c.gamma, c.alpha)

    @property
    def busy(self) -> bool:
        """Whether something is still to be computed."""
        return self._dirty or bool(self._curve)

    def obey(self, command: dict[str, Any]) -> None:
        """Take one command; what it asks for is computed in :meth:`work`."""
        try:
            match command.get("command"):
                case "world":
                    self._change(command)
                case "weights":
                    self._ask(command)
                case "finish":
                    self.finished = True
                case other:
                    raise BadInput(f"There is no command {other!r}")
        except BadInput as problem:
            self._context.event("refused", {"command": command, "reason": str(problem)})
            self._context.flush()

    def work(self) -> None:
        """Answer the newest request, else one point of the curves."""
        if self.finished:
            return
        if self._dirty:
            self._dirty = False
            found = self._skills.compose(self._weights)
            write_board(self._maps, self.case, self._grid, self._skills, found, self._request)
            self.answered += 1
            self._context.progress(self.answered, unit="mixtures")
            self._context.flush()
        elif self._curve:
            b = self._curve.popleft()
            rest = self._weights[1:].sum()
            others = self._weights[1:] / rest if rest > 0 else np.full(len(self._weights) - 1, 1.0)
            mixed = np.array([b, *((1 - b) * others / others.sum())])
            found = self._skills.compose(mixed)
            for number, name in enumerate(METHODS):
                self._scores.append(case=self.case, updates=0, method=number, mixture=b, returned=np.nan, near=np.nan,
                                    value=found.values[name].mean(), regret=found.regret(name))  # fmt: skip
            if not self._curve:
                self._context.flush()

    def _ask(self, command: dict[str, Any]) -> None:
        weights = _array(command, "weights", 1)
        if len(weights) != len(self._weights):
            raise BadInput(f"weights must be {len(self._weights)} numbers, not {len(weights)}")
        check_mixture(weights)
        request = command.get("request", self._request + 1)
        if not isinstance(request, int):
            raise BadInput(f"request must be a whole number, not {request!r}")
        self._weights, self._request, self._dirty = weights, request, True

    def _change(self, command: dict[str, Any]) -> None:
        unknown = set(command) - {"command", "request", *WORLD}
        if unknown:
            raise BadInput(f"A world has {', '.join(WORLD)}, not {', '.join(sorted(unknown))}")
        old = self._grid
        walls = _array(command, "walls", 2).astype(bool) if "walls" in command else old.walls
        rewards = _array(command, "rewards", 3) if "rewards" in command else old.rewards
        if walls.shape != old.walls.shape or rewards.shape != old.rewards.shape:
            raise BadInput("A board keeps its size and its number of tasks; start another session for another size")
        slip = _number(command, "slip", old.slip)
        grid = Grid(walls, rewards, str(command.get("moves", old.moves)), slip)
        gamma, alpha = self._constants
        gamma, alpha = check_constants(_number(command, "gamma", gamma), _number(command, "alpha", alpha))
        self._adopt(grid, gamma, alpha)
        request = command.get("request", self._request + 1)
        if isinstance(request, int):
            self._request = request

    def _adopt(self, grid: Grid, gamma: float, alpha: float) -> None:
        problem = grid.problem(gamma, alpha)
        self._grid, self._constants, self._skills = grid, (gamma, alpha), Skills(problem)
        self.case, self._dirty = self.case + 1, True
        self._curve = deque(MIXTURES.tolist() if len(grid.rewards) > 1 else [])
        islands = grid.islands()
        self._context.event("cases", {"case": self.case, "row": "your board", "suite": "play", "pair": "",
                                      "mixture": float(self._weights[0]), "islands": islands}
                            | describe_grid(grid, problem))  # fmt: skip


def _empty(c: PlayConfiguration) -> Grid:
    """A board of another size: each task is paid at one side or corner, as far from the others as can be."""
    rewards = np.zeros((c.tasks, c.rows, c.columns))
    sides = ((slice(None), 0), (slice(None), -1), (0, slice(None)), (-1, slice(None)))
    for task in range(c.tasks):
        rewards[(task, *sides[task])] = 1.0
    return Grid(np.zeros((c.rows, c.columns), bool), rewards, c.moves, c.slip)


def _array(command: dict[str, Any], key: str, dimensions: int) -> Floats:
    try:
        found = np.array(command.get(key), np.float64)
    except (TypeError, ValueError) as problem:
        raise BadInput(f"{key} must be numbers in {dimensions} dimensions") from problem
    if found.ndim != dimensions or not np.isfinite(found).all():
        raise BadInput(f"{key} must be finite numbers in {dimensions} dimensions")
    return found


def _number(command: dict[str, Any], key: str, otherwise: float) -> float:
    value = command.get(key, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
        raise BadInput(f"{key} must be a number, not {value!r}")
    return float(value)
