"""Settings of the memory room's experiments, apart from them: a form must not load torch."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.experiments.configuration import Configuration

TaskName = Literal["copy", "repeat-copy", "recall", "sort", "omniglot", "babi"]
ModelName = Literal["lstm", "ntm", "dnc", "dam", "sam", "sdnc"]

LEVELS: dict[str, tuple[int, int]] = {
    "copy": (1, 20),
    "repeat-copy": (1, 10),
    "recall": (3, 6),
    "sort": (20, 20),
    "omniglot": (5, 5),
    "babi": (1, 5),
}
"""Lowest and highest level trained, as published [Rae et al. 2016, 4.2; Graves et al. 2014, 4; Santoro et al. 2016]."""

HIGHEST: dict[str, int] = {"omniglot": 20, "babi": 5}
"""Where a curriculum ends; elsewhere at HIGHEST_ELSEWHERE [Rae et al. 2016 reached some 4,000 in recall]."""

HIGHEST_ELSEWHERE = 4096

SMALLEST = 64  # words of the smallest memory that is measured
LONGEST = 4096  # highest level that can be asked for


class MemoryConfiguration(Configuration):
    """Settings of a training."""

    model: ModelName = Field("sam", description="Which network: without a memory, dense, or sparse")
    task: TaskName = Field("recall", description="What it learns")
    slots: int = Field(128, ge=1, le=2**31 - 2, description="Words in memory", json_schema_extra={"unit": "words"})
    word: int = Field(32, ge=1, le=1024, description="Values in a word", json_schema_extra={"unit": "values"})
    heads: int = Field(1, ge=1, le=16, description="Access heads")
    reads: int = Field(4, ge=1, le=64, description="Words a sparse head reads, K", json_schema_extra={"unit": "words"})
    hidden: int = Field(100, ge=1, le=4096, description="LSTM units of the controller")
    lowest: int | None = Field(None, ge=1, description="Least level trained; none: as published for the task")
    level: int | None = Field(
        None, ge=1, description="Highest level trained (items, vectors, classes); none: as published for the task"
    )
    curriculum: bool = Field(False, description="Double the highest level whenever it is learned")
    highest: int | None = Field(
        None, ge=1, description="Level at which a curriculum ends; none: 4096, 20 for omniglot, 5 for babi"
    )
    threshold: float = Field(
        1.0, gt=0, description="Mean loss below which a level counts as learned", json_schema_extra={"unit": "bits"}
    )
    patience: int = Field(
        50, ge=1, description="Over how many minibatches that mean is taken", json_schema_extra={"unit": "minibatches"}
    )
    story: int = Field(1, ge=0, le=20, description="Which bAbI task; 0: all twenty in one network")
    together: tuple[Annotated[int, Field(ge=1, le=20)], ...] = Field(
        (), max_length=19, description="Further bAbI tasks that the same network learns, examined each for itself"
    )
    renamed: bool = Field(
        False, description="Whether people, places and things of bAbI change their names at random in training"
    )
    batch: int = Field(16, ge=1, le=1024, description="Episodes in a minibatch", json_schema_extra={"unit": "episodes"})
    episodes: int = Field(
        100_000, ge=1, le=10**9, description="How many episodes to train on", json_schema_extra={"unit": "episodes"}
    )
    learning_rate: float = Field(1e-3, gt=0, le=1, description="Step size of Adam")
    clip: float = Field(10.0, gt=0, description="Largest norm of the whole gradient")
    examined: int = Field(
        256, ge=1, le=100_000, description="Episodes of each examination", json_schema_extra={"unit": "episodes"}
    )
    save_every: int = Field(
        5_000, ge=1, description="Episodes between checkpoints and traces", json_schema_extra={"unit": "episodes"}
    )

    @model_validator(mode="after")
    def _sensible(self) -> MemoryConfiguration:
        if self.reads > self.slots:
            raise ValueError(f"reads must be at most the number of slots ({self.slots}), not {self.reads}")
        if self.heads > self.slots:
            raise ValueError(f"heads must be at most the number of slots ({self.slots}), not {self.heads}")
        low, high = self.levels
        if low > high:
            raise ValueError(f"lowest must be at most level ({high}), not {low}")
        if self.last_level < high:
            raise ValueError(f"highest must be at least level ({high}), not {self.last_level}")
        return self

    @property
    def levels(self) -> tuple[int, int]:
        """Lowest and highest level trained at the start."""
        low, high = LEVELS[self.task]
        high = high if self.level is None else self.level
        return min(low, high) if self.lowest is None else self.lowest, high

    @property
    def last_level(self) -> int:
        """Highest level that can be reached."""
        if not self.curriculum:
            return self.levels[1]
        return HIGHEST.get(self.task, HIGHEST_ELSEWHERE) if self.highest is None else self.highest


class BenchConfiguration(Configuration):
    """Settings of a session."""

    source: str = Field(
        "pretrained/sam-recall",
        max_length=200,
        description="Which trained network: pretrained/NAME, or the id of a run of memory",
    )
    task: TaskName | None = Field(None, description="Another task than it was trained on, of the same width")
    level: int = Field(0, ge=0, le=LONGEST, description="Items, or length; 0: the highest it was trained on")
    slots: int = Field(
        0,
        ge=0,
        le=2**31 - 2,
        description="Words in memory; 0: as many as it was trained with",
        json_schema_extra={"unit": "words"},
    )


class ScalingConfiguration(Configuration):
    """Settings of the measurement."""

    models: tuple[ModelName, ...] = Field(("ntm", "sam"), min_length=1, description="Which networks")
    most_slots: int = Field(
        1 << 16,
        ge=SMALLEST,
        le=1 << 22,
        description="Largest memory; from 64 words on each has four times as many",
        json_schema_extra={"unit": "words"},
    )
    warm: bool = Field(False, description="Also measure SAM and SDNC with every word in use")
    steps: int = Field(100, ge=2, le=10_000, description="Length of a sequence", json_schema_extra={"unit": "steps"})
