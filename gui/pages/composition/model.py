"""A record of composed policies, read as it grows. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

Rows = NDArray[np.void]


@dataclass(frozen=True)
class Case:
    """One world with its tasks, as its event describes it."""

    number: int
    row: str
    suite: str
    pair: str
    mixture: float
    gamma: float
    alpha: float
    moves: str
    walls: NDArray[np.bool_]
    rewards: NDArray[np.float32]
    targets: tuple[tuple[float, float], ...]
    near: float
    islands: int

    @property
    def is_board(self) -> bool:
        """Whether it is a grid."""
        return bool(self.walls.size)


def read_case(event: dict[str, Any]) -> Case | None:
    """A ``cases`` event as values of known types; None where it names no case."""
    try:
        walls = np.array(event.get("walls") or [], bool)
        rewards = np.array(event.get("rewards") or [], np.float32)
        if walls.size and (walls.ndim != 2 or rewards.shape[1:] != walls.shape):
            return None
        targets = tuple((_number(x), _number(y)) for x, y in event.get("targets") or ())
        return Case(int(event["case"]), str(event.get("row", "")), str(event.get("suite", "")),
                    str(event.get("pair", "")), _number(event.get("mixture")), _number(event.get("gamma")),
                    _number(event.get("alpha")), str(event.get("moves", "cardinal")), walls, rewards, targets,
                    _number(event.get("near")), int(event.get("islands", 1)))  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, (int, float)) and isfinite(value) else float("nan")


class CompositionRecord:
    """``methods`` and their ``titles``, ``cases`` by number, newest rows of each table for each case, ``scores`` all.

    ``version`` grows with every change; ``refused`` holds why commands were not carried out until someone empties it.
    Raises BadInput for a record of something else.
    """

    def __init__(self, record: Record) -> None:
        if not record.metadata.experiment.startswith("composition"):
            raise BadInput(tr("{id} is not a run of the composition room", id=record.id))
        self.record = record
        self.methods: tuple[str, ...] = ()
        self.titles: tuple[str, ...] = ()
        self.cases: dict[int, Case] = {}
        self.refused: list[str] = []
        self.version = 0
        self.scores: Rows = np.zeros(0)
        self._newest: dict[str, dict[int, Rows]] = {"maps": {}, "ends": {}, "glances": {}, "rollouts": {}}
        self._read = dict.fromkeys(("methods", "cases", "refused", "scores", *self._newest), 0)

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came."""
        came = False
        for event in self._events("methods"):
            self.methods = tuple(map(str, event.get("names") or ()))
            self.titles = tuple(map(str, event.get("titles") or self.methods))
            came = True
        for event in self._events("cases"):
            case = read_case(event)
            if case is not None:
                self.cases[case.number] = case
                came = True
        for event in self._events("refused"):
            self.refused.append(str(event.get("reason", "")))
        present = self.record.tables()
        for name, newest in self._newest.items():
            if name in present and len(rows := self._rows(name)):
                _keep_newest(newest, rows)
                came = True
        if "scores" in present and len(rows := self._rows("scores")):
            self.scores = np.concatenate([self.scores, rows]) if len(self.scores) else rows
            came = True
        self.version += came
        return came

    def _events(self, stream: str) -> list[dict[str, Any]]:
        found = self.record.events(stream, self._read[stream])
        self._read[stream] += len(found)
        return found

    def _rows(self, name: str) -> Rows:
        table = self.record.table(name)
        count = len(table)
        found = table.read(self._read[name], count)
        self._read[name] += len(found)
        return found

    def newest(self, table: str, case: int) -> Rows:
        """Rows of the newest look at a case, empty where there is none."""
        return self._newest[table].get(case, np.zeros(0))

    def scored(self, case: int) -> Rows:
        """All rows of ``scores`` of a case."""
        return self.scores[self.scores["case"] == case] if len(self.scores) else self.scores

    def last_scores(self, case: int) -> Rows:
        """Scores of the newest look at a case."""
        rows = self.scored(case)
        return rows[rows["updates"] == rows["updates"].max()] if len(rows) else rows


def _keep_newest(newest: dict[int, Rows], rows: Rows) -> None:
    """Keep, for each case, the rows of its last look; those that came earlier with the same look stay."""
    for case in np.unique(rows["case"]).tolist():
        mine = rows[rows["case"] == case]
        last = mine["updates"][-1]
        mine = mine[mine["updates"] == last]
        before = newest.get(case)
        if before is not None and len(before) and before["updates"][0] == last:
            mine = np.concatenate([before, mine])
            if "run" not in (mine.dtype.names or ()):  # one row a method: a look that came twice shows its last answer
                mine = mine[np.sort([np.flatnonzero(mine["method"] == m)[-1] for m in np.unique(mine["method"])])]
        newest[case] = mine
