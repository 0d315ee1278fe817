"""What the Alchemy page knows of one record: situations, lines through them, decisions, references. No Qt in here."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.alchemy.chemistry import STEPS, TRIALS
from engine.runs.files import RecordError
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

PERSON = "you"  # the line of whoever sits at the window


@dataclass(frozen=True)
class Line:
    """A named path: it ends at row ``leaf``; ``begin`` is the row where it left another line, -1 for none."""

    identifier: str
    title: str
    episode: int
    agent: str
    leaf: int
    begin: int = -1


@dataclass(frozen=True)
class Reference:
    """Points by trial of an agent on the same chemistry; the mean where it played ``runs`` times."""

    agent: str
    title: str
    trial_scores: tuple[float, ...]
    runs: int


@dataclass(frozen=True)
class Path:
    """Rows from an episode's first situation to a leaf, and the position (trial * steps + step) of each."""

    rows: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    def index(self, position: int) -> int:
        """The last situation at or before ``position``; 0 where there is none."""
        return max(bisect_right(self.positions, position) - 1, 0)


class _Growing:
    """The rows of a table that grows, in one array that is enlarged by doubling."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: NDArray[np.void] = np.zeros(0)
        self._buffer: NDArray[np.void] | None = None

    def refresh(self, record: Record) -> int:
        """Read what is new; returns how many rows came."""
        try:
            table = record.table(self.name)
        except RecordError:
            return 0  # a record that has only just been made has no table yet
        have, now = len(self.rows), len(table)
        if now <= have:
            return 0
        fresh = table.read(have, now)
        if self._buffer is None or len(self._buffer) < have + len(fresh):
            grown = np.zeros(max(2 * (have + len(fresh)), 256), table.dtype)
            grown[:have] = self.rows if have else 0
            self._buffer = grown
        self._buffer[have : have + len(fresh)] = fresh
        self.rows = self._buffer[: have + len(fresh)]
        return len(fresh)


class Situations:
    """One record, read as it grows.

    Attributes: ``nodes`` all situations as a structured array, ``lines`` by identifier in order of appearance,
    ``agents`` (name,
    title) by index, ``chemistries`` by episode number, ``references`` by episode number, ``refused`` why commands
    were not
    carried out (whoever tells the person empties it).
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.lines: dict[str, Line] = {}
        self.agents: dict[int, tuple[str, str]] = {}
        self.chemistries: dict[int, dict[str, Any]] = {}
        self.references: dict[int, list[Reference]] = {}
        self.refused: list[str] = []
        self._early: list[dict[str, Any]] = []
        self._nodes, self._decisions = _Growing("nodes"), _Growing("decisions")
        self._memories, self._cells = _Growing("memories"), _Growing("cells")
        self._decided: dict[tuple[int, int], int] = {}
        self._remembered: dict[tuple[int, int], int] = {}
        self._active: dict[tuple[int, int], int] = {}
        self._seen = dict.fromkeys(("lines", "agents", "chemistries", "references", "refused"), 0)
        self._paths: dict[int, Path] = {}

    @property
    def nodes(self) -> NDArray[np.void]:
        return self._nodes.rows

    @property
    def level(self) -> str:
        """Name of the level the record was made with."""
        return str(self.record.metadata.configuration.get("level", ""))

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came."""
        came = 0
        tables = (self._decisions, self._memories, self._cells)
        for table, places in zip(tables, (self._decided, self._remembered, self._active), strict=True):
            start = len(table.rows)
            if table.refresh(self.record):
                came += 1
                fresh = table.rows[start:]
                pairs = zip(fresh["node"].tolist(), fresh["agent"].tolist(), strict=True)
                places |= {pair: start + k for k, pair in enumerate(pairs)}
        for stream in self._seen:
            events = self.record.events(stream, self._seen[stream])
            self._seen[stream] += len(events)
            came += len(events)
            for event in events:
                getattr(self, f"_take_{stream}")(event)
        came += self._nodes.refresh(self.record)
        early, self._early = self._early, []
        for event in early:
            self._take_lines(event)
        return came > 0

    def _take_lines(self, event: dict[str, Any]) -> None:
        if event["leaf"] >= len(self.nodes):  # streams reach the disk on their own: the row will follow
            self._early.append(event)
            return
        name = str(event["line"])
        title = tr("You") if name == PERSON else tr(str(event["title"]))
        known = self.lines.get(name)
        if known and title == name:
            title = known.title  # a line that was taken back keeps its words
        begin = event.get("from", -1)
        self.lines[name] = Line(name, title, event["episode"], str(event["agent"]), event["leaf"], begin)

    def _take_agents(self, event: dict[str, Any]) -> None:
        self.agents[event["index"]] = (str(event["name"]), tr(str(event["title"])))

    def _take_chemistries(self, event: dict[str, Any]) -> None:
        self.chemistries[event["episode"]] = event

    def _take_references(self, event: dict[str, Any]) -> None:
        scores = tuple(float(score) for score in event["trial_scores"])
        name = str(event["agent"])
        title = tr(str(event.get("title", name)))
        kept = [r for r in self.references.get(event["episode"], []) if r.agent != name]
        self.references[event["episode"]] = [*kept, Reference(name, title, scores, int(event.get("runs", 1)))]

    def _take_refused(self, event: dict[str, Any]) -> None:
        self.refused.append(str(event.get("reason", "")))

    def trials(self, episode: int) -> int:
        """Trials of an episode."""
        chemistry = self.chemistries.get(episode)
        return len(chemistry["trials"]) if chemistry and chemistry.get("trials") else TRIALS

    def steps(self) -> int:
        """Steps of a trial at most."""
        return STEPS

    def path(self, leaf: int) -> Path:
        """The path to a row; rows that have not arrived yet are left out."""
        if not 0 <= leaf < len(self.nodes):
            return Path()
        found = self._paths.get(leaf)
        if found is None:
            found = self._walk(leaf)
            if len(self._paths) > 64:
                self._paths.clear()
            self._paths[leaf] = found
        return found

    def _walk(self, leaf: int) -> Path:
        nodes, tail = self.nodes, []
        row, known = leaf, Path()
        while row >= 0:
            if row in self._paths:
                known = self._paths[row]
                break
            tail.append(row)
            parent = int(nodes["parent"][row])
            row = parent if parent < row else -1  # parents come first; anything else is damage, not a loop to follow
        tail.reverse()
        return Path((*known.rows, *tail), (*known.positions, *(self.position(row) for row in tail)))

    def position(self, row: int) -> int:
        """Where a situation lies on the episode's axis."""
        node = self.nodes[row]
        if node["done"]:
            return self.trials(int(node["episode"])) * self.steps()
        return int(node["trial"]) * self.steps() + int(node["step"])

    def line_path(self, identifier: str) -> Path:
        """The path of a line, empty for an unknown one."""
        line = self.lines.get(identifier)
        return self.path(line.leaf) if line else Path()

    def parting(self, first: Path, second: Path) -> int:
        """Position of the last situation that two paths share; -1 where they have none in common or do not part."""
        shared = 0
        for a, b in zip(first.rows, second.rows, strict=False):
            if a != b:
                break
            shared += 1
        if shared == 0 or shared == len(first.rows) == len(second.rows):
            return -1
        return first.positions[shared - 1]

    def decision(self, row: int, agent: int) -> NDArray[np.void] | None:
        """What an agent wanted to do in a situation, None where nobody asked it."""
        at = self._decided.get((row, agent))
        return None if at is None else self._decisions.rows[at]

    def memory(self, row: int, agent: int) -> NDArray[np.void] | None:
        """What an agent remembered in a situation, None where it cannot be looked into."""
        at = self._remembered.get((row, agent))
        return None if at is None else self._memories.rows[at]

    def cells(self, row: int, agent: int) -> NDArray[np.void] | None:
        """Words or units of an agent's memory in a situation, None where it has none that can be looked into."""
        at = self._active.get((row, agent))
        return None if at is None else self._cells.rows[at]

    def ideal(self, row: int) -> NDArray[np.void] | None:
        """What the ideal observer wanted to do in a situation."""
        for index, (name, _) in self.agents.items():
            if name.startswith("ideal-observer"):
                found = self.decision(row, index)
                if found is not None:
                    return found
        return None

    def agent_index(self, name: str) -> int:
        """Index of an agent, -1 where it has not appeared."""
        return next((index for index, (known, _) in self.agents.items() if known == name), -1)
