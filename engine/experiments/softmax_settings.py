"""Settings of the Hebbian softmax's experiments, apart from them: a form must not load torch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.experiments.configuration import Configuration

TaskName = Literal["omniglot", "language"]
WeightingName = Literal["occurrence", "batch"]
ScaleName = Literal["none", "target", "rows"]

LIMITS: dict[str, int] = {"omniglot": 30, "language": 10}
"""Occurrences after which the rule leaves a class to gradient descent; chosen on validation text and tuning seeds."""


class HebbianSoftmaxConfiguration(Configuration):
    """Settings of a comparison."""

    task: TaskName = Field("omniglot", description="Characters that arrive late, or a language model")
    seeds: int = Field(5, ge=1, le=100, description="Repetitions, each with its own seed")
    gamma: float = Field(0.1, gt=0, le=1, description="Least mixing rate while the rule acts")
    limit: int | None = Field(
        None,
        ge=1,
        description="Occurrences after which the rule stops, T; none: 30 for omniglot, 10 for language",
        json_schema_extra={"unit": "occurrences"},
    )
    weighting: WeightingName = Field(
        "batch", description="Rate 1/c as published, or n/c with n occurrences in the batch: the exact running mean"
    )
    scale: ScaleName = Field(
        "rows",
        description="Norm of what is written (language): as it is, of the target's row, or the mean of settled rows",
    )
    strength: float = Field(2.25, gt=0, le=10, description="Factor on what is written (language)")
    centred: bool = Field(True, description="Take the mean activation off before writing (language)")

    classes: int = Field(480, ge=2, le=1623, description="Characters in all", json_schema_extra={"unit": "classes"})
    arriving: int = Field(
        30, ge=1, le=500, description="Characters that come at a time", json_schema_extra={"unit": "classes"}
    )
    criterion: float = Field(
        0.6, gt=0, lt=1, description="Share of test drawings right that brings the next characters"
    )
    period: int = Field(
        100, ge=50, le=10_000, description="Steps between arrivals where the newest classes are compared",
        json_schema_extra={"unit": "steps"},
    )  # fmt: skip
    rates: tuple[float, ...] = Field((5e-4, 1e-3, 2e-3), min_length=1, description="Learning rates tried for each arm")
    output_rates: tuple[float, ...] = Field(
        (1.0, 4.0, 16.0),
        min_length=1,
        description="Factors on the learning rate of the output rows, tried for each arm",
    )
    tuning_seeds: int = Field(2, ge=1, le=20, description="Further seeds, on which the rates are chosen (omniglot)")

    corpus: str = Field(
        "speeches",
        max_length=500,
        description="Text to learn (language): a name, or the path of a text file or folder",
        json_schema_extra={"choices": "engine.data.texts:CORPORA"},
    )
    download: bool = Field(False, description="Download WikiText from its publisher if it is not there (language)")
    vocabulary: int = Field(
        8000, ge=50, le=300_000, description="Most words known", json_schema_extra={"unit": "words"}
    )
    words: int = Field(
        150_000, ge=0, description="Words of training text; 0: all of it", json_schema_extra={"unit": "words"}
    )
    tested: int = Field(40_000, ge=100, description="Words of test text", json_schema_extra={"unit": "words"})
    epochs: int = Field(
        2, ge=1, le=100, description="Times through the training text", json_schema_extra={"unit": "epochs"}
    )
    begins: int = Field(
        0,
        ge=0,
        le=100,
        description="Epochs before the rule acts; until then it only counts (language)",
        json_schema_extra={"unit": "epochs"},
    )
    size: int = Field(64, ge=8, le=1024, description="Values in an output row and an embedding")
    hidden: int = Field(64, ge=8, le=4096, description="LSTM units")
    dropout: float = Field(0.3, ge=0, lt=1, description="Share of values dropped")
    tied: bool = Field(False, description="Use the output rows as the embedding, as published")
    learning_rate: float = Field(2e-3, gt=0, le=1, description="Step size of Adam (language)")
    output_rate: float = Field(
        30.0, gt=0, le=1000, description="Factor on the learning rate of the output rows in the tuned arm (language)"
    )
    binding_rate: float = Field(
        30.0, gt=0, le=1000, description="Factor on the learning rate of the output rows in the Hebbian arm (language)"
    )
    window: int = Field(2000, ge=1, le=100_000, description="Words in the cache", json_schema_extra={"unit": "words"})
    adapted: int = Field(
        0,
        ge=0,
        description="Test words on which memory-based adaptation is measured",
        json_schema_extra={"unit": "words"},
    )

    @model_validator(mode="after")
    def _some_arrive_later(self) -> HebbianSoftmaxConfiguration:
        if self.task == "omniglot" and self.arriving >= self.classes:
            raise ValueError(f"arriving must be less than classes ({self.classes}), so that some come later")
        return self

    @property
    def last_limit(self) -> int:
        """T of the task."""
        return LIMITS[self.task] if self.limit is None else self.limit


class PlayConfiguration(Configuration):
    """Settings of a lesson for two twins."""

    source: str = Field(
        "pretrained/twins-speeches",
        max_length=200,
        description="Which twins: pretrained/NAME, or the id of a run of hebbian-softmax on language",
    )
    sentence: str = Field("", max_length=2000, description="A sentence to begin with")
