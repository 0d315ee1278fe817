"""Run a trained network over one sequence, and change something on the way: what if this word had been lost?"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.data.memory_tasks import Batch
from engine.errors import BadInput
from engine.memory.interface import MemoryNetwork, Sizes
from engine.memory.recorder import ACCESS, ERASE, READ, WRITE, Recorder
from engine.memory.sparse_network import SparseNetwork, SparseState

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

    def words(self) -> str:
        """For titles: "slot 5 erased at step 12"."""
        what = {"erase": f"slot {self.slot} erased", "overwrite": f"slot {self.slot} overwritten"}
        what |= {"freeze": f"head {self.head + 1} held", "input": "another input"}
        return f"{what[self.kind]} at step {self.step}"


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
class Life:
    """A sequence as one network lived through it: what it was shown, said and did.

    ``output`` float32 [steps, outputs]: probabilities; ``wrong`` float32 [steps]: wrong bits, or 1 for a wrong answer;
    ``accesses``: rows of ``engine.memory.recorder.ACCESS``; ``recorder``: signals and words.
    """

    batch: Batch
    output: NDArray[np.float32]
    wrong: NDArray[np.float32]
    accesses: NDArray[Any]
    recorder: Recorder
    changes: tuple[Change, ...] = ()


def live(network: MemoryNetwork[Any], batch: Batch, changes: Sequence[Change] = ()) -> Life:
    """Run over the first episode of ``batch``, carrying out ``changes`` on the way."""
    shown = _first(batch, changes)
    recorder, course = Recorder(), Course(network, changes)
    outputs = []
    with torch.no_grad():
        state = network.initial_state(1)
        for step, input in enumerate(_inputs(network, shown)):
            state = course.before(state, step, recorder)
            output, state = course.step(input, state, recorder)
            outputs.append(output[0])
    logits = torch.stack(outputs)
    said = (logits.softmax(-1) if batch.classes else logits.sigmoid()).cpu().numpy().astype(np.float32)
    return Life(shown, said, _wrong(shown, said), course.corrected(recorder.accesses), recorder, tuple(changes))


@dataclass
class Course:
    """Carries out changes while a network goes through a sequence.

    ``frozen``: head -> (since which step, slots int [n], weights [n]).
    """

    network: MemoryNetwork[Any]
    changes: Sequence[Change]
    frozen: dict[int, tuple[int, Tensor, Tensor]] = field(default_factory=dict)

    def before(self, state: Any, step: int, recorder: Recorder | None = None) -> Any:
        """The state in which ``step`` begins."""
        for change in self.changes:
            if change.step != step:
                continue
            if change.kind in ("erase", "overwrite"):
                word = torch.tensor([change.word or (0.0,) * self.network.sizes.word], dtype=state.read.dtype)
                slot = torch.tensor([change.slot])
                state = self.network.overwrite(state, slot.to(state.read.device), word.to(state.read.device))
                if recorder is not None:
                    recorder.words(slot, word)
            elif change.kind == "freeze":
                self.frozen[change.head] = (step, *_reading(state, change.head))
        return state

    def step(self, input: Tensor, state: Any, recorder: Recorder | None = None) -> tuple[Tensor, Any]:
        """One step, ``input`` [inputs], with the frozen heads held where they are."""
        output, state = self.network(input[None], state, recorder)
        for head, (_, slots, weights) in self.frozen.items():
            state = _hold(self.network, state, head, slots, weights)
        if self.frozen:
            output = self.network.output(torch.cat([state.hidden, state.read], 1))  # type: ignore[operator]
        return output, state

    def corrected(self, accesses: NDArray[Any]) -> NDArray[Any]:
        """Accesses as they were: those of frozen heads in place of what the heads would have read."""
        for head, (since, slots, weights) in self.frozen.items():
            old = (accesses["kind"] == READ) & (accesses["head"] == head) & (accesses["step"] >= since)
            steps = np.arange(since, accesses["step"].max() + 1) if len(accesses) else np.arange(0)
            held = np.zeros((len(steps), len(slots)), ACCESS)
            held["step"], held["kind"], held["head"] = steps[:, None], READ, head
            held["slot"], held["weight"] = slots.cpu().numpy(), weights.cpu().numpy()
            accesses = np.concatenate([accesses[~old], held.ravel()])
        return accesses[np.argsort(accesses["step"], kind="stable")]


def _reading(state: Any, head: int) -> tuple[Tensor, Tensor]:
    """Slots [n] that a head has just read, and their weights [n]."""
    if isinstance(state, SparseState):
        slots, weights = state.slots[0, head], state.weights[0, head]
        return slots[slots >= 0].long(), weights[slots >= 0]
    weights = state.reading[0, head]
    slots = (weights >= Recorder().threshold).nonzero()[:, 0]
    return slots, weights[slots]


def _hold(network: MemoryNetwork[Any], state: Any, head: int, slots: Tensor, weights: Tensor) -> Any:
    """The state as if ``head`` had read ``slots`` [n] with ``weights`` [n] in this step."""
    size = network.sizes.word
    read = state.read.clone()
    read[0, head * size : (head + 1) * size] = weights @ network.rows(state, slots)[0]
    if isinstance(state, SparseState):
        places, values = state.slots.clone(), torch.zeros_like(state.weights[0, head])
        places[0, head] = -1
        places[0, head, : len(slots)] = slots.to(places.dtype)
        values[: len(slots)] = weights
        all_weights = state.weights.clone()
        all_weights[0, head] = values
        return state._replace(read=read, slots=places, weights=all_weights)
    reading = state.reading.clone()
    reading[0, head] = 0
    reading[0, head, slots] = weights
    return state._replace(read=read, reading=reading)


@dataclass(frozen=True, slots=True)
class Rollback:
    """What a backward pass did to the memory.

    ``hash_before`` is of the memory where the sequence (or its last change by hand) began, ``hash_forward`` after the
    forward pass, ``hash_after`` after the backward pass; SHA-256 of all words. ``rows_restored`` int64 [n, 2]: step
    and slot of each word put back, newest first.
    """

    hash_before: str
    hash_forward: str
    hash_after: str
    rows_restored: NDArray[np.int64]
    milliseconds: float

    @property
    def identical(self) -> bool:
        """Whether the memory is bit for bit what it was."""
        return self.hash_before == self.hash_after


def roll_back(network: MemoryNetwork[Any], life: Life) -> Rollback:
    """Live through the same again and take the gradient of the loss; raises BadInput for a network that copies memory.

    Words changed by hand cut the tape: steps before the last such change are not taken back.
    """
    if not isinstance(network, SparseNetwork):
        raise BadInput("Only SAM and SDNC change their memory in place and take it back; the others keep copies of it")
    if any(change.kind == "freeze" for change in life.changes):
        raise BadInput("A frozen head passes no gradient; take back the trace without it")
    begin = max((change.step for change in life.changes if change.kind != "input"), default=0)
    course, inputs = Course(network, life.changes), _inputs(network, life.batch)
    with torch.no_grad():
        state = network.initial_state(1)
        for step in range(begin):
            _, state = course.step(inputs[step], course.before(state, step))
        state = course.before(state, begin)
    before = _digest(network, state)
    outputs, last = network.sequence(inputs[begin:, None], state)
    forward = _digest(network, last)
    asked = torch.from_numpy(life.batch.asked[begin:])
    targets = torch.from_numpy(life.batch.targets[begin:])
    loss = functional.binary_cross_entropy_with_logits(outputs[asked], targets[asked].to(outputs))
    started = time.perf_counter()
    loss.backward()  # type: ignore[no-untyped-call]
    milliseconds = 1e3 * (time.perf_counter() - started)
    network.zero_grad()
    kept = life.accesses[(life.accesses["step"] >= begin) & np.isin(life.accesses["kind"], (WRITE, ERASE))]
    rows = np.unique(np.stack([-kept["step"].astype(np.int64), kept["slot"].astype(np.int64)], 1), axis=0)
    rows[:, 0] *= -1
    return Rollback(before, forward, _digest(network, state), rows, milliseconds)


def _digest(network: SparseNetwork, state: SparseState) -> str:
    """SHA-256 of all words of the only episode."""
    digest = hashlib.sha256()
    for part in torch.split(torch.arange(network.sizes.slots, device=state.read.device), 1 << 14):
        digest.update(network.rows(state, part).detach().cpu().contiguous().numpy().data)
    return digest.hexdigest()


def _inputs(network: MemoryNetwork[Any], batch: Batch) -> Tensor:
    """Inputs of the only episode [steps, 1, inputs] -> [steps, inputs] on the network's device."""
    return torch.from_numpy(batch.inputs[:, 0]).to(next(network.parameters()))


def _first(batch: Batch, changes: Sequence[Change]) -> Batch:
    """The first episode by itself, in arrays of its own, with changed inputs."""
    asked = batch.asked if batch.asked.ndim == 1 else batch.asked[:, 0]
    first = Batch(batch.inputs[:, :1].copy(), batch.targets[:, :1].copy(), asked.copy(), batch.classes)
    for change in changes:
        if change.kind == "input":
            first.inputs[change.step, 0] = change.bits
    return first


def _wrong(batch: Batch, said: NDArray[np.float32]) -> NDArray[np.float32]:
    """Wrong bits, or answers, of each step."""
    truth = batch.targets[:, 0]
    if batch.classes:
        wrong: NDArray[Any] = said.argmax(-1) != truth.argmax(-1)
    else:
        wrong = ((said > 0.5) != (truth > 0.5)).sum(-1)
    return np.where(batch.asked, wrong, 0).astype(np.float32)
