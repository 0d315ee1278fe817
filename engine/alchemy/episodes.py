"""Episodes: one chemistry and the items of its trials; sampling, reading and writing.

Episode files are JSON lines, one episode a line, optionally compressed (name ends with .gz). A line holds
``potion_dim_map``, ``potion_dir_map``, ``stone_map``, ``edges_open``, a rotation (``rotation`` as index 0..3 or 3x3
matrix, or ``rotation_degrees``; none means unrotated), ``trials`` = [{"stones": 3 vertices, "potions": 12 latent
potions}] and may hold ``agents`` = {name: {"actions": per trial [[stone, slot or -1 for the cauldron]], "rewards": per
trial}}. Files come from anywhere, so nothing in them is believed before it was checked.

Source: order of random draws of google-deepmind/dm_alchemy (symbolic_alchemy.py).
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

from engine.alchemy.actions import CAULDRON, encode
from engine.alchemy.chemistry import PERMUTATIONS, POTIONS, ROTATIONS, STEPS, STONES, TRIALS, Chemistry, sample_items
from engine.alchemy.levels import Level, graph_index, sample_chemistry
from engine.errors import BadInput

__all__ = ["Episode", "Level", "Recording", "read_episodes", "read_recordings", "sample_episode", "write_episodes"]

MAX_BYTES = 256 * 2**20  # of the file as read, after decompression: about 40,000 episodes with recordings
MAX_LINE = 2**20
MAX_TRIALS = 1000


@dataclass(frozen=True, eq=False, slots=True)
class Episode:
    """One chemistry and the items of its trials.

    Attributes: ``stones`` int8 [trials, 3] vertices, ``potions`` int8 [trials, 12] latent potions.
    """

    chemistry: Chemistry
    stones: NDArray[np.int8]
    potions: NDArray[np.int8]

    @property
    def trials(self) -> int:
        """Number of trials."""
        return len(self.stones)

    def to_json(self) -> dict[str, Any]:
        """The episode in the words of the published files."""
        items = [{"stones": s.tolist(), "potions": p.tolist()} for s, p in zip(self.stones, self.potions, strict=True)]
        return {**self.chemistry.to_json(), "trials": items}


@dataclass(frozen=True, slots=True)
class Recording:
    """What one agent did in one episode: ``actions`` (40-action integers) and ``rewards`` of each trial."""

    actions: tuple[tuple[int, ...], ...]
    rewards: tuple[int, ...]


def sample_episode(random: RandomState, level: Level, trials: int = TRIALS) -> Episode:
    """An episode from the level's prior; ``RandomState(seed)`` gives the reference's first episode of that seed.

    The next call with the same ``random`` gives its next episode: a seed fixes the whole sequence.
    """
    chemistry = sample_chemistry(random, level)
    items = [sample_items(random) for _ in range(trials)]
    return Episode(chemistry, np.stack([s for s, _ in items]), np.stack([p for _, p in items]))


class _Wrong(Exception):
    """A value in a line is not what it must be."""


def _integers(value: Any, name: str, low: int, high: int, length: int | None = None) -> list[int]:
    good = isinstance(value, list) and (length is None or len(value) == length)
    if not good or any(type(v) is not int or not low <= v <= high for v in value):
        many = "a list of" if length is None else f"{length}"
        raise _Wrong(f"{name} must be {many} whole numbers from {low} to {high}")
    return list(value)


def _signs(value: Any, name: str) -> int:
    """Index 0..7 of three signs."""
    signs = _integers(value, name, -1, 1, 3)
    if 0 in signs:
        raise _Wrong(f"{name} must hold -1 or 1")
    return sum(1 << k for k in range(3) if signs[k] == 1)


def _rotation(line: dict[str, Any]) -> int:
    value = line.get("rotation")
    if type(value) is int:
        return _integers([value], "rotation", 0, 3)[0]
    if value is not None:
        rows = value if isinstance(value, list) and len(value) == 3 else [None]
        matrix = [_integers(row, "each row of rotation", -1, 1, 3) for row in rows]
        if (found := np.flatnonzero(np.equal(matrix, ROTATIONS).all(axis=(1, 2)))).size:
            return int(found[0])
        raise _Wrong("rotation is none of the four")
    degrees = line.get("rotation_degrees", [0, 0, 0])
    if not isinstance(degrees, list) or len(degrees) != 3 or any(type(d) not in (int, float) for d in degrees):
        raise _Wrong("rotation_degrees must be three numbers")
    turned = [k for k in range(3) if abs(degrees[k]) > 1e-3]
    if not turned and all(abs(d) <= 1e-3 for d in degrees):
        return 0
    if len(turned) != 1 or not abs(degrees[turned[0]] + 45) <= 1e-3:
        raise _Wrong("rotation_degrees must be zero or -45 about one axis")
    return 3 - turned[0]


def _chemistry(line: dict[str, Any]) -> Chemistry:
    dims = _integers(line.get("potion_dim_map"), "potion_dim_map", 0, 2, 3)
    permutation = np.flatnonzero(np.equal(dims, PERMUTATIONS).all(axis=1))
    if not permutation.size:
        raise _Wrong("potion_dim_map must be a permutation of 0, 1, 2")
    potion_map = 8 * int(permutation[0]) + _signs(line.get("potion_dir_map"), "potion_dir_map")
    edges = np.array(_integers(line.get("edges_open"), "edges_open", 0, 1, 12), bool)
    try:
        graph = graph_index(edges)
    except ValueError as error:
        raise _Wrong(f"edges_open: {error}") from None
    return Chemistry(potion_map, _signs(line.get("stone_map"), "stone_map"), graph, _rotation(line))


def _episode(line: dict[str, Any]) -> Episode:
    trials = line.get("trials")
    if (
        not isinstance(trials, list)
        or not 1 <= len(trials) <= MAX_TRIALS
        or not all(isinstance(t, dict) for t in trials)
    ):
        raise _Wrong(f"trials must be a list of 1 to {MAX_TRIALS} objects")
    stones = [_integers(trial.get("stones"), "stones", 0, 7, STONES) for trial in trials]
    potions = [_integers(trial.get("potions"), "potions", 0, 5, POTIONS) for trial in trials]
    return Episode(_chemistry(line), np.array(stones, np.int8), np.array(potions, np.int8))


def _recordings(line: dict[str, Any]) -> dict[str, Recording]:
    agents = line.get("agents", {})
    if not isinstance(agents, dict):
        raise _Wrong("agents must be an object")
    trials = _episode(line).trials
    return {name: _recording(value, f"agents, {name[:80]}", trials) for name, value in agents.items()}


def _recording(value: Any, name: str, trials: int) -> Recording:
    actions = value.get("actions") if isinstance(value, dict) else None
    if not isinstance(actions, list) or len(actions) != trials:
        raise _Wrong(f"{name}: actions must have one list for each of the {trials} trials")
    encoded = []
    for trial in actions:
        if not isinstance(trial, list) or len(trial) > STEPS:
            raise _Wrong(f"{name}: a trial has {STEPS} actions at most")
        pairs = [_integers(pair, f"{name}: an action", CAULDRON, POTIONS - 1, 2) for pair in trial]
        if any(not 0 <= stone < STONES for stone, _ in pairs):
            raise _Wrong(f"{name}: a stone must be 0 to {STONES - 1}")
        encoded.append(tuple(encode(stone, slot) for stone, slot in pairs))
    rewards = _integers(value.get("rewards"), f"{name}: rewards", -1000, 1000, trials)
    return Recording(tuple(encoded), tuple(rewards))


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and objects of a file; empty lines are skipped."""
    if not path.is_file():
        raise BadInput(f"There is no episode file {path}")
    read, number = 0, 0
    try:
        with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
            while raw := file.readline(MAX_LINE + 1):
                number += 1
                read += len(raw)
                if len(raw) > MAX_LINE:
                    raise BadInput(f"{path.name}, line {number}: longer than {MAX_LINE >> 20} MiB")
                if read > MAX_BYTES:
                    raise BadInput(f"{path.name} holds more than {MAX_BYTES >> 20} MiB")
                if raw.strip():
                    line = json.loads(raw.decode())
                    if not isinstance(line, dict):
                        raise BadInput(f"{path.name}, line {number}: not an object")
                    yield number, line
    except (OSError, EOFError, zlib.error) as error:
        raise BadInput(f"{path.name} cannot be read after line {number}: {error}") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadInput(f"{path.name}, line {number}: not JSON ({error})") from None
    except RecursionError:
        raise BadInput(f"{path.name}, line {number}: nested too deeply") from None
    except ValueError as error:
        if isinstance(error, BadInput):
            raise
        raise BadInput(f"{path.name}, line {number}: a number is too long") from None


