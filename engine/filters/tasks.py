"""Tasks: which sets there are, and which keys are asked [Rae et al. 2019, 5, E].

Every task has three disjoint parts of its keys: for training, for choosing thresholds, for testing; only the skewed
task learns the keys themselves and is trained, tuned and tested on the same pictures, as published. Negatives for
reported rates come from the task's own distribution of questions and are never members.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.data import digits, string_keys
from engine.errors import BadInput

TaskName = Literal[
    "digits-class",
    "digits-skewed",
    "digits-uniform",
    "mnist-class",
    "mnist-skewed",
    "mnist-uniform",
    "word-ranges",
    "row-ranges",
    "word-mixture",
]
Split = Literal["train", "tune", "test"]
Indices = NDArray[np.int64]

SKEW = 0.999  # p(i) of the skewed task, proportional to SKEW**i [5.1]
SMALL_SKEW = 0.995  # the same for 1,797 digits
CLUSTERS, STRUCTURED = 3, 0.8  # of word-mixture: three ranges hold 80 % of the keys, the rest is scattered


class Keys(Protocol):
    """A part of a task's keys and how sets and questions are drawn from it; indices are into ``names``.

    ``names``: the keys, sorted where order matters (pictures: their pixels); ``labels`` int64 [n]
    (-1: none); ``alike``: whether some members of a set tell of the others, so that training may write a sample.
    """

    names: list[bytes]
    labels: Indices
    alike: bool

    @property
    def most(self) -> int:
        """Largest set."""
        ...

    def draw(self, random: Generator, n: int) -> Indices:
        """A set of n keys."""
        ...

    def others(self, random: Generator, members: Indices, count: int) -> Indices:
        """Keys that are asked and are not members, as the task distributes its questions."""
        ...

    def near(self, random: Generator, members: Indices, count: int) -> Indices:
        """Keys that are not members and hard to tell from them, for training."""
        ...


@dataclass
class Base:
    """Keys of any task: questions are uniform, nothing is harder than anything else."""

    names: list[bytes]
    labels: Indices
    alike: bool = False

    @property
    def most(self) -> int:
        """Largest set: half of the keys, so that something else can be asked."""
        return len(self.names) // 2

    def others(self, random: Generator, members: Indices, count: int) -> Indices:
        """Uniform over all keys that are not members."""
        inside = np.zeros(len(self.names), bool)
        inside[members] = True
        found = random.integers(0, len(self.names), count)
        while (again := np.flatnonzero(inside[found])).size:
            found[again] = random.integers(0, len(self.names), again.size)
        return found

    def near(self, random: Generator, members: Indices, count: int) -> Indices:
        """As ``others``."""
        return self.others(random, members, count)


@dataclass
class Uniform(Base):
    """n keys uniformly without replacement."""

    def draw(self, random: Generator, n: int) -> Indices:
        """See ``Keys``."""
        return random.choice(len(self.names), n, replace=False)


@dataclass
class Skewed(Base):
    """n keys without replacement, p(i) proportional to skew**i along the order of the keys."""

    skew: float = SKEW

    def draw(self, random: Generator, n: int) -> Indices:
        """The n first of an exponential race: the same distribution as drawing one after the other."""
        race = np.log(-np.log(random.random(len(self.names)))) - np.arange(len(self.names)) * np.log(self.skew)
        first: Indices = np.argpartition(race, n)[:n]
        return first


@dataclass
class OneClass(Base):
    """A random subset of the pictures of one class; questions are members or pictures of other classes."""

    alike: bool = True

    @property
    def most(self) -> int:
        """Pictures of the smallest class."""
        return int(np.bincount(self.labels).min())

    def draw(self, random: Generator, n: int) -> Indices:
        """See ``Keys``."""
        own = np.flatnonzero(self.labels == random.integers(digits.CLASSES))
        return random.choice(own, n, replace=False)

    def others(self, random: Generator, members: Indices, count: int) -> Indices:
        """Uniform over the pictures of other classes."""
        return random.choice(np.flatnonzero(self.labels != self.labels[members[0]]), count)


def distances(random: Generator, count: int) -> Indices:
    """Log-uniform: a filter that may be wrong in 0.5 % of 80,000 keys need not tell the nearest hundred apart."""
    found: Indices = (100 * np.exp(random.random(count) * np.log(100))).astype(np.int64)
    return found


@dataclass
class Ranges(Base):
    """n neighbours in the sorted list of keys from a random start."""

    alike: bool = True

    def draw(self, random: Generator, n: int) -> Indices:
        """See ``Keys``."""
        return random.integers(0, len(self.names) - n + 1) + np.arange(n)

    def near(self, random: Generator, members: Indices, count: int) -> Indices:
        """Keys 100 to 10,000 places outside the range, the nearer the more often."""
        low, high = int(members.min()), int(members.max())
        away = distances(random, count)
        found = np.where(random.random(count) < 0.5, low - away, high + away)
        outside = (found < 0) | (found >= len(self.names))
        found[outside] = self.others(random, members, int(outside.sum()))
        return found


@dataclass
class Mixture(Base):
    """Three ranges that hold 80 % of the keys, and 20 % scattered over all: only the scattered need remembering."""

    alike: bool = True

    def draw(self, random: Generator, n: int) -> Indices:
        """See ``Keys``."""
        each = max(1, round(n * STRUCTURED / CLUSTERS))
        chosen = np.zeros(len(self.names), bool)
        for start in random.integers(0, len(self.names) - each, CLUSTERS):
            chosen[start : start + each] = True
        inside = np.flatnonzero(chosen)[:n]
        stray = np.empty(0, np.int64)
        while len(stray) < n - len(inside):  # a few at a time: most of the universe is never looked at
            more = random.integers(0, len(self.names), n - len(inside) - len(stray))
            stray = np.unique(np.concatenate([stray, more[~chosen[more]]]))
        return np.concatenate([inside, stray])

    def near(self, random: Generator, members: Indices, count: int) -> Indices:
        """Keys 100 to 10,000 places from a member."""
        inside = np.zeros(len(self.names), bool)
        inside[members] = True
        away = distances(random, count) * random.choice([-1, 1], count)
        found: Indices = np.clip(random.choice(members, count) + away, 0, len(self.names) - 1)
        again = inside[found]
        found[again] = self.others(random, members, int(again.sum()))
        return found


def make_keys(task: TaskName, split: Split, seed: int = 0) -> Keys:
    """A part of a task's keys; ``seed`` fixes how strings are split, so that it stays the same for one network."""
    kind, _, way = task.partition("-")
    if kind in ("digits", "mnist"):
        return _pictures(digits.small_digits() if kind == "digits" else digits.mnist(), kind, way, split)
    keys = string_keys.universe("rows" if kind == "row" else "words")
    third = np.random.default_rng(seed).permutation(len(keys)) % 3
    own = [keys[i] for i in np.flatnonzero(third == ("train", "tune", "test").index(split))]
    maker = Mixture if way == "mixture" else Ranges
    return maker(own, np.full(len(own), -1))


def _pictures(pictures: digits.Pictures, kind: str, way: str, split: Split) -> Keys:
    rows = np.flatnonzero(pictures.test)
    if way == "skewed":  # each picture's own probability is what there is to learn [E]
        rows = np.random.default_rng(0).permutation(np.flatnonzero(~pictures.test))
    elif split != "test":
        rows = np.flatnonzero(~pictures.test)
        held = np.arange(len(rows)) % (4 if kind == "digits" else 10) == 0
        rows = rows[held if split == "tune" else ~held]
    labels = pictures.labels[rows]
    names = [picture.tobytes() for picture in pictures.pixels[rows]]
    if way == "class":
        return OneClass(names, labels)
    if way == "skewed":
        return Skewed(names, labels, skew=SMALL_SKEW if kind == "digits" else SKEW)
    return Uniform(names, labels)


def check_size(keys: Keys, task: str, n: int) -> None:
    """Raises BadInput for a set that the task cannot fill."""
    if n > keys.most:
        raise BadInput(f"n may be at most {keys.most:,} for {task}, not {n:,}")
