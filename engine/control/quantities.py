"""What a task is called, shows and hides, and how it is learned: plain values without torch, for windows too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Quantity:
    """One number of a situation: its name, unit, and the range within which it is drawn."""

    name: str
    unit: str = ""
    low: float = -1.0
    high: float = 1.0


@dataclass(frozen=True)
class Recipe:
    """How a task is trained unless asked otherwise.

    Attributes
    ----------
    algorithm
        rdpg, rsvg0, rtd3 or rsac.
    discount, reward_scale, learning_rate
        Of the learner; the rate falls to a tenth in the last third.
    burn_in, length
        Steps of a replayed segment that only warm up the memory, and steps that are learned from; length 0: whole
        episodes.
    batch
        Segments of an update.
    environments, updates
        Episodes played at once, and updates after each such round.
    rounds
        Rounds of a training.
    noise, correlation
        Exploration of deterministic policies: standard deviation, and correlation from step to step.
    keeping
        Bias of the LSTM's forget gates at the start: about the logarithm of the steps over which it keeps things.
    hidden
        Units of the LSTM and of each layer of a head.
    follow
        How far the slow copies of the networks go towards them at each update.
    start
        Size of the random actions of the first rounds. Where actions cost their square, a critic that has seen large
        ones tells small ones apart badly.
    """

    algorithm: str = "rtd3"
    discount: float = 0.95
    reward_scale: float = 0.1
    learning_rate: float = 1e-3
    burn_in: int = 10
    length: int = 40
    batch: int = 32
    environments: int = 4
    updates: int = 200
    rounds: int = 30
    noise: float = 0.2
    correlation: float = 0.0
    keeping: float = 0.0
    hidden: int = 64
    follow: float = 0.005
    start: float = 1.0


@dataclass(frozen=True)
class Task:
    """A task: what is seen, what is hidden, what is drawn.

    Attributes
    ----------
    family
        Which environment it is (engine.control.catalogue) and how it is drawn.
    horizon, dt
        Decisions of an episode, and seconds between two of them (0 where time has no unit).
    observation
        What the agent sees, besides its own last action.
    removed
        What a full-information agent sees in addition.
    state
        What a picture of the situation needs.
    hidden
        What a memory has to know: a linear probe of the memory is trained to tell it.
    largest_reward
        Bound on the reward of one step; values far beyond it mean that learning blew up.
    terminal
        Whether the end of an episode is an end; else it is a time limit, and values are bootstrapped through it.
    pixels
        Whether the observation is an image of 32 x 32.
    """

    name: str
    title: str
    summary: str
    family: str
    horizon: int
    dt: float
    observation: tuple[str, ...]
    removed: tuple[str, ...]
    actions: tuple[Quantity, ...]
    state: tuple[Quantity, ...]
    hidden: tuple[Quantity, ...]
    largest_reward: float
    recipe: Recipe = Recipe()
    options: Mapping[str, Any] = field(default_factory=dict)
    terminal: bool = False
    pixels: bool = False

    @property
    def maze(self) -> bool:
        """Whether episodes consist of trials that end on a hidden platform."""
        return self.family == "maze"

    def to_json(self) -> dict[str, Any]:
        """For records: everything a page needs to draw and label."""
        return asdict(self)