def episode_from_json(line: dict[str, Any]) -> Episode:
    """The episode that ``Episode.to_json`` described; raises BadInput where the object is no episode."""
    episode: Episode = _checked("record", 1, _episode, line)
    return episode


def read_episodes(path: str | Path) -> list[Episode]:
    """All episodes of a file; raises BadInput with the line number for anything that is not an episode."""
    return [_checked(path, number, _episode, line) for number, line in _lines(Path(path))]


def read_recordings(path: str | Path) -> list[dict[str, Recording]]:
    """What agents were recorded to do, by name, for each episode of a file; raises BadInput as ``read_episodes``."""
    return [_checked(path, number, _recordings, line) for number, line in _lines(Path(path))]


def _checked(path: str | Path, number: int, parse: Any, line: dict[str, Any]) -> Any:
    try:
        return parse(line)
    except _Wrong as wrong:
        raise BadInput(f"{Path(path).name}, line {number}: {wrong}") from None


def write_episodes(path: str | Path, episodes: Sequence[Episode]) -> None:
    """Write a file that ``read_episodes`` reads back; the file appears only when it is complete."""
    path = Path(path)
    text = "".join(json.dumps(episode.to_json(), separators=(",", ":")) + "\n" for episode in episodes).encode()
    part = path.with_name(path.name + ".part")
    part.write_bytes(gzip.compress(text, mtime=0) if path.suffix == ".gz" else text)
    os.replace(part, path)
