"""Settings of the trainings of Alchemy agents, apart from them: a form must not load torch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.experiments.configuration import Configuration

Core = Literal["attention", "lstm", "gru", "transformer-xl", "dnc", "sam"]

WIDTHS: dict[str, int] = {"attention": 128, "lstm": 128, "gru": 128, "transformer-xl": 64, "dnc": 96, "sam": 96}
"""Width of a memory where none is given."""


class TrainingConfiguration(Configuration):
    """Settings of a training."""

    core: Core = Field(
        "attention", description="Which memory: facts read by attention, a gated network, DNC, SAM or transformer-XL"
    )
    method: Literal["teacher", "reinforcement"] = Field(
        "teacher",
        description="Learn from what the ideal observer says of each action in the games the learner plays, or from "
        "points alone (PPO)",
    )
    known: Literal["nothing", "belief", "chemistry"] = Field(
        "nothing",
        description="What the agent is told besides what it sees: nothing, the exact belief, or the chemistry",
    )
    predict: bool = Field(
        True, description="Also learn to tell the chemistry: from the exact posterior, or without a teacher the truth"
    )
    width: int | None = Field(None, ge=8, le=1024, description="Hidden units, or values in a row; none: as usual")
    slots: int = Field(
        64, ge=8, le=4096, description="Words in memory (DNC and SAM)", json_schema_extra={"unit": "words"}
    )
    games: int = Field(
        60_000, ge=1, le=10**9, description="How many games to learn from", json_schema_extra={"unit": "games"}
    )
    batch: int = Field(256, ge=8, le=16_384, description="Games played at once", json_schema_extra={"unit": "games"})
    minibatch: int = Field(16, ge=1, le=16_384, description="Games in an update", json_schema_extra={"unit": "games"})
    passes: int = Field(1, ge=1, le=20, description="How often each game is learned from")
    led: float = Field(
        0.6, ge=0, le=1, description="Share of the rounds in which the teacher plays; the learner does in the others"
    )
    learning_rate: float = Field(
        2e-3, gt=0, le=1, description="Step size of Adam, falling to nothing over the training"
    )
    clip: float = Field(1.0, gt=0, description="Largest norm of the whole gradient")
    missing: float = Field(0.02, ge=0, lt=1, description="Share of stones left out, so that the agent copes with it")
    discount: float = Field(0.6, gt=0, le=1, description="Of later trials (reinforcement)")
    spread: float = Field(0.01, ge=0, le=1, description="Weight of the policy's entropy (reinforcement)")
    examined: int = Field(
        1000, ge=1, le=100_000, description="Games of the examination", json_schema_extra={"unit": "games"}
    )

    @model_validator(mode="after")
    def _sensible(self) -> TrainingConfiguration:
        if self.minibatch > self.batch:
            raise ValueError(f"minibatch must be at most batch ({self.batch}), not {self.minibatch}")
        return self

    @property
    def units(self) -> int:
        """Width of the memory."""
        return WIDTHS[self.core] if self.width is None else self.width
