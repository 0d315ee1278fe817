"""The bench of the memory room: a trained network goes through a sequence, and one asks what if.

The session waits for commands (JSON objects with ``command``):

- ``run``: optionally ``level``, ``seed``: another sequence, a new trace;
- ``intervene``: ``trace``, ``change``: the same sequence and changes as that trace and one more, a branch of it. A
  change has a ``kind``, a ``step`` before which it happens, and what ``engine.memory.lives.Change`` says;
- ``backward``: ``trace``: take the memory back, event ``rollback`` (SAM and SDNC);
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.data.memory_tasks import Batch
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.memory import LATEST
from engine.experiments.memory_settings import LONGEST, BenchConfiguration
from engine.experiments.memory_tasks import make_task
from engine.memory.benchmark import steps_that_fit
from engine.memory.catalogue import build
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.lives import Change, Life, live, roll_back
from engine.memory.models import Card, card_of, load_model, restore, shipped, shipped_names
from engine.memory.tracing import Tracer, spans
from engine.runs.checkpoints import load_checkpoint
from engine.runs.schema import check_name

PRETRAINED = "pretrained/"


def run(configuration: BenchConfiguration, context: Context) -> dict[str, Any]:
    """Show a sequence, then do as told until told to finish."""
    torch.set_num_threads(1)
    session = Session(configuration, context)
    for command in context.commands(timeout=None):
        if session.obey(command):
            break
    return session.result()


def prepare() -> None:
    """Load torch and the machine code of SAM's and SDNC's memory, which takes some 20 s on a computer's first day."""
    torch.set_num_threads(1)
    task = make_task("copy")
    for model in ("sam", "sdnc"):
        network = build(model, Sizes(task.inputs, task.outputs, hidden=4, slots=8, word=4))
        roll_back(network, live(network, task.sample(np.random.default_rng(0), 1, 1)))


@dataclass(frozen=True, slots=True)
class Kept:
    """A trace of this session, to branch from."""

    life: Life
    batch: Batch
    level: int
    seed: int
    title: str


class Session:
    """A network, its task, and the traces so far; the first one is made at once."""

    def __init__(self, configuration: BenchConfiguration, context: Context) -> None:
        self._context = context
        card, self._network = open_source(configuration.source, context.record.folder.parent)
        if configuration.slots:
            card = replace(card, sizes=replace(card.sizes, slots=configuration.slots))
            steps_that_fit(card.model, card.sizes.slots, batch=1, steps=1)  # refuses a dense memory beyond the machine
            weights = {f"network/{name}": value for name, value in self._network.state_dict().items()}
            self._network = restore(card, weights)
        name = configuration.task or card.task
        self._task = make_task(
            name, story=card.story, together=card.together, classes=card.sizes.outputs, held_out=True
        )
        if (self._task.inputs, self._task.outputs) != (card.sizes.inputs, card.sizes.outputs):
            raise BadInput(
                f"This network takes {card.sizes.inputs} inputs and gives {card.sizes.outputs} outputs; {name} has "
                f"{self._task.inputs} and {self._task.outputs}"
            )
        self._card, self._name = card, name
        self._level = configuration.level or card.levels[1]
        self._tracer = Tracer(context.record, card.model, name, card.sizes)
        self._traces: dict[int, Kept] = {}
        self._begin(self._level, context.seed)
        context.flush()

    def obey(self, command: dict[str, Any]) -> bool:
        """Carry out a command, or say in the record why not; returns whether it was the last one."""
        try:
            match command.get("command"):
                case "run":
                    self._begin(
                        whole(command, "level", 1, LONGEST, self._level), whole(command, "seed", 0, 2**32 - 1, 0)
                    )
                case "intervene":
                    self._intervene(self._trace(command), command.get("change"))
                case "backward":
                    self._backward(self._trace(command))
                case "finish":
                    return True
                case other:
                    raise BadInput(f"There is no command {other!r}")
        except (BadInput, ValueError, RuntimeError) as problem:
            self._context.event("refused", {"command": command, "reason": str(problem)})
        self._context.flush()
        return False

    def _begin(self, level: int, seed: int) -> None:
        batch = self._task.sample(np.random.default_rng(seed), 1, level)
        self._keep(live(self._network, batch), batch, level, seed, f"level {level}, seed {seed}", None)

    def _intervene(self, number: int, values: Any) -> None:
        kept = self._traces[number]
        change = Change.from_json(values, self._card.sizes, self._card.model, len(kept.batch.inputs))
        life = live(self._network, kept.batch, (*kept.life.changes, change))
        self._keep(life, kept.batch, kept.level, kept.seed, f"{kept.title}, {change.words()}", number)

    def _backward(self, number: int) -> None:
        found = roll_back(self._network, self._traces[number].life)
        self._context.event(
            "rollback",
            {
                "trace": number,
                "hash_before": found.hash_before,
                "hash_forward": found.hash_forward,
                "hash_after": found.hash_after,
                "identical": found.identical,
                "rows_restored": found.rows_restored.tolist(),
                "milliseconds": found.milliseconds,
            },
        )

    def _keep(self, life: Life, batch: Batch, level: int, seed: int, title: str, parent: int | None) -> None:
        parts = spans(self._name, batch, level)
        number = self._tracer.write(life, title=title, spans=parts, level=level, seed=seed, parent=parent)
        self._traces[number] = Kept(life, batch, level, seed, title)

    def _trace(self, command: dict[str, Any]) -> int:
        number = command.get("trace")
        if not isinstance(number, int) or number not in self._traces:
            raise BadInput(f"There is no trace {number!r} in this session")
        return number

    def result(self) -> dict[str, Any]:
        """Wrong bits of each trace."""
        wrong = [float(kept.life.wrong.sum()) for kept in self._traces.values()]
        return {"bits_wrong": wrong[0], "level": self._level, "traces": wrong}


def open_source(source: str, runs: Path) -> tuple[Card, MemoryNetwork[Any]]:
    """Card and network of ``pretrained/NAME`` or of a run in the folder ``runs``; raises BadInput."""
    if source.startswith(PRETRAINED):
        name = source.removeprefix(PRETRAINED)
        if name not in shipped_names():
            raise BadInput(f"source may be pretrained/ and one of {', '.join(shipped_names()) or 'none'}, not {source}")
        return load_model(shipped() / f"{name}.safetensors")
    folder = runs / check_name(source, "run id")
    if not folder.is_dir():
        raise BadInput(f"There is no run {source} in {runs}")
    tensors, metadata = load_checkpoint(folder, LATEST, as_torch=True)
    card = card_of(metadata, f"The checkpoint of {source}")
    return card, restore(card, tensors)


def whole(command: dict[str, Any], key: str, least: int, most: int, otherwise: int) -> int:
    """A whole number of a command, ``otherwise`` where it is missing; raises BadInput."""
    value = command.get(key, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadInput(f"{key} must be a whole number from {least} to {most}, not {value!r}")
    return value
