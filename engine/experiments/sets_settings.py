"""Settings of the sets room's experiments, apart from them: a form must not load torch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from engine.experiments.configuration import Configuration

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
ModelName = Literal["nbf", "lstm", "dnc", "memnet", "learned"]
EncoderName = Literal["image-cnn", "image-mlp", "text-lstm", "text-mlp", "text-order"]

LOWEST_RATE = 2.0**-14
RATES = (0.05, 0.01, 0.001)  # the rates of the paper's tables


class FilterConfiguration(Configuration):
    """Settings of a training, or of an examination of a trained network."""

    task: TaskName = Field("digits-class", description="Which sets and questions")
    n: int = Field(60, ge=1, le=1_000_000, description="Keys in a set", json_schema_extra={"unit": "keys"})
    fpr: float = Field(0.01, ge=LOWEST_RATE, le=0.5, description="False positives allowed, as a share of questions")
    model: ModelName = Field("nbf", description="Neural Bloom filter or a rival")
    source: Literal["pretrained", "train"] = Field(
        "pretrained", description="Use the network that comes with the program, or train one"
    )
    sets: int = Field(40, ge=1, le=10_000, description="Sets of the examination", json_schema_extra={"unit": "sets"})
    negatives: int = Field(
        10_000, ge=10, le=1_000_000, description="Non-members asked of each set", json_schema_extra={"unit": "keys"}
    )
    curve: tuple[int, ...] = Field((), max_length=32, description="Further set sizes at which bits are measured")
    precision: Literal[32, 16, 8] = Field(32, description="Bits a number of the memory is stored in")
    steps: int = Field(4000, ge=1, le=10_000_000, description="Steps of training", json_schema_extra={"unit": "steps"})
    batch: int = Field(8, ge=1, le=256, description="Sets in a step of training", json_schema_extra={"unit": "sets"})
    least: int = Field(
        0, ge=0, description="Smallest set of training; 0: half of n", json_schema_extra={"unit": "keys"}
    )
    most: int = Field(0, ge=0, description="Largest set of training; 0: twice n", json_schema_extra={"unit": "keys"})
    written: int = Field(128, ge=2, le=100_000, description="Keys written of a training set whose keys are alike")
    asked: int = Field(48, ge=2, le=10_000, description="Members asked of a training set, and as many others")
    rate: float = Field(2e-3, gt=0, le=1, description="Step size of Adam at the start")
    shift: int = Field(0, ge=0, le=8, description="Move training pictures about", json_schema_extra={"unit": "pixels"})
    encoder: EncoderName | None = Field(None, description="Encoder; none: image-cnn, or text-order for strings")
    slots: int = Field(4, ge=1, le=4096, description="Slots of the memory, m", json_schema_extra={"unit": "slots"})
    word: int = Field(2, ge=1, le=256, description="Numbers in a slot, d", json_schema_extra={"unit": "numbers"})
    query: int = Field(16, ge=1, le=256, description="Size of the query")
    hidden: int = Field(0, ge=0, le=1024, description="Units or filters of the encoder; 0: as fits the task")
    top: int = Field(
        0, ge=0, description="Slots that a sparse address keeps; 0: all", json_schema_extra={"unit": "slots"}
    )
    fixed: bool = Field(False, description="Draw addresses once instead of learning them")
    sphering: bool = Field(False, description="Sphere the queries by a moving ZCA")
    read_sum: bool = Field(False, description="Read the sum over slots instead of every slot")
    match: bool = Field(False, description="Let the reader see how much of a key's own word its own slots hold")
    word_one: bool = Field(False, description="Write ones only: addresses must tell keys apart")

    @model_validator(mode="after")
    def _sensible(self) -> FilterConfiguration:
        if self.top > self.slots:
            raise ValueError(f"top must be at most the number of slots ({self.slots}), not {self.top}")
        if self.word_one and self.word != 1:
            raise ValueError(f"word must be 1 where every word is one, not {self.word}")
        low, high = self.trained
        if low > high:
            raise ValueError(f"least must be at most most ({high}), not {low}")
        if any(n < 1 for n in self.curve):
            raise ValueError("curve may hold whole numbers from 1")
        return self

    @property
    def trained(self) -> tuple[int, int]:
        """Sizes of the sets of training."""
        return self.least or max(1, self.n // 2), self.most or 2 * self.n


class PlayConfiguration(Configuration):
    """Settings of a session at the filter."""

    source: str = Field(
        "pretrained/digits-class", max_length=200, description="Which network: pretrained/NAME, or the id of a run"
    )
    fpr: float = Field(0.01, ge=LOWEST_RATE, le=0.5, description="False positives allowed, as a share of questions")
    n: int = Field(60, ge=0, le=5000, description="Keys inserted to begin with", json_schema_extra={"unit": "keys"})
    keys_file: Path | None = Field(None, description="Insert the lines of this file instead")
    filter_file: Path | None = Field(None, description="Ask this saved filter instead of a new one")
    precision: Literal[32, 16, 8] = Field(32, description="Bits a number of the memory is stored in")
