"""Run a network over one sequence, change something on the way if asked, and write everything it did into a record."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.memory_tasks import Batch
from engine.errors import BadInput
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import ACCESS, READ, Recorder
from engine.memory.sparse_network import SparseState
from engine.runs.schema import Column
from engine.runs.table import Table
from engine.runs.writer import RecordWriter

CHANGES = ("erase", "overwrite", "freeze", "input")


@dataclass(frozen=True, slots=True)
class Change:
    """What a person changes just before ``step``.

    ``erase`` clears ``slot``; ``overwrite`` puts ``word`` there; ``input`` shows the network ``bits`` instead of its
    input; ``freeze`` lets ``head`` stay, from this step on, on the words it read before, with the same weights (a head
    that writes goes on writing).
    """

    kind: str
    step: int
    slot: int = -1
    head: int = -1
    word: tuple[float, ...] = ()
    bits: tuple[float, ...] = ()

    @classmethod
    def from_json(cls, values: Any, sizes: Sizes, model: str, steps: int) -> Change:
        """A change asked for by command; raises BadInput for one that makes no sense here."""
        if not isinstance(values, Mapping) or values.get("kind") not in CHANGES:
            raise BadInput(f"A change has a kind, one of {', '.join(CHANGES)}")
        kind = str(values["kind"])
        if kind != "input" and model == "lstm":
            raise BadInput("This network has no memory to change; change an input instead")
        change = cls(kind, _below(values, "step", steps))
        if kind in ("erase", "overwrite"):
            change = replace(change, slot=_below(values, "slot", sizes.slots))
        if kind == "overwrite":
            change = replace(change, word=_numbers(values, "word", sizes.word))
        if kind == "freeze":
            change = replace(change, head=_below(values, "head", sizes.heads))
        if kind == "input":
            change = replace(change, bits=_numbers(values, "bits", sizes.inputs))
        return change

    def to_json(self) -> dict[str, Any]:
        """Only what its kind uses."""
        used = {"erase": ("slot",), "overwrite": ("slot", "word"), "freeze": ("head",), "input": ("bits",)}[self.kind]
        return {"kind": self.kind, "step": self.step} | {name: getattr(self, name) for name in used}


def _below(values: Mapping[str, Any], key: str, end: int) -> int:
    value = values.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < end:
        raise BadInput(f"{key} must be a whole number from 0 to {end - 1}, not {value!r}")
    return value


def _numbers(values: Mapping[str, Any], key: str, count: int) -> tuple[float, ...]:
    found = values.get(key)
    if not isinstance(found, Sequence) or len(found) != count:
        raise BadInput(f"{key} must be a list of {count} numbers")
    if not all(isinstance(value, int | float) and abs(value) <= 1e6 for value in found):
        raise BadInput(f"{key} must hold numbers of at most a million in size")
    return tuple(float(value) for value in found)


@dataclass(frozen=True, slots=True)
class Story:
    """A sequence as one network lived through it: what it was shown, said (probabilities) and did.

    ``output`` float32 [steps, outputs]; ``error_bits`` float32 [steps]: wrong bits, or 1 for a wrong answer.
    """

    batch: Batch
    output: NDArray[np.float32]
    error_bits: NDArray[np.float32]
    recorder: Recorder
    change: Change | None = None


def live(network: MemoryNetwork[Any], batch: Batch, changes: Sequence[Change] = ()) -> Story:
    """Run over the first episode of ``batch``, carrying out ``changes`` on the way; wants no gradient."""
    first = _alone(batch)
    for change in changes:
        if change.kind == "input":
            first.inputs[change.step, 0] = change.bits
    recorder = Recorder()
    inputs = torch.from_numpy(first.inputs).to(next(network.parameters()).device)
    frozen: dict[int, tuple[Tensor, Tensor]] = {}
    outputs = []
    with torch.no_grad():
        state = network.initial_state(1)
        for step, input in enumerate(inputs):
            for change in changes:
                if change.step == step and change.kind in ("erase", "overwrite"):
                    word = torch.tensor([change.word or [0.0] * network.sizes.word], device=input.device)
                    state = network.overwrite(state, torch.tensor([change.slot], device=input.device), word)
                    recorder.words(torch.tensor([change.slot]), word)
                elif change.step == step and change.kind == "freeze":
                    frozen[change.head] = reading(state, change.head)
            output, state = network(input[None], state, recorder)
            for head, (slots, weights) in frozen.items():
                state = hold(network, state, head, slots, weights)
            if frozen:
                output = network.output(torch.cat([state.hidden, state.read], 1))  # type: ignore[operator]
            outputs.append(output[0])
    logits = torch.stack(outputs)
    said = (logits.softmax(-1) if batch.classes else logits.sigmoid()).cpu().numpy().astype(np.float32)
    last = changes[-1] if changes else None
    return Story(first, said, _wrong(first, said), _Frozen.of(recorder, frozen, changes), last)


def _alone(batch: Batch) -> Batch:
    """The first episode by itself, in arrays of its own."""
    asked = batch.asked if batch.asked.ndim == 1 else batch.asked[:, 0]
    return Batch(batch.inputs[:, :1].copy(), batch.targets[:, :1].copy(), asked.copy(), batch.classes)


def _wrong(batch: Batch, said: NDArray[np.float32]) -> NDArray[np.float32]:
    truth = batch.targets[:, 0]
    if batch.classes:
        wrong = said.argmax(-1) != truth.argmax(-1)
    else:
        wrong = ((said > 0.5) != (truth > 0.5)).sum(-1)
    return np.where(batch.asked, wrong, 0).astype(np.float32)
