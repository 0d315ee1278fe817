"""What happened on the bench, written as a tree of situations.

Tables of the record: ``nodes`` (situations), ``decisions`` (what an agent wanted to do in a situation, and why),
``memories`` (what it remembered then, where it can be looked into) and ``cells`` (the words or units of a memory that
keeps no single facts); events: ``chemistries``, ``agents``, ``lines``, ``references``. Undo, what-if branches and
several agents on one chemistry are all the same thing here: a row whose parent already has a child. A *line* names a
path by its leaf; its latest event holds.

A trial may be ended at once; filling it with no-ops would score the same and show nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.agents.play import learn, look, see_items
from engine.agents.protocol import Decision, Recollection, View
from engine.alchemy.actions import ACTIONS, NO_OP
from engine.alchemy.belief import Belief
from engine.alchemy.chemistry import POTIONS, STEPS, STONES
from engine.alchemy.environment import GONE, State, apply, deal
from engine.alchemy.episodes import Episode
from engine.alchemy.levels import Level
from engine.runs.schema import Column
from engine.runs.table import Table
from engine.runs.writer import RecordWriter

NOTHING, CHANGED, CASHED, ENDED, WASTED = range(5)  # effects of an action

NODES = (
    Column("episode", "i4", description="number of the episode in this record"),
    Column("parent", "i8", description="row this situation came from, -1 at the start of an episode"),
    Column("trial", "i2", description="from 0"),
    Column("step", "i2", description="from 0 in the trial"),
    Column("action", "i2", description="action that led here (0 no-op or end of trial), -1 at the start"),
    Column("agent", "i2", description="who took it: index in the events agents, -1 at the start"),
    Column("effect", "i1", description="0 nothing, 1 stone changed, 2 stone cashed, 3 trial ended, 4 potion wasted"),
    Column("reward", "f4", unit="points"),
    Column("score", "f4", unit="points", description="of the episode so far"),
    Column("trial_score", "f4", unit="points", description="of the trial so far"),
    Column("information", "f4", unit="bits", description="gained by the action"),
    Column("done", "b1", description="the episode is over"),
    Column(
        "outcome", "i1", (STONES,), description="vertices right after the action, before new items were dealt, -1 gone"
    ),
    Column("stones", "i1", (STONES,), description="vertices, -1 gone"),
    Column("appearances", "i1", (STONES, 3), description="colour, size, roundness in -1, 0, 1; 2 where gone"),
    Column("indicators", "i1", (STONES,), description="value shown on the stone, 0 where gone"),
    Column("potions", "i1", (POTIONS,), description="latent potions, -1 used"),
    Column("colours", "i1", (POTIONS,), description="perceived colours, -1 used"),
    Column("remaining", "i4", description="chemistries still possible"),
    Column("entropy", "f4", (4,), "bits", "total, potion map, stone map and rotation, graph"),
    Column("potion_marginal", "f4", (6, 6), description="probability that a colour is a latent potion"),
    Column("edge_marginal", "f4", (12,), description="probability that an edge is open"),
    Column("sign_marginal", "f4", (3,), description="probability that a stone-map sign is +1"),
    Column("stone_marginal", "f4", (STONES, 8), description="probability that a stone is a vertex, 0 where gone"),
    Column("rotation_marginal", "f4", (4,), description="probability of each rotation"),
    Column("expected_information", "f4", (ACTIONS,), "bits", "of each action"),
)

DECISIONS = (
    Column("node", "i8", description="row of the situation"),
    Column("agent", "i2", description="index in the events agents"),
    Column("action", "i2", description="what the agent would do; 0 no-op or end of trial"),
    Column("probabilities", "f4", (ACTIONS,), description="of each action, nan where the agent has none"),
    Column("values", "f4", (ACTIONS,), "points", "expected rest of the trial for each action, nan where not evaluated"),
    Column(
        "stop_value", "f4", unit="points", description="of cashing now and ending the trial, nan where not evaluated"
    ),
)

SLOTS = 64  # facts that the table has room for; more are left out

MEMORIES = (
    Column("node", "i8", description="row of the situation"),
    Column("agent", "i2", description="index in the events agents"),
    Column("slots", "i2", description="how many facts are remembered, erased ones included; the rest is empty"),
    Column("weights", "f4", (SLOTS,), description="how strongly each is read, 0 to 1"),
    Column("written", "i2", (SLOTS, 2), description="trial and step at which it was written, from 0"),
    Column("colours", "i1", (SLOTS,), description="potion of the transition, -1 a stone that was seen, -2 erased"),
    Column("before", "i1", (SLOTS, 3), description="appearance of the stone"),
    Column("after", "i1", (SLOTS, 3), description="its appearance after the potion"),
    Column("potion_marginal", "f4", (6, 6), description="as in nodes, but read from the agent's memory"),
    Column("edge_marginal", "f4", (12,), description="as in nodes, but read from the agent's memory"),
    Column("sign_marginal", "f4", (3,), description="as in nodes, but read from the agent's memory"),
)

CELLS_KEPT = 256  # words or units that the table has room for; more are left out

CELLS = (
    Column("node", "i8", description="row of the situation"),
    Column("agent", "i2", description="index in the events agents"),
    Column("cells", "i2", description="how many there are; the rest is empty"),
    Column("words", "b1", description="words of a memory that is read and written, else units of a recurrent state"),
    Column("read", "f4", (CELLS_KEPT,), description="how strongly each word was read, 0 to 1; or activation, -1 to 1"),
    Column("wrote", "f4", (CELLS_KEPT,), description="how strongly each word was written, 0 to 1; 0 for units"),
)

_NAN = np.full(ACTIONS, np.nan, np.float32)


@dataclass(frozen=True, eq=False)
class Node:
    """A situation in memory: enough to go on from it.

    Attributes: ``row`` in the table, ``number`` of the episode in the record, ``state`` on the table, exact ``belief``,
    ``trial_scores`` of the trials so far (points), ``done`` whether the episode is over; ``parent``, ``action``,
    ``reward`` and ``effect`` tell how it came about.
    """

    row: int
    number: int
    episode: Episode
    state: State
    belief: Belief
    trial_scores: tuple[float, ...]
    done: bool
    parent: Node | None = None
    action: int = -1
    reward: float = 0.0
    effect: int = NOTHING

    @property
    def path(self) -> list[Node]:
        """From the episode's first situation to this one."""
        node, path = self, [self]
        while node.parent is not None:
            node = node.parent
            path.append(node)
        return path[::-1]

    @property
    def score(self) -> float:
        """Points of the episode so far."""
        return sum(self.trial_scores)

    def view(self, *, privileged: bool = False) -> View:
        """What a player is shown here; the chemistry only for privileged agents."""
        return look(self.episode, self.state, belief=self.belief, privileged=privileged)


