"""Train a network with an external memory on a task, watch it learn to use that memory, and examine it.

Sources: Rae et al. 2016 (arXiv 1610.09027), 4 (tasks, curriculum) and supplement C (sizes); Graves et al. 2014 (arXiv
1410.5401), 4. Trained with Adam where the papers use RMSProp: it needs a fraction of their episodes.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import torch
from pydantic import Field, model_validator

from engine.data.babi import Stories
from engine.data.memory_tasks import Batch, Curriculum
from engine.errors import BadInput, Stopped
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context
from engine.experiments.memory_tasks import (
    BEYOND,
    HIGHEST,
    HIGHEST_ELSEWHERE,
    LEVELS,
    ModelName,
    TaskName,
    accuracy_by_presentation,
    examine,
    make_task,
    share_wrong,
)
from engine.memory.benchmark import steps_that_fit
from engine.memory.catalogue import build
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.lives import live
from engine.memory.models import Card
from engine.memory.tracing import Tracer, spans
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


def run(configuration: MemoryConfiguration, context: Context) -> dict[str, Any]:
    """Train, or go on training the parent's network, then examine."""
    torch.set_num_threads(1)
    torch.manual_seed(context.seed)
    c = configuration
    low, high = c.levels
    task = make_task(c.task, story=c.story, classes=c.last_level)
    held_out = make_task(c.task, story=c.story, classes=c.last_level, held_out=True)
    if low < task.shortest:
        raise BadInput(f"level must be at least {task.shortest} for {c.task}, not {low}")
    sizes = Sizes(task.inputs, task.outputs, c.hidden, c.slots, c.word, c.heads, c.reads)
    example = held_out.sample(context.rng("trace"), 1, high)
    if context.device == "cpu":
        _check_room(c, len(example.inputs))
    network = build(c.model, sizes).to(context.device)
    curriculum = Curriculum(low, high, c.last_level, c.threshold, c.patience)
    resume = load_checkpoint(context.parent, LATEST, as_torch=True) if context.parent else None
    watch = Watch(context, c, network, Card(c.model, c.task, sizes, c.story, (low, high)), example)
    if resume is None:
        watch.trace(0)
    train(
        network,
        task,
        curriculum,
        episodes=c.episodes,
        batch=c.batch,
        learning_rate=c.learning_rate,
        clip=c.clip,
        seed=context.seed,
        updated=watch.updated,
        stopping=watch.stopping,
        save=watch.save,
        save_every=c.save_every,
        resume=resume,
    )
    context.check()
    random = context.rng("examination")
    found = examine(network, held_out, (low, curriculum.level), BEYOND.get(c.task, ()), c.examined, random)
    result: dict[str, Any] = {"bits_wrong": found.trained, "level": curriculum.level, "episodes": watch.seen}
    result["beyond"] = {str(level): wrong for level, wrong in found.beyond.items()}
    if isinstance(held_out, Stories):
        result["error"] = share_wrong(network, held_out)
    if c.task == "omniglot":
        result["accuracy"] = accuracy_by_presentation(network, held_out, curriculum.level, c.examined, random)
    return result


def _check_room(c: MemoryConfiguration, steps: int) -> None:
    """Raises BadInput if an episode's copies of a dense memory do not fit into this machine's memory."""
    fit = steps_that_fit(c.model, c.slots, c.batch, steps)
    if fit < steps:
        raise BadInput(
            f"{c.model} with {c.slots:,} slots keeps a copy of its memory for each of {steps} steps; {fit} fit into "
            "this machine's memory. Fewer slots, a smaller batch, or sam and sdnc, which keep one copy, would do"
        )


class Watch:
    """Keeps a training's curves, traces and checkpoints; ``seen``: episodes so far."""

    def __init__(
        self,
        context: Context,
        configuration: MemoryConfiguration,
        network: MemoryNetwork[Any],
        card: Card,
        example: Batch,
    ) -> None:
        self.seen = 0
        self._context, self._configuration, self._network = context, configuration, network
        self._card, self._example, self._level = card, example, card.levels[1]
        self._tracer = Tracer(context.record, card.model, card.task, card.sizes)
        self._wrong = "answers wrong" if example.classes else "bits wrong"
        self._shown, self._started = 0.0, time.monotonic()
        self._first = self._traced = -1

    def updated(self, update: Update) -> None:
        """After every minibatch; curves get at most ten points a second."""
        context, total, now = self._context, self._configuration.episodes, time.monotonic()
        self.seen = update.episodes
        self._card = replace(self._card, levels=(self._card.levels[0], update.level))
        if self._first < 0:
            self._first = update.episodes - self._configuration.batch
        context.progress(update.episodes, total, "episodes")
        if now - self._shown < 1 / SHOWN_PER_SECOND and update.episodes < total:
            return
        self._shown = now
        context.scalar("loss", update.loss_bits, update.episodes)
        context.scalar(self._wrong, update.bits_wrong, update.episodes)
        context.scalar("level", update.level, update.episodes)
        context.scalar("gradient norm", update.gradient_norm, update.episodes)
        rate = (update.episodes - self._first) / (now - self._started)
        context.scalar("sequences per second", rate, update.episodes)

    def stopping(self) -> bool:
        """Whether to stop; waits while paused. Training then still saves a checkpoint."""
        try:
            self._context.check()
        except Stopped:
            return True
        return False

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, and a trace of the same sequence each time."""
        tensors, metadata = checkpoint
        self.seen = int(metadata["episodes"])
        self._context.checkpoint(LATEST, tensors, metadata | {"card": json.dumps(self._card.to_json())})
        if self.seen > self._traced:
            self.trace(self.seen)

    def trace(self, episodes: int) -> None:
        """Record what the network does now."""
        self._traced = episodes
        self._tracer.write(
            live(self._network, self._example),
            title=f"after {episodes:,} episodes",
            spans=spans(self._card.task, self._example, self._level),
            seed=self._context.seed,
            training_step=episodes,
        )
        self._context.flush()
