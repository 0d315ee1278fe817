"""What a recurrent memory did in one moment: words that were read and written, or the units of its state."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.agents.learned.bodies import Gated, Recurrent
from engine.agents.learned.facts import Moments, features
from engine.errors import BadInput
from engine.memory.recorder import READ, WRITE, Recorder


class Cells(NamedTuple):
    """``read`` and ``wrote`` float32 [cells], as in ``engine.agents.protocol.Recollection``."""

    read: NDArray[np.float32]
    wrote: NDArray[np.float32]


NONE = Cells(np.zeros(0, np.float32), np.zeros(0, np.float32))


def watch(body: Any, moments: Moments, state: Any) -> tuple[Tensor, Any, Cells]:
    """One moment [1, 1] of a memory: outputs [1, 1, out], the next state, and what could be seen of it."""
    if not isinstance(body, Recurrent):
        outputs, state = body.sequence(moments, state)
        if not isinstance(body, Gated):
            return outputs, state, NONE
        hidden = state[0] if isinstance(state, tuple) else state
        return outputs, state, Cells(hidden[0, 0].numpy().copy(), NONE.wrote)
    recorder = Recorder()
    outputs, state = body.network.sequence(torch.from_numpy(features(moments)), state, recorder)
    slots = body.network.sizes.slots
    read, wrote = np.zeros(slots, np.float32), np.zeros(slots, np.float32)
    accesses = recorder.accesses
    for weights, kind in ((read, READ), (wrote, WRITE)):
        of_kind = accesses[accesses["kind"] == kind]
        np.maximum.at(weights, of_kind["slot"], of_kind["weight"])
    return outputs, state, Cells(read, wrote)


def erase(body: Any, state: Any, words: list[int]) -> Any:
    """The state with some words of its memory cleared; raises BadInput where there is no such word."""
    if not isinstance(body, Recurrent):
        raise BadInput("This memory has no single words that could be erased")
    sizes = body.network.sizes
    for word in words:
        if not 0 <= word < sizes.slots:
            raise BadInput(f"There is no word {word} in a memory of {sizes.slots}")
    return body.network.overwrite(state, torch.tensor(words), torch.zeros(len(words), sizes.word))
