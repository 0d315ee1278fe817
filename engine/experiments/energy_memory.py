"""Meta-train an energy-based memory, examine it on classes never seen, and set it beside every rival of its size.

Source: Bartunov et al. 2020 (arXiv 1910.02720). Two networks are trained alike: the memory, and its twin that never
writes. The error is printed with the controls that tell a memory from a denoiser (engine.associative.examination).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import torch

from engine.associative import rivals, sequential
from engine.associative.dense import DenseEnergy
from engine.associative.examination import draw, examine, mean, sem, verdict
from engine.associative.files import MEMORY, TWIN
from engine.associative.model import Card, Ebmm, fit, width_for
from engine.associative.recorder import Recorder
from engine.associative.training import Checkpoint, Lessons, Update, narrowed, train, weights_of
from engine.data.patterns import Patterns, load
from engine.errors import BadInput, Stopped
from engine.experiments.context import Context
from engine.experiments.energy_memory_settings import EnergyMemoryConfiguration
from engine.experiments.pacing import Pacing
from engine.runs.checkpoints import list_checkpoints, load_checkpoint
from engine.runs.record import Record
from engine.runs.schema import Column

SHOWN = 16  # patterns in a recorded example
SIZES = (0.25, 0.5, 1.0, 2.0, 4.0)  # of the memory, at which rivals are examined too


def run(configuration: EnergyMemoryConfiguration, context: Context) -> dict[str, Any]:
    """Train both networks, or go on with the parent's, then examine."""
    torch.set_num_threads(1)
    torch.manual_seed(context.seed)
    c = configuration
    data = load(c.data, c.size)
    if data.test is not None and c.patterns > len(data.test):
        raise BadInput(f"patterns must be at most {len(data.test):,} for {c.data}, not {c.patterns:,}")
    width = width_for(c.chosen_form, data.shape, c.chosen_hidden, c.chosen_code, c.chosen_floats)
    card = Card(c.chosen_form, c.data, data.shape, width, c.chosen_hidden, c.chosen_code, c.reads, c.writes, c.patterns)
    memory, twin = Ebmm(card), Ebmm(replace(card, writes=0))
    for model in (memory, twin):
        if c.wells and isinstance(model.energy, DenseEnergy):
            model.energy.dig_wells(c.wells)
    lessons = Lessons(data, c.batch, c.fewest or c.patterns, c.patterns, c.chosen_damage, c.amount, c.order, c.late)
    started = {MEMORY: _start(c, context, memory, MEMORY), TWIN: _start(c, context, twin, TWIN)}
    watch = Watch(context, c, memory, data)
    steps = [(MEMORY, memory, c.updates)]
    if c.twin:
        steps.append((TWIN, twin, c.updates if c.twin_updates is None else c.twin_updates))
    for name, model, updates in steps:
        watch.begin(name, model, updates, sum(number for _, _, number in steps))
        train(
            model.to(context.device),
            lessons if name == MEMORY else replace(lessons, order=0.0),
            updates=updates,
            learning_rate=c.learning_rate,
            clip=c.clip,
            seed=int(context.rng(name).integers(2**31)),
            updated=watch.updated,
            stopping=watch.stopping,
            save=watch.save,
            save_every=c.save_every,
            resume=started[name],
        )
        context.check()
    return report(c, context, memory.cpu(), twin.cpu() if c.twin else None, data)


def _start(c: EnergyMemoryConfiguration, context: Context, model: Ebmm, name: str) -> Checkpoint | None:
    """What to resume; weights of a parent that was trained otherwise are taken over as a beginning."""
    if context.parent is None or name not in list_checkpoints(context.parent):
        return None
    tensors, metadata = load_checkpoint(context.parent, name, as_torch=True)
    theirs = dict(Record.open(context.parent).metadata.configuration)
    ours = c.to_dict()
    for free in ("updates", "twin_updates", "save_every", "examined", "twin"):
        theirs.pop(free, None)
        ours.pop(free)
    if theirs == ours:
        return tensors, metadata
    fit(model, narrowed(weights_of(tensors), model))
    return None


