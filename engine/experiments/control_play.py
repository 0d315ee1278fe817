"""Play with trained policies: one episode lived by several agents, and what if something were otherwise from here on?

The session waits for commands (JSON objects with ``command``):

- ``run``: optionally ``episode``, ``wipe`` (none, step, teleport): another episode, a new scene;
- ``intervene``: ``scene``, ``change``: the same episode and changes as that scene and one more, a branch of it. A
  change has ``step`` before which it happens, and ``kind``: ``wipe`` all memories; in a maze ``platform``, ``agent``
  ({x, y}), ``remove``, ``restore``, ``radius``; elsewhere ``length``, ``push``, ``target``, ``mass``, ``wind``;
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch

from engine.control.episodes import EVALUATION, Wipe
from engine.control.scenes import Change, Stage, player_of
from engine.control.tasks import TASKS
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.control_settings import ControlPlayConfiguration
from engine.experiments.control_tasks import companions, find_trained

WIPES: tuple[Wipe, ...] = ("none", "step", "teleport")
MOST_CHANGES = 200


def run(configuration: ControlPlayConfiguration, context: Context) -> dict[str, Any]:
    """Show an episode, then do as told until told to finish."""
    torch.set_num_threads(1)
    session = Session(configuration, context)
    for command in context.commands(timeout=None):
        if session.obey(command):
            break
    return {"scenes": len(session.scenes)}


@dataclass(frozen=True)
class Scene:
    """One episode of this session, to branch from."""

    episode: int
    changes: tuple[Change, ...]
    wipe: Wipe
    title: str


class Session:
    """Agents, task, and the scenes so far; the first one is shown at once."""

    def __init__(self, configuration: ControlPlayConfiguration, context: Context) -> None:
        self._context = context
        self._task = TASKS[configuration.task]
        trained = find_trained(configuration.agent, self._task, context.record.folder.parent)
        players = [player_of(configuration.agent, trained)]
        players += companions(self._task, configuration.beside, required=False)
        self._stage = Stage(context, self._task, players)
        self.scenes: list[Scene] = []
        self._show(Scene(0, (), "none", "episode 1"), None)
        context.flush()

    def obey(self, command: dict[str, Any]) -> bool:
        """Carry out a command, or say in the record why not; returns whether it was the last one."""
        try:
            match command.get("command"):
                case "run":
                    episode = whole(command, "episode", 0, 999_999, 0)
                    wipe = command.get("wipe", "none")
                    if wipe not in WIPES:
                        raise BadInput(f"wipe may be {', '.join(WIPES)}, not {wipe!r}")
                    suffix = {"none": "", "step": ", wiped at each step", "teleport": ", wiped at each teleport"}[wipe]
                    self._show(Scene(episode, (), wipe, f"episode {episode + 1}{suffix}"), None)
                case "intervene":
                    self._intervene(whole(command, "scene", 0, len(self.scenes) - 1, -1), command.get("change"))
                case "finish":
                    return True
                case other:
                    raise BadInput(f"There is no command {other!r}")
        except (BadInput, ValueError, RuntimeError) as problem:
            self._context.event("refused", {"command": command, "reason": str(problem)})
        self._context.flush()
        return False

    def _intervene(self, number: int, given: Any) -> None:
        scene = self.scenes[number]
        change = Change.from_json(given, self._task.horizon)
        if len(scene.changes) >= MOST_CHANGES:
            raise BadInput(f"A scene has at most {MOST_CHANGES} changes")
        title = f"{scene.title}, {change.words()}"
        self._show(replace(scene, changes=(*scene.changes, change), title=title), number)

    def _show(self, scene: Scene, parent: int | None) -> None:
        self._stage.show(
            (EVALUATION, self._context.seed, scene.episode),
            title=scene.title,
            episode=scene.episode,
            changes=scene.changes,
            wipe=scene.wipe,
            parent=parent,
        )
        self.scenes.append(scene)


def whole(command: dict[str, Any], key: str, least: int, most: int, otherwise: int) -> int:
    """A whole number of a command, ``otherwise`` where it is missing; raises BadInput."""
    value = command.get(key, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInput(f"{key} must be a whole number from {least} to {most}, not {value!r}")
    return value
