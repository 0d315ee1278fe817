"""Read the tree of situations of a record back, so that it can be gone on from.

Everything derived is computed anew from chemistry and actions; a record from a stranger can at worst be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.alchemy.actions import ACTIONS
from engine.alchemy.chemistry import STEPS
from engine.alchemy.episodes import episode_from_json
from engine.alchemy.trace import CELLS, DECISIONS, ENDED, MEMORIES, Node, Trace
from engine.errors import BadInput
from engine.runs.record import Record

MAX_NODES = 100_000
NEEDED = {"episode", "parent", "action", "agent", "effect"}  # everything else follows from these


def restore(trace: Trace, folder: Path, leaves: dict[str, Node]) -> Iterator[Node]:
    """Write the tree of the record in ``folder`` into ``trace``, giving each node; rows keep their numbers.

    ``leaves`` takes the leaf of each line. Raises BadInput where the record holds no such tree or a damaged one.
    """
    record = Record.open(folder)
    missing = {"nodes", "decisions"} - set(record.tables())
    if missing:
        raise BadInput(f"The record {record.metadata.id} holds no situations to go on from")
    rows = record.table("nodes").read()
    if absent := NEEDED - set(rows.dtype.names or ()):
        raise BadInput(f"The table nodes of {record.metadata.id} lacks the columns {', '.join(sorted(absent))}")
    if len(rows) > MAX_NODES:
        raise BadInput(
            f"The record {record.metadata.id} has {len(rows)} situations; at most {MAX_NODES} can be gone on from"
        )
    episodes = {event.get("episode"): event for event in record.events("chemistries")}
    agents = {event.get("index"): event for event in record.events("agents")}
    known = {index: trace.agent(str(event["name"]), str(event["title"])) for index, event in agents.items()}
    nodes: list[Node] = []
    for number, row in enumerate(rows):
        try:
            node = _again(trace, row, nodes, episodes, known)
        except (KeyError, IndexError, ValueError, RuntimeError) as problem:
            raise BadInput(f"Situation {number} of {record.metadata.id} is damaged: {problem}") from problem
        nodes.append(node)
        yield node
    _decisions(trace, record, nodes, known)
    for table, columns, copy in (("memories", MEMORIES, trace.copy_memory), ("cells", CELLS, trace.copy_cells)):
        if table in record.tables():
            _memories(record.table(table).read(), {column.name for column in columns}, copy, len(nodes), known)
    for line in {event.get("line"): event for event in record.events("lines")}.values():
        _line(trace, line, nodes, leaves)
    for event in record.events("references"):
        trace.reference(event["episode"], event["agent"], event["title"], event["trial_scores"], event["runs"])


def _again(trace: Trace, row: Any, nodes: list[Node], episodes: dict[Any, Any], agents: dict[Any, int]) -> Node:
    parent, action = int(row["parent"]), int(row["action"])
    if parent < 0:
        return trace.begin(int(row["episode"]), episode_from_json(episodes[int(row["episode"])]))
    before = nodes[parent]
    moved_on = int(row["trial"]) != before.state.trial or bool(row["done"])
    # Trials of fewer steps than the game's end where their record says so.
    ends = int(row["effect"]) == ENDED or (moved_on and before.state.step + 1 < STEPS)
    return trace.step(before, action, agents.get(int(row["agent"]), -1), ends=ends)


def _decisions(trace: Trace, record: Record, nodes: list[Node], agents: dict[Any, int]) -> None:
    rows = record.table("decisions").read()
    if set(rows.dtype.names or ()) != {column.name for column in DECISIONS}:
        return
    for row in rows:
        if 0 <= row["node"] < len(nodes) and 0 <= row["action"] < ACTIONS and int(row["agent"]) in agents:
            trace.copy_decision({name: np.asarray(row[name]) for name in row.dtype.names}, agents[int(row["agent"])])


def _memories(
    rows: Any, columns: set[str], copy: Callable[[dict[str, Any], int], None], nodes: int, agents: dict[Any, int]
) -> None:
    if set(rows.dtype.names or ()) != columns:
        return
    for row in rows:
        if 0 <= row["node"] < nodes and int(row["agent"]) in agents:
            copy({name: np.asarray(row[name]) for name in row.dtype.names}, agents[int(row["agent"])])


def _line(trace: Trace, event: dict[str, Any], nodes: list[Node], leaves: dict[str, Node]) -> None:
    name, leaf = event.get("line"), event.get("leaf")
    if isinstance(name, str) and isinstance(leaf, int) and 0 <= leaf < len(nodes):
        leaves[name] = replace(nodes[leaf])
        trace.line(
            name, str(event.get("title", name)), nodes[leaf], str(event.get("agent", "")), int(event.get("from", -1))
        )
