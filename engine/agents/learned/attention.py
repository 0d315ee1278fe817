"""Episodic external memory: every new fact is written as a row of its own, and read by attention.

Source: AlKhamissi et al. 2021 (arXiv 2112.08360; records of transitions, attention over them), after Fortunato et al.
2019 (arXiv 1910.13406). A row is written once, when its fact is first seen, and never changed or averaged: what a
single decisive potion showed is there as long as the episode lasts.

It is read three times. The first reading takes every row as it is; what it finds asks the second, in which each head
weighs every row by itself: sigmoid attention (Ramapuram et al. 2024, arXiv 2409.04431), since softmax divides a weight
by the number of rows that agree and so forgets how many there are; with softmax the same training learned nothing in
five times as many games. In the third each edge of the cube looks at the rows that may tell of it: a stone that crossed
it, or one that stayed beside it, weighed by how likely the potion would have taken it across, by what the first two
readings made of that colour. A row holds one of 224 facts, so a sum over rows is computed as a sum over facts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.agents.learned.facts import COLOURS, FACTS, LOOKS, NO_EFFECT, NOTHING, SLOTS, TRANSITIONS, Moments, remember
from engine.alchemy.chemistry import EDGE_OF, GRAPHS, colour_to_potion

HEADS, KEY, VALUE = 4, 16, 32
EDGES, MAPS, KINDS = 12, 48, len(GRAPHS)
LOUDNESS = 8.0  # scale of the edges' evidence, so that few updates make it count


class Memory(NamedTuple):
    """State of the memory of a batch of games; arrays are changed in place by ``sequence``.

    ``rows`` int64 [B, slots] facts in the order they were written (NOTHING where empty or erased), ``known`` int64
    [B, 56] which facts are there, ``written`` int64 [B] rows used so far, ``output`` float32 [B, out] last
    read.
    """

    rows: NDArray[np.int64]
    known: NDArray[np.int64]
    written: NDArray[np.int64]
    output: Tensor


class EpisodicMemory(nn.Module):
    """The memory and how it is read; ``width`` units between the readings.

    Outputs: 48 values for potion maps, 109 for graphs, then the rest.
    """

    meaning: Tensor
    needed: Tensor
    edges: Tensor

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.every = nn.Parameter(0.2 * torch.randn(FACTS, width))
        self.first = nn.Sequential(nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.query = nn.Linear(width, HEADS * KEY)
        self.key = nn.Parameter(0.5 * torch.randn(HEADS, KEY, FACTS))
        self.interest = nn.Parameter(torch.full((HEADS, 1, FACTS), -1.0))
        self.value = nn.Parameter(0.3 * torch.randn(HEADS, FACTS, VALUE))
        self.join = nn.Sequential(nn.Linear(width + HEADS * VALUE, width), nn.ReLU(), nn.Linear(width, outputs))
        self.graph = nn.Sequential(nn.Linear(2 * EDGES, width), nn.ReLU(), nn.Linear(width, KINDS))
        self.graph_direct = nn.Linear(2 * EDGES, KINDS)
        look = np.arange(LOOKS)[:, None]
        tables = {
            "meaning": np.eye(6, dtype=np.float32)[colour_to_potion()].reshape(MAPS, 36),
            "needed": 2 * np.arange(3) + (1 - (look >> np.arange(3) & 1)),  # potion that moves a look along an axis
            "edges": np.eye(EDGES, dtype=np.float32)[EDGE_OF],  # [look, axis, edge]
        }
        for name, table in tables.items():
            self.register_buffer(name, torch.from_numpy(table), persistent=False)

    def initial_state(self, batch: int) -> Memory:
        """Nothing remembered."""
        rows, known = np.full((batch, SLOTS), NOTHING), np.zeros((batch, SLOTS), np.int64)
        return Memory(rows, known, np.zeros(batch, np.int64), self.every.new_zeros(batch, self.outputs))

    def sequence(self, moments: Moments, state: Memory) -> tuple[Tensor, Memory]:
        """Write what is new in moments [T, B] and read after each; reads only where something was written.

        Returns the outputs [T, B, out] and the state, which shares its arrays with the one given.
        """
        before = state.written.copy()
        held = remember(moments.fact, moments.stones, state.rows, state.known, state.written)
        new = held != np.concatenate([before[None], held[:-1]])
        time, game = np.nonzero(new)
        if not len(time):
            return state.output.expand(*held.shape, -1), state
        slots = np.arange(state.rows.shape[1])
        fresh, _ = self.read(np.where(slots < held[time, game, None], state.rows[game], NOTHING))
        every = torch.cat([state.output, fresh])
        # Which reading holds at each [T, B]: the game's own state before, then the latest one of the game.
        place = np.zeros(held.shape, np.int64)
        place[time, game] = held.shape[1] + np.arange(len(time))
        place[0] = np.where(new[0], place[0], np.arange(held.shape[1]))
        latest = np.maximum.accumulate(np.where(new, np.arange(len(new))[:, None], 0), axis=0)
        outputs = every[torch.from_numpy(np.take_along_axis(place, latest, axis=0))]
        return outputs, state._replace(output=outputs[-1])

    def read(self, rows: NDArray[np.int64]) -> tuple[Tensor, Tensor]:
        """Outputs [n, out] of memories ``rows`` [n, slots], and how strongly each fact is read then [n, 5, 224].

        The first four weights are those of the second reading's heads, the fifth is the sum over edges of the third's.
        """
        there = torch.zeros(len(rows), FACTS + 1).scatter_(1, torch.from_numpy(rows), 1.0)[:, :FACTS]
        first = self.first(there @ self.every)
        query = self.query(first).unflatten(1, (HEADS, KEY)).transpose(0, 1)
        weights = torch.sigmoid(query @ self.key / KEY**0.5 + self.interest) * there
        second = (weights @ self.value).transpose(0, 1).flatten(1)
        outputs = self.join(torch.cat([first, second], dim=1))
        maps, graph, rest = torch.split(outputs, [MAPS, KINDS, self.outputs - MAPS - KINDS], dim=1)
        potions = (maps.softmax(dim=1) @ self.meaning).view(-1, COLOURS, 6)
        transitions = there[:, :TRANSITIONS].view(-1, LOOKS, COLOURS, 4)
        crossing = potions[:, :, self.needed].permute(0, 2, 1, 3) * transitions[..., NO_EFFECT, None]
        closed = torch.einsum("nva,vae->ne", crossing.sum(dim=2), self.edges)
        crossed = torch.einsum("nva,vae->ne", transitions[..., :NO_EFFECT].sum(dim=2), self.edges)
        evidence = LOUDNESS * torch.cat([closed, crossed], dim=1).clamp(max=1.0)
        graph = graph + self.graph(evidence / LOUDNESS) + self.graph_direct(evidence)
        third = torch.cat([transitions[..., :NO_EFFECT], crossing.sum(dim=-1, keepdim=True)], dim=-1).flatten(1)
        third = torch.cat([third, torch.zeros(len(rows), FACTS - TRANSITIONS)], dim=1)
        return torch.cat([maps, graph, rest], dim=1), torch.cat([weights.transpose(0, 1), third[:, None]], dim=1)
