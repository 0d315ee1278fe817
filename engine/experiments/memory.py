"""Train a network with an external memory on a task, watch it learn to use that memory, and examine it.

Sources: Rae et al. 2016 (arXiv 1610.09027), 4 (tasks, curriculum) and supplement C (sizes); Graves et al. 2014 (arXiv
1410.5401), 4. Trained with Adam where the papers use RMSProp: it needs a fraction of their episodes.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from engine.data.babi import Stories
from engine.data.memory_tasks import Batch, Curriculum
from engine.errors import BadInput, Stopped
from engine.experiments.context import Context
from engine.experiments.memory_settings import MemoryConfiguration
from engine.experiments.memory_tasks import BEYOND, accuracy_by_presentation, examine, make_task, shares_wrong
from engine.experiments.pacing import Pacing
from engine.memory.benchmark import steps_that_fit
from engine.memory.catalogue import build
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.lives import live
from engine.memory.models import Card
from engine.memory.tracing import Tracer, spans
from engine.memory.training import Checkpoint, Update, train
from engine.runs.checkpoints import load_checkpoint

LATEST = "latest"
TRACES = 50  # a long training adds one whenever it has grown by one part in so many


def run(configuration: MemoryConfiguration, context: Context) -> dict[str, Any]:
    """Train, or go on training the parent's network, then examine."""
    torch.set_num_threads(1)
    torch.manual_seed(context.seed)
    c = configuration
    low, high = c.levels
    task = make_task(c.task, story=c.story, together=c.together, classes=c.last_level, renamed=c.renamed)
    held_out = make_task(c.task, story=c.story, together=c.together, classes=c.last_level, held_out=True)
    if low < task.shortest:
        raise BadInput(f"level must be at least {task.shortest} for {c.task}, not {low}")
    sizes = Sizes(task.inputs, task.outputs, c.hidden, c.slots, c.word, c.heads, c.reads)
    example = held_out.sample(np.random.default_rng(context.seed), 1, high)  # the one memory-bench shows for this seed
    if context.device == "cpu":
        _check_room(c, len(example.inputs))
    network = build(c.model, sizes).to(context.device)
    curriculum = Curriculum(low, high, c.last_level, c.threshold, c.patience)
    resume = load_checkpoint(context.parent, LATEST, as_torch=True) if context.parent else None
    watch = Watch(context, c, network, Card(c.model, c.task, sizes, c.story, (low, high), together=c.together), example)
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
        errors = shares_wrong(network, held_out)
        result["error"] = errors[c.story] if c.story else sum(errors.values()) / len(errors)
        result["errors"] = {str(story): error for story, error in errors.items()}
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
        self._pacing, self._started = Pacing(), time.monotonic()
        self._first = self._traced = -1
        self._stopped = False

    def updated(self, update: Update) -> None:
        """After every minibatch."""
        context, total = self._context, self._configuration.episodes
        self.seen = update.episodes
        self._card = replace(self._card, levels=(self._card.levels[0], update.level))
        if self._first < 0:
            self._first = update.episodes - self._configuration.batch
        context.progress(update.episodes, total, "episodes")
        if not self._pacing.due(update.episodes) and update.episodes < total:
            return
        context.scalar("loss", update.loss_bits, update.episodes)
        context.scalar(self._wrong, update.bits_wrong, update.episodes)
        context.scalar("level", update.level, update.episodes)
        context.scalar("gradient norm", update.gradient_norm, update.episodes)
        rate = (update.episodes - self._first) / (time.monotonic() - self._started)
        context.scalar("sequences per second", rate, update.episodes)

    def stopping(self) -> bool:
        """Whether to stop; waits while paused. Training then still saves a checkpoint."""
        try:
            self._context.check()
        except Stopped:
            self._stopped = True
            return True
        return False

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, and now and then a trace, always of the same sequence."""
        tensors, metadata = checkpoint
        self.seen = int(metadata["episodes"])
        self._context.checkpoint(LATEST, tensors, metadata | {"card": json.dumps(self._card.to_json())})
        ended = self._stopped or self.seen >= self._configuration.episodes
        if self.seen > self._traced and (ended or self.seen - self._traced >= self.seen // TRACES):
            self.trace(self.seen)

    def trace(self, episodes: int) -> None:
        """Record what the network does now."""
        self._traced = episodes
        self._tracer.write(
            live(self._network, self._example),
            title=f"after {episodes:,} episodes",
            spans=spans(self._card.task, self._example, self._level),
            level=self._level,
            seed=self._context.seed,
            training_step=episodes,
        )
        self._context.flush()
