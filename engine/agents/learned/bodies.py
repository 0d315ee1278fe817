"""Memories for learning agents behind one interface: moments in, knowledge out.

``body.sequence(moments, state)`` takes moments [T, B] from where ``state`` left off and returns the outputs [T, B, out]
and the next state; ``body.initial_state(batch)`` is the state before the first moment. Recurrent bodies wrap what
``engine.memory`` offers, so that LSTM, NTM, DNC, DAM, SAM and SDNC need no code of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from engine.agents.learned.attention import EpisodicMemory
from engine.agents.learned.facts import FEATURES, Moments, features
from engine.agents.learned.transformer import GatedTransformerXL
from engine.errors import BadInput
from engine.memory.catalogue import MODELS, build
from engine.memory.interface import MemoryNetwork, Sizes

CORES = ("attention", "lstm", "gru", "transformer-xl", "dnc", "sam")
"""Memories that are offered; every other network of ``engine.memory`` works too."""
LONGEST = 100  # decisions in a game, about


@dataclass(frozen=True, slots=True)
class BodySizes:
    """``width``: hidden units, or values in a word of the episodic memory; ``slots``: words of DNC and SAM."""

    width: int = 48
    slots: int = 64


class Recurrent(nn.Module):
    """A network of ``engine.memory`` that sees every moment as a vector."""

    def __init__(self, core: str, sizes: BodySizes, outputs: int) -> None:
        super().__init__()
        heads = 1 if core in ("ntm", "dnc", "dam", "sam", "sdnc") else 4
        self.network: MemoryNetwork[Any] = build(
            core, Sizes(FEATURES, outputs, hidden=sizes.width, slots=sizes.slots, word=32, heads=heads)
        )

    def initial_state(self, batch: int) -> Any:
        """An empty memory."""
        return self.network.initial_state(batch)

    def sequence(self, moments: Moments, state: Any) -> tuple[Tensor, Any]:
        """See the module."""
        return self.network.sequence(torch.from_numpy(features(moments)), state)


class Gated(nn.Module):
    """LSTM or GRU in torch's own sequence kernels, several times faster on a CPU than step by step.

    The gates begin as those of a network that remembers for as long as a game lasts (Tallec and Ollivier 2018, arXiv
    1804.11188, section 3): torch's own forget within a few steps.
    """

    def __init__(self, kind: type[nn.LSTM] | type[nn.GRU], sizes: BodySizes, outputs: int) -> None:
        super().__init__()
        width = sizes.width
        self.core = kind(FEATURES, width)
        self.output = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, outputs))
        for name in ("bias_hh_l0", "bias_ih_l0"):
            nn.init.zeros_(self.core.get_parameter(name))
        with torch.no_grad():  # LSTM: forget gate, GRU: update gate
            self.core.get_parameter("bias_ih_l0")[width : 2 * width] = math.log(LONGEST)

    def initial_state(self, batch: int) -> Any:
        """Zeros."""
        zeros = self.core.get_parameter("weight_hh_l0").new_zeros(1, batch, self.core.hidden_size)
        return (zeros, zeros) if isinstance(self.core, nn.LSTM) else zeros

    def sequence(self, moments: Moments, state: Any) -> tuple[Tensor, Any]:
        """See the module."""
        hidden, state = self.core(torch.from_numpy(features(moments)), state)
        return self.output(hidden), state


def make_body(core: str, sizes: BodySizes, outputs: int) -> nn.Module:
    """A memory by name with weights from torch's generator; raises BadInput for an unknown name."""
    if core == "attention":
        return EpisodicMemory(sizes.width, outputs)
    if core == "lstm":
        return Gated(nn.LSTM, sizes, outputs)
    if core == "gru":
        return Gated(nn.GRU, sizes, outputs)
    if core == "transformer-xl":
        return GatedTransformerXL(sizes.width, outputs)
    if core in MODELS:
        return Recurrent(core, sizes, outputs)
    raise BadInput(f"core must be one of {', '.join(CORES)}, not {core}")
