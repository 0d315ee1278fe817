"""Settings of the world that is played, shared by the evaluation and by games played by hand."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.experiments.configuration import Configuration
from engine.feature_world.world import World


class WorldConfiguration(Configuration):
    """Which variant of Feature World."""

    dimensions: int = Field(2, ge=1, le=6, description="Features of an object, such as colour and shape")
    values: int = Field(4, ge=2, le=8, description="Values of each feature")
    kind: Literal["single", "conjunction"] = Field(
        "single", description="Whether one value is rewarded, or two of different features together"
    )
    goal: Literal["identify", "find"] = Field(
        "identify", description="Whether the game ends when the rule is certain, or at the first reward"
    )
    pool: Literal["full", "unique"] = Field(
        "full", description="Whether there is an object of every combination, or one for each value"
    )

    def world(self) -> World:
        """The world; raises BadInput for one that cannot be."""
        return World(self.dimensions, self.values, self.kind, self.goal, self.pool)