class Trace:
    """Writes nodes, decisions and lines into a record.

    ``level`` sets the prior that the belief starts from.
    """

    def __init__(self, record: RecordWriter, level: Level) -> None:
        self.level = level
        self._record = record
        self._nodes = record.table("nodes", NODES)
        self._decisions = record.table("decisions", DECISIONS)
        self._memories: Table | None = None  # only records of agents that can be looked into have these tables
        self._cells: Table | None = None
        self._agents: dict[str, int] = {}

    def agent(self, name: str, title: str) -> int:
        """Index of an agent, told to the record the first time."""
        if name not in self._agents:
            self._agents[name] = len(self._agents)
            self._record.event("agents", {"index": self._agents[name], "name": name, "title": title})
        return self._agents[name]

    def begin(self, number: int, episode: Episode) -> Node:
        """The first situation of an episode."""
        self._record.event("chemistries", {"episode": number, **episode.to_json()})
        state = deal(episode, 0)
        belief = see_items(Belief.prior(self.level), look(episode, state))
        return self._write(Node(-1, number, episode, state, belief, (0.0,), False), outcome=state)

    def step(self, node: Node, action: int, agent: int, *, ends: bool = False) -> Node:
        """The situation after ``action``, taken by the agent with this index; ``ends`` ends the trial after it.

        Raises ValueError for an integer that is no action and RuntimeError after the end of the episode.
        """
        if node.done:
            raise RuntimeError("the episode is over")
        episode, before = node.episode, node.state
        after, reward = apply(episode.chemistry, before, action)
        scores = (*node.trial_scores[:-1], node.trial_scores[-1] + reward)
        state, done = after, False
        if ends or after.step >= STEPS:
            done = before.trial + 1 == episode.trials
            if not done:
                state, scores = deal(episode, before.trial + 1), (*scores, 0.0)
        belief = learn(node.belief, look(episode, before), action, look(episode, state))
        # New stones tell something too, but the action did not earn it.
        information = node.belief.information_of(belief) if state.trial == before.trial else 0.0
        effect = ENDED if ends and action == NO_OP else _effect(before, after)
        following = Node(-1, node.number, episode, state, belief, scores, done, node, action, reward, effect)
        return self._write(following, outcome=after, agent=agent, information=information)

    def decide(self, node: Node, agent: int, decision: Decision) -> None:
        """Write what an agent wants to do in a situation."""
        self._decisions.append(
            node=node.row,
            agent=agent,
            action=decision.action,
            probabilities=_NAN if decision.probabilities is None else decision.probabilities,
            values=_NAN if decision.values is None else decision.values,
            stop_value=decision.stop_value,
        )
        if decision.recall is not None:
            self._remember(node, agent, decision.recall())

    def _remember(self, node: Node, agent: int, memory: Recollection) -> None:
        if self._memories is None:
            self._memories = self._record.table("memories", MEMORIES)
        if len(memory.read):
            if self._cells is None:
                self._cells = self._record.table("cells", CELLS)
            self._cells.append(
                node=node.row,
                agent=agent,
                cells=min(len(memory.read), CELLS_KEPT),
                words=len(memory.wrote) > 0,
                read=_filled(memory.read, CELLS_KEPT),
                wrote=_filled(memory.wrote, CELLS_KEPT),
            )

        self._memories.append(
            node=node.row,
            agent=agent,
            slots=min(len(memory.weights), SLOTS),
            weights=_filled(memory.weights, SLOTS),
            written=_filled(memory.written, SLOTS),
            colours=_filled(memory.colours, SLOTS),
            before=_filled(memory.before, SLOTS),
            after=_filled(memory.after, SLOTS),
            potion_marginal=memory.potions,
            edge_marginal=memory.edges,
            sign_marginal=memory.signs,
        )

    def copy_memory(self, row: Mapping[str, Any], agent: int) -> None:
        """Write a row of another record's table ``memories`` again, under this trace's index of the agent."""
        if self._memories is None:
            self._memories = self._record.table("memories", MEMORIES)
        self._memories.append(**{**row, "agent": agent})

    def copy_cells(self, row: Mapping[str, Any], agent: int) -> None:
        """Write a row of another record's table ``cells`` again, under this trace's index of the agent."""
        if self._cells is None:
            self._cells = self._record.table("cells", CELLS)
        self._cells.append(**{**row, "agent": agent})

    def copy_decision(self, row: Mapping[str, Any], agent: int) -> None:
        """Write a row of another record's table ``decisions`` again, under this trace's index of the agent."""
        self._decisions.append(**{**row, "agent": agent})

    def line(self, line: str, title: str, node: Node, agent: str, begin: int = -1) -> None:
        """Name the path that ends at ``node``; ``begin`` is the row where it left another line, -1 for the root."""
        fields = {"line": line, "title": title, "episode": node.number, "agent": agent, "leaf": node.row, "from": begin}
        self._record.event("lines", fields)

    def reference(self, number: int, agent: str, title: str, trial_scores: Sequence[float], runs: int = 1) -> None:
        """Scores of an agent on the same episode, to compare with (points of each trial, mean over ``runs``)."""
        scores = [float(score) for score in trial_scores]
        fields = {"episode": number, "agent": agent, "title": title, "trial_scores": scores, "runs": runs}
        self._record.event("references", fields)

    def _write(self, node: Node, *, outcome: State, agent: int = -1, information: float = 0.0) -> Node:
        view, belief, state = node.view(), node.belief, node.state
        expected: NDArray[np.float64] = np.zeros(ACTIONS)
        if not node.done:
            expected = belief.expected_information(view.appearances, view.indicators, view.present, view.colours)
        row = self._nodes.append(
            episode=node.number,
            parent=-1 if node.parent is None else node.parent.row,
            trial=state.trial,
            step=state.step,
            action=node.action,
            agent=agent,
            effect=node.effect,
            reward=node.reward,
            score=node.score,
            trial_score=node.trial_scores[-1],
            information=information,
            done=node.done,
            outcome=outcome.stones,
            stones=state.stones,
            appearances=view.appearances,
            indicators=view.indicators,
            potions=state.potions,
            colours=view.colours,
            remaining=belief.remaining,
            entropy=tuple(belief.entropy()),
            potion_marginal=belief.potion_marginal(),
            edge_marginal=belief.edge_marginal(),
            sign_marginal=belief.sign_marginal(),
            stone_marginal=belief.stone_marginal(view.appearances, view.indicators, view.present),
            rotation_marginal=belief.rotation_marginal(),
            expected_information=expected,
        )
        return replace(node, row=row)


def _filled(values: NDArray[Any], room: int) -> NDArray[Any]:
    """The first ``room`` of ``values``, followed by zeros where there are fewer."""
    found = np.zeros((room, *values.shape[1:]), values.dtype)
    found[: min(len(values), room)] = values[:room]
    return found


def _effect(before: State, after: State) -> int:
    """What an action did to the table."""
    if np.count_nonzero(after.stones == GONE) > np.count_nonzero(before.stones == GONE):
        return CASHED
    if not np.array_equal(after.stones, before.stones):
        return CHANGED
    return NOTHING if np.array_equal(after.potions, before.potions) else WASTED
