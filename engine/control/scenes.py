"""Episodes in a record: one scene is one episode as several agents live it, with what a person changed on the way.

Tables and events (each record of *control* and *control-play* that has scenes):

- event stream ``task``: one object, :meth:`engine.control.quantities.Task.to_json`;
- events ``agents``: {agent, name, title, kind, remembers, algorithm, made}: number, name, words and what it is;
- events ``scenes``: {scene, title, seed, episode, parent, from_step, changes, wipe, agents: [numbers], returns,
  first_row, updates}: its rows lie together from ``first_row`` on, ``horizon`` for each agent in turn;
- table ``steps``: one row for each scene, agent and step, see :func:`columns`; row ``step`` holds what was before the
  action of that step;
- table ``dwell`` (water mazes): agent, wiped, map: where an agent searched once the platform was gone;
- table ``episodes``: what each evaluated episode earned, and its latencies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.control.catalogue import make
from engine.control.episodes import Play, Wipe, play, play_scripted
from engine.control.models import Trained
from engine.control.pixels import SIDE
from engine.control.policy import Mind
from engine.control.quantities import Task
from engine.control.scripted import SCRIPTED, scripted
from engine.control.shipped import KIND_TITLES
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.runs.schema import Column

AXES = 3


@dataclass(frozen=True)
class Player:
    """Somebody who plays: a trained policy, or a scripted agent by name."""

    name: str
    title: str
    trained: Trained | None = None

    @property
    def width(self) -> int:
        """Numbers of its memory; 0 without one."""
        return 0 if self.trained is None else self.trained.policy.actor.memory.width


@dataclass(frozen=True)
class Change:
    """Something a person does just before ``step``: to the world, or ``wipe`` to all memories."""

    step: int
    kind: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, given: Any, horizon: int) -> Change:
        """A change asked for by command; raises BadInput."""
        if not isinstance(given, Mapping) or not isinstance(given.get("kind"), str):
            raise BadInput("A change is an object with a kind, a step and what belongs to the kind")
        step = given.get("step")
        if not isinstance(step, int) or isinstance(step, bool) or not 0 <= step < horizon:
            raise BadInput(f"step must be a whole number from 0 to {horizon - 1}, not {step!r}")
        rest = {key: value for key, value in given.items() if key not in ("kind", "step")}
        return cls(step, str(given["kind"]), rest)

    def to_json(self) -> dict[str, Any]:
        """As it was asked for."""
        return {"kind": self.kind, "step": self.step, **self.values}

    def words(self) -> str:
        """For titles: "platform to (0.20, -0.40) at step 60"."""
        numbers = [f"{value:.2f}" for value in self.values.values() if isinstance(value, (int, float))]
        place = f"({', '.join(numbers)})" if len(numbers) > 1 else "".join(numbers)
        what = {"wipe": "memory wiped", "remove": "platform gone", "restore": "platform back"}.get(self.kind)
        return f"{what or f'{self.kind} to {place}'} at step {self.step}"


def columns(task: Task, width: int) -> tuple[Column, ...]:
    """Of table ``steps``; ``width``: numbers of the largest memory."""
    seen = (
        Column("image", "u1", (SIDE, SIDE), description="what the agents see")
        if task.pixels
        else Column("observation", "f4", (len(task.observation),), description=", ".join(task.observation))
    )
    return (
        Column("scene", "i4"),
        Column("agent", "u1"),
        Column("step", "i2"),
        seen,
        Column("state", "f4", (len(task.state),), description=", ".join(q.name for q in task.state)),
        Column("hidden", "f4", (len(task.hidden),), description=", ".join(q.name for q in task.hidden)),
        Column("decoded", "f4", (len(task.hidden),), description="the same as a linear probe reads it; nan: no memory"),
        Column("plane", "f4", (AXES,), description="memory along its principal axes; nan: no memory"),
        Column("memory", "f4", (max(width, 1),), description="output of the memory after seeing; nan: none"),
        Column("action", "f4", (len(task.actions),), description=", ".join(q.name for q in task.actions)),
        Column("reward", "f4"),
        Column("teleported", "b1", description="after this action"),
    )


class Stage:
    """Writes the scenes of one record."""

    def __init__(self, context: Context, task: Task, players: Sequence[Player]) -> None:
        self.task, self.players = task, tuple(players)
        self._context = context
        self._width = max((player.width for player in players), default=0)
        self._table = context.table("steps", columns(task, self._width))
        self._scenes = 0
        context.event("task", task.to_json())
        for number, player in enumerate(players):
            trained = player.trained
            kind: str = "scripted" if trained is None else trained.card.sizes.kind
            if trained is not None and trained.card.sizes.full:
                kind = "full-information"
            context.event(
                "agents",
                {
                    "agent": number,
                    "name": player.name,
                    "title": player.title,
                    "kind": kind,
                    "remembers": player.width > 0 or player.name == "circle-remembers",
                    "algorithm": "" if trained is None else trained.card.algorithm,
                    "made": {} if trained is None else trained.card.made,
                },
            )

    def show(
        self,
        seed: Sequence[int],
        *,
        title: str,
        episode: int,
        changes: Sequence[Change] = (),
        wipe: Wipe = "none",
        parent: int | None = None,
        updates: int | None = None,
        players: Sequence[Player] | None = None,
    ) -> int:
        """Let every player live the episode of this seed, and write it; returns the scene's number.

        Raises BadInput for a change that makes no sense in this task, before anything is written.
        """
        shown = self.players if players is None else tuple(players)
        lives = [self._live(player, seed, changes, wipe) for player in shown]
        scene, self._scenes = self._scenes, self._scenes + 1
        blocks = [self._rows(scene, k, player, life) for k, (player, life) in enumerate(zip(shown, lives, strict=True))]
        first = self._table.extend(np.concatenate(blocks))
        self._context.event(
            "scenes",
            {
                "scene": scene,
                "title": title,
                "seed": list(seed),
                "episode": episode,
                "parent": parent,
                "from_step": changes[-1].step if changes else None,
                "changes": [change.to_json() for change in changes],
                "wipe": wipe,
                "agents": list(range(len(shown))),
                "returns": [life.returns.item() for life in lives],
                "first_row": first,
                "updates": updates,
            },
        )
        return scene

    def _live(self, player: Player, seed: Sequence[int], changes: Sequence[Change], wipe: Wipe) -> Play:
        environment = make(self.task)

        def before(step: int, mind: Mind | None) -> None:
            for change in changes:
                if change.step == step:
                    if change.kind != "wipe":
                        environment.change(change.kind, change.values)
                    elif mind is not None:
                        mind.wipe()

        if player.trained is not None:
            return play(player.trained.policy, environment, [seed], wipe=wipe, whole=True, before=before)
        act = scripted(player.name, environment, seed[-1], 1)

        def scripted_act(environment: Any, step: int) -> torch.Tensor:
            before(step, None)
            return act(environment, step)

        return play_scripted(environment, [seed], scripted_act, whole=True)

    def _rows(self, scene: int, number: int, player: Player, life: Play) -> NDArray[np.void]:
        rows = np.zeros(len(life.rewards), self._table.dtype)
        rows["scene"], rows["agent"], rows["step"] = scene, number, np.arange(len(rows))
        for name in ("state", "hidden"):
            rows[name] = getattr(life, name)[:, 0].numpy()
        rows["action"], rows["reward"] = life.actions[:, 0].numpy(), life.rewards[:, 0].numpy()
        rows["teleported"] = life.teleported[:, 0].numpy()
        seen = life.observations[:, 0].numpy()
        if self.task.pixels:
            rows["image"] = np.rint(255 * seen).reshape(-1, SIDE, SIDE)
        else:
            rows["observation"] = seen
        for name in ("decoded", "plane", "memory"):
            rows[name] = np.nan
        known = life.known[:, 0].double().numpy()
        if known.shape[1]:
            rows["memory"][:, : known.shape[1]] = known
        readout = None if player.trained is None else player.trained.readout
        if readout is not None:
            rows["decoded"], rows["plane"] = readout.decode(known), readout.plane(known)
        return rows


def player_of(name: str, trained: Trained | None) -> Player:
    """A player with the words the window shows."""
    if trained is None:
        return Player(name, SCRIPTED[name])
    sizes = trained.card.sizes
    kind: str = "full-information" if sizes.full else sizes.kind
    taught = ", taught" if trained.card.algorithm == "imitation" else ""
    return Player(name, KIND_TITLES[kind] + taught, trained)