def report(
    c: EnergyMemoryConfiguration, context: Context, memory: Ebmm, twin: Ebmm | None, data: Patterns
) -> dict[str, Any]:
    """The result: errors on unseen classes with their controls and rivals; sizes of memory go into a table."""
    exam = draw(data, context.rng("examination"), c.examined, c.patterns, c.chosen_damage, c.amount)
    found = examine(memory, data, exam)
    error, swap = mean(found.errors), mean(found.swapped)
    unwritten = mean(examine(twin, data, exam).errors) if twin is not None else None
    floats = memory.energy.floats
    others = rivals.examine(data, exam, floats, context.rng("rivals"))
    lessons = Lessons(data, c.batch, c.fewest or c.patterns, c.patterns, c.chosen_damage, c.amount)
    for name in c.rivals:
        seed = int(context.rng(name).integers(2**31))
        network = sequential.learn(name, lessons, floats, c.rival_updates, seed, context.check)
        others[name] = sequential.method(name, network, lessons, exam, floats)
    below_unseen, below_damaged = found.order
    result: dict[str, Any] = {
        "error": error,
        "error_sem": sem(found.errors),
        "error_swap": swap,
        "error_unwritten": unwritten,
        "verdict": None if unwritten is None else verdict(error, swap, unwritten),
        "unit": data.unit,
        "floats": memory.energy.floats,
        "patterns": c.patterns,
        "order_stored_unseen": below_unseen,
        "order_unseen_damaged": below_damaged,
        "order_stored_damaged": float((found.stored[:, :, None] < found.damaged[:, None, :]).mean()),
    }
    result |= {f"error_{name}": mean(method.errors) for name, method in others.items()}
    result["told_the_mask"] = [f"error_{name}" for name, method in others.items() if method.told]
    result["by_patterns"] = {}
    for count in sorted({max(1, c.patterns // 4), max(1, c.patterns // 2), c.patterns, 2 * c.patterns}):
        if data.test is None or count <= len(data.test):
            other = draw(
                data, context.rng("patterns", count), max(2, c.examined // 2), count, c.chosen_damage, c.amount
            )
            seen = examine(memory, data, other)
            result["by_patterns"][str(count)] = {"error": mean(seen.errors), "error_swap": mean(seen.swapped)}
    _sizes(context, data, exam, floats, found.errors, {name: others[name] for name in c.rivals})
    context.event("controls", {key: value for key, value in result.items() if key != "by_patterns"})
    return result


def _sizes(
    context: Context, data: Patterns, exam: rivals.Exam, floats: int, errors: Any, trained: dict[str, rivals.Method]
) -> None:
    """Table *sizes* and event *methods*: the error of each method at several sizes of memory."""
    table = context.table(
        "sizes",
        (
            Column("method", "i2", description="index in the event stream methods"),
            Column("floats", "i4", description="numbers the memory may use"),
            Column("used", "i4", description="numbers it really used"),
            Column("patterns", "i4"),
            Column("error", "f4", unit=data.unit),
            Column("sem", "f4", unit=data.unit),
        ),
    )
    count, names = exam.patterns.shape[1], {"ebmm": 0}
    context.event("methods", {"index": 0, "name": "ebmm", "title": "Energy-based memory", "told": False})
    table.append(method=0, floats=floats, used=floats, patterns=count, error=mean(errors), sem=sem(errors))
    for name, method in trained.items():
        names[name] = len(names)
        context.event("methods", {"index": names[name], "name": name, "title": method.title, "told": False})
        table.append(
            method=names[name],
            floats=method.floats,
            used=method.floats,
            patterns=count,
            error=mean(method.errors),
            sem=sem(method.errors),
        )
    principal = rivals.components(data, int(max(SIZES) * floats), count, context.rng("sizes"))
    few = rivals.Exam(exam.patterns[:16], exam.queries[:16], exam.mask[:16])
    for factor in SIZES:
        context.check()
        for name, method in rivals.examine(data, few, int(factor * floats), context.rng("sizes"), principal).items():
            if name not in names:
                names[name] = len(names)
                row = {"index": names[name], "name": name, "title": method.title, "told": method.told}
                context.event("methods", row)
            table.append(
                method=names[name],
                floats=int(factor * floats),
                used=method.floats,
                patterns=count,
                error=mean(method.errors),
                sem=sem(method.errors),
            )


class Watch:
    """Keeps a training's curves, examples and checkpoints."""

    def __init__(self, context: Context, c: EnergyMemoryConfiguration, memory: Ebmm, data: Patterns) -> None:
        self._context, self._memory = context, memory
        self._recorder = Recorder(context.record, memory, data, {"damage": c.chosen_damage, "twin": c.twin})
        shown = min(c.patterns, SHOWN)
        exam = draw(data, context.rng("trace"), 3, shown, c.chosen_damage, c.amount)
        self._exam = exam
        self._pacing, self._before, self._total = Pacing(), 0, 0
        self._name, self._card = MEMORY, memory.card

    def begin(self, name: str, model: Ebmm, updates: int, total: int) -> None:
        """A network's training begins."""
        self._name, self._card, self._total = name, model.card, total
        self._before = total - updates if name == TWIN else 0
        self._first, self._pacing = True, Pacing()

    def updated(self, update: Update) -> None:
        """After every minibatch."""
        context = self._context
        context.progress(self._before + update.updates, self._total, "updates")
        if not self._pacing.due(update.updates):
            return
        suffix = "" if self._name == MEMORY else ", unwritten"
        context.scalar(f"error in training{suffix}", update.error, update.updates)
        context.scalar(f"loss{suffix}", update.loss, update.updates)
        context.scalar(f"gradient norm{suffix}", update.gradient_norm, update.updates)
        if self._name == MEMORY:
            for key, values in self._memory.schedule.values().items():
                if key in ("gamma", "alpha", "beta"):
                    for i, value in enumerate(values):
                        context.scalar(key if len(values) == 1 else f"{key} {i + 1}", value, update.updates)

    def stopping(self) -> bool:
        """Whether to stop; waits while paused. Training then still saves a checkpoint."""
        try:
            self._context.check()
        except Stopped:
            return True
        return False

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint, and of the memory an example: the same patterns written and read each time."""
        tensors, metadata = checkpoint
        self._context.checkpoint(self._name, tensors, metadata | {"card": json.dumps(self._card.to_json())})
        if self._name == MEMORY:
            self._example(int(metadata["updates"]))

    def _example(self, updates: int) -> None:
        exam, recorder = self._exam, self._recorder
        device = next(self._memory.parameters()).device
        self._memory.cpu()
        recorder.memory_of_others(exam.patterns[1])
        title = f"after {updates:,} updates"
        trace = recorder.write(exam.patterns[0], exam.patterns[2][:8], title=title, updates=updates)
        rows = recorder.read(trace, exam.queries[0], list(range(len(trace.rows))))
        if len(trace.rows) > 1:
            recorder.landscape(trace, 0, 1, exam.queries[0][0], rows[0])
        self._memory.to(device)
        self._context.flush()
