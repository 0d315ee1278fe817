"""Settings of the control room's experiments, apart from them: a form must not load torch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from pydantic import Field, field_validator

from engine.control.quantities import Recipe
from engine.control.tasks import find_task
from engine.experiments.configuration import Configuration

AGENTS: tuple[str, ...] = (
    "pretrained",
    "train",
    "feed-forward",
    "frame-stack",
    "full-information",
    "imitate",
    "random",
    "circle",
    "circle-remembers",
    "knows-platform",
    "knows-target",
)
"""pretrained/NAME and the id of a training are agents too."""

BESIDE: tuple[str, ...] = ("lstm", "feed-forward", "frame-stack", "full-information", "taught", *AGENTS[6:])
"""Whom an agent can be shown beside: policies that come with Athanor, and scripted agents."""

TRAINED = ("train", "feed-forward", "frame-stack", "full-information", "imitate")
"""Agents that are trained first."""

WipeName = Literal["none", "step", "teleport"]


class ControlConfiguration(Configuration):
    """Settings of a training, an evaluation, or both."""

    task: str = Field(
        "pendulum-p",
        max_length=64,
        description="What is to be controlled",
        json_schema_extra={"choices": "engine.control.tasks:TASKS"},
    )
    agent: str = Field(
        "pretrained",
        max_length=200,
        description="Who plays: pretrained; train (an LSTM), feed-forward, frame-stack or full-information, which are "
        "trained first; imitate (an LSTM taught by a scripted agent, water mazes and reacher); a scripted agent; "
        "pretrained/NAME; or the id of a training",
        json_schema_extra={"choices": "engine.experiments.control_settings:AGENTS"},
    )
    episodes: int = Field(
        100, ge=1, le=10_000, description="Fresh episodes of the evaluation", json_schema_extra={"unit": "episodes"}
    )
    wipe: WipeName = Field("none", description="When the memory is wiped: never, before each step, at each teleport")
    beside: tuple[str, ...] = Field(
        (),
        max_length=6,
        description=f"Who lives the recorded episodes beside it: {', '.join(BESIDE)}, as far as they come with Athanor",
    )
    traced: int = Field(
        4, ge=0, le=100, description="Episodes recorded step by step", json_schema_extra={"unit": "episodes"}
    )
    algorithm: Literal["rdpg", "rsvg0", "rtd3", "rsac"] | None = Field(
        None, description="Deterministic or stochastic value gradient, or their modern forms; none: what suits the task"
    )
    hidden: int | None = Field(
        None, ge=1, le=1024, description="Units of the LSTM and of each layer of a head; none: what suits the task"
    )
    rounds: int | None = Field(
        None, ge=1, le=100_000, description="Rounds of playing and learning; none: what suits the task"
    )
    environments: int | None = Field(
        None, ge=1, le=256, description="Episodes of a round", json_schema_extra={"unit": "episodes"}
    )
    updates: int | None = Field(None, ge=1, le=10_000, description="Updates after each round")
    batch: int | None = Field(
        None, ge=1, le=1024, description="Segments of an update", json_schema_extra={"unit": "segments"}
    )
    burn_in: int | None = Field(
        None, ge=0, le=500, description="Steps that only warm up the memory", json_schema_extra={"unit": "steps"}
    )
    length: int | None = Field(
        None,
        ge=0,
        le=500,
        description="Steps of a segment that are learned from; 0: whole episodes",
        json_schema_extra={"unit": "steps"},
    )
    learning_rate: float | None = Field(None, gt=0, le=1000, description="Step size of Adam")
    follow: float | None = Field(
        None, gt=0, le=1, description="How far the slow copies of the networks go towards them at each update"
    )
    discount: float | None = Field(None, ge=0, lt=1, description="Worth of the next step's reward")
    reward_scale: float | None = Field(None, gt=0, le=1000, description="By which rewards are multiplied in learning")
    keeping: float | None = Field(
        None, ge=0, le=20, description="Bias of the LSTM's forget gates at the start, about log of the steps to keep"
    )
    noise: float | None = Field(None, ge=0, le=2, description="Exploration of a deterministic policy, of the range 1")
    correlation: float | None = Field(
        None, ge=0, lt=1, description="Of the noise of exploration, from one step to the next"
    )
    start: float | None = Field(
        None, gt=0, le=1, description="Size of the random actions of the first two rounds, of the range 1"
    )

    @field_validator("task")
    @classmethod
    def _known_task(cls, name: str) -> str:
        return find_task(name).name

    @field_validator("beside")
    @classmethod
    def _known_beside(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            if name not in BESIDE:
                raise ValueError(f"beside may be {', '.join(BESIDE)}, not {name!r}")
        return names

    def recipe(self, usual: Recipe) -> Recipe:
        """A recipe with what is set here."""
        given: dict[str, Any] = {
            name: getattr(self, name) for name in Recipe.__dataclass_fields__ if getattr(self, name, None) is not None
        }
        return replace(usual, **given)


class ControlPlayConfiguration(Configuration):
    """Settings of a session."""

    task: str = Field(
        "water-maze-r",
        max_length=64,
        description="What is to be controlled",
        json_schema_extra={"choices": "engine.control.tasks:TASKS"},
    )
    agent: str = Field(
        "pretrained", max_length=200, description="Who plays: pretrained, pretrained/NAME or the id of a training"
    )
    beside: tuple[str, ...] = Field(
        ("feed-forward", "full-information"),
        max_length=6,
        description=f"Who lives the same episode: {', '.join(BESIDE)}, as far as they come with Athanor",
    )

    @field_validator("task")
    @classmethod
    def _known_task(cls, name: str) -> str:
        return find_task(name).name
