"""What is on screen as lines of Python, as a command line, as a table and as JSON lines. No Qt in here."""

from __future__ import annotations

import csv
import io
import json
import shlex
from dataclasses import dataclass
from typing import Any

from engine.alchemy.actions import NO_OP, decode
from gui.pages.alchemy.model import Path, Situations
from gui.widgets.alchemy_words import action_words
from gui.widgets.timeline import ENDED

EFFECTS = ("nothing", "changed", "cashed", "trial ended", "potion wasted")


@dataclass(frozen=True)
class Origin:
    """Where the episode of a record came from: a seed's sequence or a file, and its number there."""

    level: str
    seed: int
    file: str
    number: int


def origin(situations: Situations, episode: int) -> Origin:
    """Where an episode of a record came from."""
    made = situations.record.metadata
    settings = made.configuration
    number = episode + int(settings.get("episode", 0)) if made.experiment == "alchemy-play" else episode
    return Origin(situations.level, made.seed, str(settings.get("episodes_file") or ""), number)


def actions_of(situations: Situations, path: Path, upto: int | None = None) -> list[int]:
    """The actions of a path as integers of the environment with an end-trial action (0 ends, others one larger)."""
    rows = path.rows[1:] if upto is None else path.rows[1 : upto + 1]
    nodes = situations.nodes[list(rows)]
    return [
        0 if effect == ENDED else action + 1
        for action, effect in zip(nodes["action"].tolist(), nodes["effect"].tolist(), strict=True)
    ]


def python_lines(situations: Situations, path: Path, index: int, episode: int) -> str:
    """Python that leads to the situation on screen and prints it."""
    source = origin(situations, episode)
    if source.file:
        begin = [
            "from engine.alchemy.episodes import read_episodes",
            "",
            f"episode = read_episodes({source.file!r})[{source.number}]",
        ]
    else:
        begin = [
            "import numpy as np",
            "",
            "from engine.alchemy.episodes import Level, sample_episode",
            "",
            f"random, level = np.random.RandomState({source.seed}), Level.parse({source.level!r})",
            f"episode = [sample_episode(random, level) for _ in range({source.number + 1})][-1]",
        ]
    actions = actions_of(situations, path, index)
    return "\n".join(
        [
            "from engine.alchemy.environment import AlchemyEnvironment",
            *begin,
            "environment = AlchemyEnvironment(end_trial=True)",
            "environment.reset(episode)",
            f"rewards = [environment.step(action)[0] for action in {actions}]",
            'print("points", sum(rewards))',
            "print(environment.observation())",
            "",
        ]
    )


def command_line(situations: Situations, episode: int, agent: str) -> str:
    """The command that plays the same episode with the same agent."""
    source = origin(situations, episode)
    where = f"episodes_file={source.file}" if source.file else f"level={source.level}"
    parts = ["athanor", "run", "alchemy", "--set", f"agent={agent}", "--set", where]
    parts += ["--set", f"episodes={source.number + 1}", "--seed", str(source.seed)]
    return shlex.join(parts)


def table(situations: Situations, path: Path) -> str:
    """One row a step as CSV: where, what was done, what came of it, what was known then."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    head = ["position", "trial", "step", "action", "words", "effect", "reward", "score", "information_bits"]
    writer.writerow([*head, "chemistries_left", "entropy_bits"])
    for before, after in zip(path.rows, path.rows[1:], strict=False):
        old, new = situations.nodes[before], situations.nodes[after]
        words = action_words(int(new["action"]), tuple(int(c) for c in old["colours"]))
        effect = EFFECTS[int(new["effect"])]
        row = [
            situations.position(before),
            int(old["trial"]) + 1,
            int(old["step"]) + 1,
            int(new["action"]),
            words,
            effect,
        ]
        figures = [f"{new[key]:g}" for key in ("reward", "score")] + [f"{new['information']:.6g}"]
        writer.writerow([*row, *figures, int(new["remaining"]), f"{new['entropy'][0]:.6g}"])
    return text.getvalue()


def episode_line(situations: Situations, path: Path, episode: int, agent: str) -> str:
    """The episode and what was done in it as one JSON line, in the words of published episode files."""
    known = situations.chemistries[episode]
    line: dict[str, Any] = {key: value for key, value in known.items() if key != "episode"}
    trials = situations.trials(episode)
    actions: list[list[list[int]]] = [[] for _ in range(trials)]
    rewards = [0] * trials
    for before, after in zip(path.rows, path.rows[1:], strict=False):
        trial, action = int(situations.nodes["trial"][before]), int(situations.nodes["action"][after])
        rewards[trial] += int(situations.nodes["reward"][after])
        if action != NO_OP:
            actions[trial].append([int(part) for part in decode(action) if part is not None])
    line["agents"] = {agent: {"actions": actions, "rewards": rewards}}
    return json.dumps(line, separators=(",", ":")) + "\n"
