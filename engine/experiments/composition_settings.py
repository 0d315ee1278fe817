"""Settings of the composition room's experiments, apart from them: a form must not load torch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from engine.experiments.configuration import Configuration

Suite = Literal["grid", "file", "plane", "point", "arm", "ball", "ant"]
Pair = Literal["all", "left-right", "left-up", "tricky"]
LEARNED_SUITES = ("point", "arm", "ball", "ant")
PAIRS = ("left-right", "left-up", "tricky")


class CompositionConfiguration(Configuration):
    """Settings of a comparison."""

    suite: Suite = Field(
        "grid",
        description="Which worlds: grids and a file are solved exactly, the plane nearly so; a point on that plane, an "
        "arm, a ball and an ant (which needs MuJoCo) are learned",
    )
    pair: Pair = Field("all", description="Which two tasks are mixed")
    mixture: float = Field(0.5, ge=0, le=1, description="Weight b of the first task; the second has 1 - b")
    path: Path | None = Field(None, description="A problem of one's own (.npz with P, r, gamma, alpha, w), for file")
    out: Path | None = Field(None, description="Where to write its solution (.npz), for file")
    updates: int = Field(
        2000, ge=10, le=10_000_000, description="Length of a training", json_schema_extra={"unit": "updates"}
    )
    batch: int = Field(128, ge=8, le=4096, description="Bodies in parallel", json_schema_extra={"unit": "bodies"})
    width: int = Field(96, ge=8, le=1024, description="Units in a layer", json_schema_extra={"unit": "units"})
    samples: int = Field(
        4, ge=1, le=128, description="Actions drawn from each of three proposals and the box, to integrate over actions"
    )
    mixtures: int = Field(
        1, ge=1, le=64, description="Mixtures at which each step teaches the correction: its own, an even one, random"
    )
    learning_rate: float = Field(1e-3, gt=0, le=1, description="Step size of Adam, held for the first half")
    repeats: int = Field(1, ge=1, le=100, description="Trainings of each pair, with seeds one after the other")
    runs: int = Field(
        200, ge=8, le=10_000, description="Rollouts of each method", json_schema_extra={"unit": "rollouts"}
    )
    shown_every: int = Field(
        500, ge=1, description="Updates between two looks at the policies", json_schema_extra={"unit": "updates"}
    )

    @model_validator(mode="after")
    def _sensible(self) -> CompositionConfiguration:
        if self.suite == "file" and self.path is None:
            raise ValueError("path is needed for suite=file: an .npz file with P, r, gamma, alpha and w")
        if self.suite != "file" and (self.path is not None or self.out is not None):
            raise ValueError("path and out are for suite=file only")
        return self

    @property
    def pairs(self) -> tuple[str, ...]:
        """The pairs of tasks, in order."""
        return PAIRS if self.pair == "all" else (self.pair,)


class PlayConfiguration(Configuration):
    """Settings of a board that is painted by hand."""

    pair: Literal["left-right", "left-up", "tricky"] = Field(
        "tricky", description="Which two tasks a board of 8 by 8 starts with"
    )
    rows: int = Field(8, ge=2, le=24, description="Height of the board", json_schema_extra={"unit": "cells"})
    columns: int = Field(8, ge=2, le=24, description="Width of the board", json_schema_extra={"unit": "cells"})
    tasks: int = Field(2, ge=1, le=4, description="Tasks to mix")
    moves: Literal["cardinal", "diagonal"] = Field("cardinal", description="The four moves of the board")
    slip: float = Field(0.0, ge=0, le=1, description="Probability that a move is drawn uniformly instead")
    gamma: float = Field(0.95, ge=0, lt=1, description="Discount")
    alpha: float = Field(0.1, ge=1e-6, le=1e6, description="Temperature", json_schema_extra={"unit": "reward"})
