"""Settings of the recall room's experiments, apart from them: a form must not load torch."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from engine.experiments.configuration import Configuration

DataName = Literal["bits", "digits", "omniglot", "cifar10", "natural"]
FormName = Literal["dense", "recurrent", "convolutional"]
DamageName = Literal["block", "noise"]
RivalName = Literal["lstm", "ntm", "dnc"]

FORMS: dict[str, FormName] = {
    "bits": "dense",
    "digits": "dense",
    "omniglot": "dense",
    "cifar10": "convolutional",
    "natural": "convolutional",
}
FLOATS = {"bits": 528, "digits": 260, "omniglot": 4608, "cifar10": 9216, "natural": 9216}
HIDDEN = {"dense": 128, "recurrent": 128, "convolutional": 16}
CODE = {"digits": 12, "omniglot": 71}


class EnergyMemoryConfiguration(Configuration):
    """Settings of a meta-training and its examination."""

    data: DataName = Field("digits", description="What is stored; examined are classes never trained on")
    size: int | None = Field(
        None,
        ge=4,
        le=1024,
        description="Bits of a pattern, or pixels of an image's side; none: the usual size",
        json_schema_extra={"unit": "bits or pixels"},
    )
    floats: int | None = Field(
        None,
        ge=1,
        le=10**7,
        description="Most numbers that a write may change: the memory's size; none: as shipped for the data",
        json_schema_extra={"unit": "floats"},
    )
    patterns: int = Field(
        16, ge=1, le=1024, description="Patterns written together", json_schema_extra={"unit": "patterns"}
    )
    fewest: int | None = Field(
        None,
        ge=1,
        description="Fewest patterns of a task in training; none: as many as patterns",
        json_schema_extra={"unit": "patterns"},
    )
    form: FormName | None = Field(None, description="Energy network; none: dense, for photographs convolutional")
    hidden: int | None = Field(
        None, ge=2, le=4096, description="Hidden units, or channels; none: as usual for the form"
    )
    code: int | None = Field(
        None,
        ge=0,
        le=4096,
        description="Learned projection a unit of the dense memory sees, 0: the whole pattern; none: as usual",
        json_schema_extra={"unit": "values"},
    )
    reads: int = Field(5, ge=1, le=50, description="Steps of a read", json_schema_extra={"unit": "steps"})
    writes: int = Field(5, ge=0, le=50, description="Steps of a write", json_schema_extra={"unit": "steps"})
    damage: DamageName | None = Field(None, description="Block or single pixels; none: noise for bits, else a block")
    amount: float = Field(0.5, gt=0, le=1, description="Side of the block, or share of the pixels, that is damaged")
    batch: int = Field(16, ge=1, le=1024, description="Tasks in a minibatch", json_schema_extra={"unit": "tasks"})
    updates: int = Field(
        2000, ge=0, le=10**8, description="How many minibatches to train on", json_schema_extra={"unit": "updates"}
    )
    learning_rate: float = Field(2e-3, gt=0, le=1, description="Largest step size of AdamW")
    clip: float = Field(1.0, gt=0, description="Largest norm of the meta-gradient")
    order: float = Field(
        0.0,
        ge=0,
        le=100,
        description="Weight of a term, not of the paper, that keeps stored energies below unseen, these below damaged",
    )
    late: float = Field(
        0.0,
        ge=0,
        le=100,
        description="How much more the later steps of a read count in training: step k as k to this power",
    )
    wells: float = Field(
        0.0,
        ge=0,
        le=100,
        description="Depth of the wells that the energy of a dense memory begins with, 0: random weights",
    )
    twin: bool = Field(True, description="Also train the twin without writing, the control of every error")
    twin_updates: int | None = Field(
        None,
        ge=0,
        le=10**8,
        description="How many minibatches the twin is trained on; none: as many",
        json_schema_extra={"unit": "updates"},
    )
    rivals: tuple[RivalName, ...] = Field(
        (), description="Recurrent memories of the same size to train on the same tasks, for comparison"
    )
    rival_updates: int = Field(
        500,
        ge=0,
        le=10**8,
        description="How many minibatches each is trained on",
        json_schema_extra={"unit": "updates"},
    )
    examined: int = Field(
        64, ge=2, le=10_000, description="Tasks of the examination", json_schema_extra={"unit": "tasks"}
    )
    save_every: int = Field(
        250, ge=1, description="Updates between checkpoints and traces", json_schema_extra={"unit": "updates"}
    )

    @model_validator(mode="after")
    def _sensible(self) -> EnergyMemoryConfiguration:
        if self.fewest is not None and self.fewest > self.patterns:
            raise ValueError(f"fewest must be at most patterns ({self.patterns}), not {self.fewest}")
        if self.code and self.chosen_form != "dense":
            raise ValueError(f"code is for the dense form only, not {self.chosen_form}")
        if self.wells and self.chosen_form != "dense":
            raise ValueError(f"wells are for the dense form only, not {self.chosen_form}")
        return self

    @property
    def chosen_form(self) -> FormName:
        """The form, chosen or usual."""
        return self.form or FORMS[self.data]

    @property
    def chosen_floats(self) -> int:
        """Size of the memory, chosen or usual."""
        return self.floats or FLOATS[self.data]

    @property
    def chosen_hidden(self) -> int:
        """Hidden units, chosen or usual."""
        return self.hidden or HIDDEN[self.chosen_form]

    @property
    def chosen_code(self) -> int:
        """Values that a unit of the dense memory sees, chosen or usual."""
        if self.code is None:
            return CODE.get(self.data, 0) if self.chosen_form == "dense" else 0
        return self.code

    @property
    def chosen_damage(self) -> DamageName:
        """Kind of damage, chosen or usual."""
        return self.damage or ("noise" if self.data == "bits" else "block")


class RecallConfiguration(Configuration):
    """Settings of a session by hand."""

    source: str = Field(
        "pretrained/digits",
        max_length=200,
        description="Which trained memory: pretrained/NAME, or the id of a run of energy-memory",
    )
    patterns: int = Field(
        0,
        ge=0,
        le=256,
        description="Patterns written at the start; 0: as many as it was trained with",
        json_schema_extra={"unit": "patterns"},
    )
