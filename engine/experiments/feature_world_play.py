"""Feature World by hand: every proposal of a person is kept, also what they took back.

The session waits for commands (JSON objects with ``command``):

- ``propose``: ``step``, ``object``: propose an object after ``step`` proposals. Where the game on record is already
  further, those first proposals are the beginning of another game, so that no step is ever overwritten;
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session.
"""

from __future__ import annotations

from typing import Any

from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.feature_world_settings import WorldConfiguration
from engine.feature_world.recorder import Outcome, Recorder
from engine.feature_world.world import Situation


class WorldPlayConfiguration(WorldConfiguration):
    """Settings of games played by hand; the run's seed draws the hidden rule."""


def run(configuration: WorldPlayConfiguration, context: Context) -> dict[str, Any]:
    """Play until told to finish; the result is the number of steps of each game."""
    session = Session(configuration, context)
    for command in context.commands():
        match command.get("command"):
            case "propose":
                try:
                    session.propose(command)
                except BadInput as problem:
                    context.event("refused", {"command": command, "reason": str(problem)})
            case "finish":
                break
            case other:
                context.event("refused", {"command": command, "reason": f"There is no command {other!r}"})
    return session.result()


class Session:
    """The games so far; the last one is being played until it is over."""

    def __init__(self, configuration: WorldPlayConfiguration, context: Context) -> None:
        self._world = configuration.world()
        self._rule = self._world.hidden_rule(context.seed)
        self._context = context
        self._recorder = Recorder(context, self._world)
        self._situations = [Situation(self._world.everything)]
        self._games: list[dict[str, Any]] = []

    def propose(self, command: dict[str, Any]) -> None:
        """One proposal; raises BadInput."""
        world = self._world
        step, chosen = _below(len(self._situations), command, "step"), _below(len(world.objects), command, "object")
        before = self._situations[step]
        if before.over(world):
            raise BadInput("This game is over")
        if step < len(self._situations) - 1:
            self._branch(step)
        after = before.after(world, chosen, bool(world.rewards[self._rule, chosen]))
        self._recorder.step(len(self._games), step, before, chosen, after)
        self._situations.append(after)
        self._context.progress(sum(game["steps"] for game in self._games) + step + 1, unit="proposals")
        if after.over(world):
            self._end()

    def _branch(self, step: int) -> None:
        """Another game begins with the first ``step`` proposals of the last one."""
        if not self._situations[-1].over(self._world):
            self._end()
        self._situations = self._situations[: step + 1]
        for number, (before, after) in enumerate(zip(self._situations, self._situations[1:], strict=False)):
            self._recorder.step(len(self._games), number, before, after.tried[-1], after)

    def _end(self) -> None:
        outcome = Outcome(len(self._situations) - 1, self._situations[-1].over(self._world))
        self._recorder.end(len(self._games), self._rule, outcome, right=False)
        self._games.append({"steps": outcome.steps, "solved": outcome.solved})

    def result(self) -> dict[str, Any]:
        """Steps of each game, ``steps`` those of the first one that was solved (None where none was)."""
        if len(self._situations) > 1 and not self._situations[-1].over(self._world):
            self._end()
        solved = [game["steps"] for game in self._games if game["solved"]]
        return {"steps": solved[0] if solved else None, "games": self._games}


def _below(limit: int, command: dict[str, Any], key: str) -> int:
    value = command.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < limit:
        raise BadInput(f"{key} may be 0 to {limit - 1}, not {value!r}")
    return value
