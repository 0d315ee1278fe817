"""Train a network with an external memory on a task, watch it learn to use that memory, and examine it.

Sources: Rae et al. 2016 (arXiv 1610.09027), 4 (tasks, curriculum) and supplement C (sizes); Graves et al. 2014 (arXiv
1410.5401), 4. Trained with Adam where the papers use RMSProp: it needs a fraction of their episodes.
"""

from __future__ import annotations

import json
import time
from typing import Any

import torch
from pydantic import Field, model_validator

from engine.data.memory_tasks import Curriculum
from engine.errors import BadInput, Stopped
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context
from engine.experiments.memory_tasks import (
    BEYOND,
    LEVELS,
    ModelName,
    TaskName,
    accuracy_by_presentation,
    examine,
    make_task,
    share_wrong,
)
from engine.memory.catalogue import build
from engine.memory.interface import Sizes
from engine.memory.models import Card
from engine.memory.training import Checkpoint, Update, train
from engine.runs.checkpoints import load_checkpoint

LATEST = "latest"
SHOWN_PER_SECOND = 10.0  # scalars kept of a quick training


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
    highest: int = Field(4096, ge=1, description="Level at which a curriculum ends")
    threshold: float = Field(
        1.0, gt=0, description="Mean loss below which a level counts as learned", json_schema_extra={"unit": "bits"}
    )
    patience: int = Field(
        50, ge=1, description="Over how many minibatches that mean is taken", json_schema_extra={"unit": "minibatches"}
    )
    story: int = Field(1, ge=0, le=20, description="Which bAbI task; 0: all twenty in one network")
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
        10_000, ge=1, description="Episodes between checkpoints and traces", json_schema_extra={"unit": "episodes"}
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
        if self.curriculum and self.highest < high:
            raise ValueError(f"highest must be at least level ({high}), not {self.highest}")
        return self

    @property
    def levels(self) -> tuple[int, int]:
        """Lowest and highest level trained at the start."""
        low, high = LEVELS[self.task]
        high = high if self.level is None else self.level
        return min(low, high) if self.lowest is None else self.lowest, high


def run(configuration: MemoryConfiguration, context: Context) -> dict[str, Any]:
    """Train, or go on training the parent's network, then examine."""
    torch.set_num_threads(1)
    torch.manual_seed(context.seed)
    c = configuration
    low, high = c.levels
    task = make_task(c.task, story=c.story, classes=high)
    for level in (low, high):
        if level < task.shortest:
            raise BadInput(f"level must be at least {task.shortest} for {c.task}, not {level}")
    sizes = Sizes(task.inputs, task.outputs, c.hidden, c.slots, c.word, c.heads, c.reads)
    network = build(c.model, sizes).to(context.device)
    curriculum = Curriculum(low, high, c.highest if c.curriculum else high, c.threshold, c.patience)
    card = Card(c.model, c.task, sizes, c.story, (low, high))
    shown, started = 0.0, time.monotonic()
    first: int | None = None

    def updated(update: Update) -> None:
        nonlocal shown, first
        first = update.episodes - c.batch if first is None else first
        context.progress(update.episodes, c.episodes, "episodes")
        now = time.monotonic()
        if now - shown < 1 / SHOWN_PER_SECOND and update.episodes < c.episodes:
            return
        shown = now
        context.scalar("loss", update.loss_bits, update.episodes)
        context.scalar("bits wrong", update.bits_wrong, update.episodes)
        context.scalar("level", update.level, update.episodes)
        context.scalar("gradient norm", update.gradient_norm, update.episodes)
        context.scalar("sequences per second", (update.episodes - first) / (now - started), update.episodes)

    def stopping() -> bool:
        try:
            context.check()
        except Stopped:
            return True
        return False

    def save(checkpoint: Checkpoint) -> None:
        tensors, metadata = checkpoint
        context.checkpoint(LATEST, tensors, metadata | {"card": json.dumps(card.to_json())})

    resume = load_checkpoint(context.parent, LATEST, as_torch=True) if context.parent else None
    last = train(
        network,
        task,
        curriculum,
        episodes=c.episodes,
        batch=c.batch,
        learning_rate=c.learning_rate,
        clip=c.clip,
        seed=context.seed,
        updated=updated,
        stopping=stopping,
        save=save,
        save_every=c.save_every,
        resume=resume,
    )
    context.check()
    seen = last.episodes if last else int(resume[1]["episodes"]) if resume else 0
    held_out = make_task(c.task, story=c.story, classes=high, held_out=True)
    random = context.rng("examination")
    found = examine(network, held_out, (low, curriculum.level), BEYOND.get(c.task, ()), c.examined, random)
    result: dict[str, Any] = {"bits_wrong": found.trained, "level": curriculum.level, "episodes": seen}
    result["beyond"] = {str(level): wrong for level, wrong in found.beyond.items()}
    if c.task == "babi":
        result["error"] = share_wrong(network, held_out)
    if c.task == "omniglot":
        result["accuracy"] = accuracy_by_presentation(network, held_out, high, c.examined, random)
    return result
