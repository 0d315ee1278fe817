"""The bench: a person plays an Alchemy episode, alone or beside agents, goes back, and asks what if.

The session waits for commands (JSON objects with ``command``):

- ``act``: ``node``, ``action``, ``line``: take an action (0 ends the trial) and let the line end there;
- ``play``: ``node``, ``agent``, ``line``, optionally ``title``, ``first_action``, ``steps``: an agent plays on from it;
  with ``forget``, a list of slot numbers, what it remembers there is erased first;
- ``advise``: ``node``: say what the ideal observer would do there;
- ``rewind``: ``line``, ``node``: the line ends earlier; nothing is lost, the rows stay;
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session. Whatever is waiting
(advice first, then agents that play) is done one decision at a time between commands, so that a click never waits long.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from engine.agents.catalogue import find_agent, make_agent
from engine.agents.play import look, play, see_items
from engine.agents.traced import catch_up, play_on
from engine.alchemy.actions import NO_OP
from engine.alchemy.belief import Belief
from engine.alchemy.environment import deal
from engine.alchemy.episodes import Episode, read_episodes, sample_episode
from engine.alchemy.levels import BENCHMARK, Level
from engine.alchemy.restore import restore
from engine.alchemy.trace import Node, Trace
from engine.errors import BadInput
from engine.experiments.alchemy import ADVISER, AgentName, LevelName, agent_seed, oracle_trial_scores
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context

PERSON = "you"
HEURISTIC_RUNS = 50  # the random heuristic's score by trial is noisy; its mean over runs is what one compares with


class PlayConfiguration(Configuration):
    """Settings of a session at the bench."""

    level: LevelName = Field(
        BENCHMARK,
        description="What is hidden, by the reference's level name",
        json_schema_extra={"choices": "engine.alchemy.levels:LEVELS"},
    )
    episodes_file: Path | None = Field(
        None, description="Take the episode from this file instead of drawing it from the level"
    )
    episode: int = Field(0, ge=0, le=99_999, description="Which episode of the file, or of the seed's sequence, from 0")
    opponent: AgentName = Field(
        ADVISER,
        description="Who plays the same chemistry beside you",
        json_schema_extra={"choices": "engine.agents.catalogue:AGENTS"},
    )


def run(configuration: PlayConfiguration, context: Context) -> dict[str, Any]:
    """Play until told to finish; the result is the score of each line."""
    session = Session(configuration, context)
    waiting = True
    while not session.finished:
        for command in context.commands(timeout=0 if waiting else None):
            session.obey(command)
            waiting = True
            break
        else:
            waiting = session.work()
    return session.result()


def prepare() -> None:
    """Load the tables and the machine code that the first moves of a session need, by making such moves."""
    level = Level.parse(BENCHMARK)
    episode = sample_episode(np.random.RandomState(0), level, trials=1)
    oracle_trial_scores(episode)
    play(episode, make_agent("random-heuristic", 0, level))
    view = look(episode, deal(episode, 0))
    belief = see_items(Belief.prior(level), view)
    belief.expected_information(view.appearances, view.indicators, view.present, view.colours)
    make_agent(ADVISER, 0, level).decide(replace(view, belief=belief))


class Session:
    """One session: the tree of situations so far, its lines, and the work that is waiting.

    Attributes: ``finished`` becomes true with the command *finish*.
    """

    def __init__(self, configuration: PlayConfiguration, context: Context) -> None:
        self.finished = False
        self._context = context
        self._level = Level.parse(configuration.level)
        self._trace = Trace(context.record, self._level)
        self._nodes: dict[int, Node] = {}
        self._leaves: dict[str, Node] = {}
        self._advised: set[int] = set()
        self._advice: deque[Node] = deque()
        self._comparing: Iterator[None] = iter(())
        self._playing: dict[str, Iterator[Node]] = {}
        self._person = self._trace.agent(PERSON, "You")
        self._adviser = self._trace.agent(ADVISER, find_agent(ADVISER).title)
        if context.parent is not None:
            self._continue(context.parent)
        else:
            self._begin(configuration)

    def _begin(self, configuration: PlayConfiguration) -> None:
        entry = find_agent(configuration.opponent)
        episode = chosen_episode(configuration, self._level, self._context.seed)
        root = self._keep(self._trace.begin(0, episode))
        self._advice.append(root)
        self._line(PERSON, "You", root, PERSON)
        self._comparing = self._compare(root)
        self._play(root, configuration.opponent, configuration.opponent, entry.title, None, None)

    def _continue(self, parent: Path) -> None:
        for node in restore(self._trace, parent, self._leaves):
            self._keep(node)

    def _compare(self, root: Node) -> Iterator[None]:
        """Scores on the same episode that need no stepping through; pauses often."""
        self._trace.reference(0, "search-oracle", "Search oracle", oracle_trial_scores(root.episode))
        yield
        scores = []
        for run in range(HEURISTIC_RUNS):
            heuristic = make_agent("random-heuristic", agent_seed(self._context.seed, run), self._level)
            scores.append(play(root.episode, heuristic).trial_scores)
            yield
        mean = np.mean(scores, axis=0).tolist()
        self._trace.reference(0, "random-heuristic", "Random heuristic", mean, HEURISTIC_RUNS)

    # Commands

    def obey(self, command: dict[str, Any]) -> None:
        """Carry out a command, or say in the record why not."""
        try:
            match command.get("command"):
                case "act":
                    self._act(self._node(command), _whole(command, "action"), _text(command, "line"))
                case "play":
                    agent = _text(command, "agent")
                    title = str(command.get("title") or find_agent(agent).title)
                    first, steps = command.get("first_action"), command.get("steps")
                    forget = _slots(command)
                    self._play(self._node(command), agent, _text(command, "line"), title, first, steps, forget)
                case "rewind":
                    line = _text(command, "line")
                    self._playing.pop(line, None)
                    self._line(line, line, self._node(command), PERSON)
                case "advise":
                    self._advice.append(self._node(command))
                case "finish":
                    self.finished = True
                case other:
                    raise BadInput(f"There is no command {other!r}")
        except (BadInput, ValueError, RuntimeError) as problem:
            self._context.event("refused", {"command": command, "reason": str(problem)})
        self._context.flush()

    def _act(self, node: Node, action: int, line: str) -> None:
        self._playing.pop(line, None)
        following = self._keep(self._trace.step(node, action, self._person, ends=action == NO_OP))
        self._advice.append(following)
        self._line(line, "You" if line == PERSON else line, following, PERSON)

    def _play(
        self,
        node: Node,
        name: str,
        line: str,
        title: str,
        first_action: int | None,
        steps: int | None,
        forget: Sequence[int] = (),
    ) -> None:
        agent = make_agent(name, agent_seed(self._context.seed, node.row), self._level)
        # With something erased it is another agent: its decisions must not replace those of the whole one.
        acting = f"{name} ({line})" if forget else name
        index = self._trace.agent(acting, find_agent(name).title)
        begin = node.row if node.parent is not None or first_action is not None or forget else -1
        if forget and not hasattr(agent, "forget"):
            raise BadInput(f"{name} has no memory of single facts that could be erased")
        if first_action is not None:
            node = self._keep(self._trace.step(node, int(first_action), self._person, ends=first_action == NO_OP))
        catch_up(agent, node)
        if forget:
            agent.forget(list(forget))  # type: ignore[attr-defined]
        self._line(line, title, node, acting, begin)

        def follow() -> Iterator[Node]:
            for done, following in enumerate(play_on(self._trace, node, agent, index), start=1):
                self._line(line, title, following, acting, begin)
                yield following
                if steps is not None and done >= steps:
                    return

        self._playing[line] = follow()

    # Work between commands

    def work(self) -> bool:
        """One piece of waiting work: the newest advice, else scores to compare with, else a move of the next agent that
        plays. False where nothing waits.
        """
        if self._advice:
            self._advise(self._advice.pop())
        elif next(self._comparing, "all") != "all":
            pass
        elif self._playing:
            line = next(iter(self._playing))
            moves = self._playing.pop(line)
            if node := next(moves, None):
                self._keep(node)
                self._playing[line] = moves  # behind the others
        else:
            return False
        self._context.flush()
        return True

    def _advise(self, node: Node) -> None:
        if node.row in self._advised or node.done:
            return
        self._advised.add(node.row)
        adviser = make_agent(ADVISER, self._context.seed, self._level)
        catch_up(adviser, node)
        self._trace.decide(node, self._adviser, adviser.decide(node.view()))

    # Bookkeeping

    def _keep(self, node: Node) -> Node:
        self._nodes[node.row] = node
        return node

    def _line(self, line: str, title: str, leaf: Node, agent: str, begin: int = -1) -> None:
        self._leaves[line] = leaf
        self._trace.line(line, title, leaf, agent, begin)

    def _node(self, command: dict[str, Any]) -> Node:
        row = _whole(command, "node")
        if row not in self._nodes:
            raise BadInput(f"There is no situation {row} in this session")
        return self._nodes[row]

    def result(self) -> dict[str, Any]:
        """Score of each line, and whether it was played to the end."""
        lines = {line: {"score": leaf.score, "done": leaf.done} for line, leaf in self._leaves.items()}
        mine = self._leaves.get(PERSON)
        return {"score_mean": None if mine is None else mine.score, "lines": lines, "nodes": len(self._nodes)}


def chosen_episode(configuration: PlayConfiguration, level: Level, seed: int) -> Episode:
    """The episode to play: of the file, or of the seed's sequence."""
    if not configuration.episodes_file:
        random = np.random.RandomState(seed)
        for _ in range(configuration.episode):
            sample_episode(random, level)
        return sample_episode(random, level)
    path = configuration.episodes_file.expanduser()
    episodes = read_episodes(path)
    if configuration.episode >= len(episodes):
        raise BadInput(f"episode may be 0 to {len(episodes) - 1}, as many as {path.name} holds")
    episode = episodes[configuration.episode]
    if not level.admits(episode.chemistry):
        raise BadInput(f"Episode {configuration.episode} of {path.name} cannot occur in level {configuration.level}")
    return episode


def _whole(command: dict[str, Any], key: str) -> int:
    value = command.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadInput(f"{key} must be a whole number, not {value!r}")
    return value


def _text(command: dict[str, Any], key: str) -> str:
    value = command.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= 64:
        raise BadInput(f"{key} must be a text of 1 to 64 characters, not {value!r}")
    return value


def _slots(command: dict[str, Any]) -> list[int]:
    value = command.get("forget") or []
    if not isinstance(value, list) or any(type(slot) is not int for slot in value):
        raise BadInput(f"forget must be a list of slot numbers, not {value!r}")
    return value
