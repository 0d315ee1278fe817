"""From what a memory knows and what lies on the table to the value of every action.

The memory's output is read as three classifications of the chemistry in the frame of appearances (potion map, graph,
stone map) and 16 free values. The head moves the beliefs into the frame of vertices, where the best stone is always
the same corner, lets value iteration run on the believed cube (Tamar et al. 2016, value iteration networks), and scores
(stone, latent potion) pairs, then (stone, colour) pairs, with the same weights for every stone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from engine.agents.learned.bodies import BodySizes, make_body
from engine.agents.learned.facts import GONE, Moments
from engine.alchemy.chemistry import COORDINATES, EDGE_OF, EDGES, GRAPHS, INDICATORS, REWARDS, colour_to_potion

MAPS, KINDS, SIGNS, FREE = 48, len(GRAPHS), 8, 16
OUTPUTS = MAPS + KINDS + SIGNS + FREE
SWEEPS = 6
HIDDEN = 128
SCALE = 5.0  # points for one unit of the head's outputs


class Knowledge(NamedTuple):
    """Log-probabilities that a memory's output stands for: ``potions`` [..., 48], ``graph`` [..., 109], ``signs``
    [..., 8], in the frame of appearances; ``free`` [..., 16].
    """

    potions: Tensor
    graph: Tensor
    signs: Tensor
    free: Tensor


class Beliefs(NamedTuple):
    """Marginals in the frame of vertices: ``potions`` [n, 6 colours, 6 latent], ``edges`` [n, 12], ``signs`` [n, 8]."""

    potions: Tensor
    edges: Tensor
    signs: Tensor


def knowledge_of(outputs: Tensor) -> Knowledge:
    """Split and normalise a memory's outputs [..., 181]."""
    potions, graph, signs, free = torch.split(outputs, [MAPS, KINDS, SIGNS, FREE], dim=-1)
    return Knowledge(potions.log_softmax(-1), graph.log_softmax(-1), signs.log_softmax(-1), free)


def tell(parts: Sequence[Tensor], knowledge: Knowledge) -> Knowledge:
    """Knowledge with probabilities of potion maps, graphs and stone maps that the agent is told instead of its own."""
    potions, graph, signs = (part.clamp(min=1e-9).log() for part in parts)
    return Knowledge(potions, graph, signs, knowledge.free)


class Head(nn.Module):
    """Value of the 19 actions: expected loss against the best possible, in units of SCALE points."""

    map_potions: Tensor
    graph_edges: Tensor
    flip_edges: Tensor
    signs_up: Tensor
    look_signs: Tensor
    alike: Tensor
    edge_of: Tensor
    next: Tensor
    moves: Tensor
    acts: Tensor

    def __init__(self) -> None:
        super().__init__()
        one_hot = np.eye(6, dtype=np.float32)[colour_to_potion()].reshape(MAPS, 36)
        flip = [
            [EDGES.index((min(i ^ 7 ^ s, j ^ 7 ^ s), max(i ^ 7 ^ s, j ^ 7 ^ s))) for i, j in EDGES] for s in range(8)
        ]
        vertex = np.arange(8)
        looks = np.arange(8)[:, None] ^ 7 ^ np.arange(8)  # [look, vertex] -> stone map under which it is that vertex
        moves = 2 * np.arange(3) + (
            1 - (vertex[:, None] >> np.arange(3) & 1)
        )  # potion that moves a vertex along an axis
        alike = np.zeros((GONE + 1, 8), np.float32)
        for number in range(GONE):
            alike[number] = 2 * (number % 4) - 3 == INDICATORS
        tables = {
            "map_potions": one_hot,
            "graph_edges": GRAPHS.astype(np.float32),
            "flip_edges": np.array(flip),
            "signs_up": (COORDINATES > 0).astype(np.float32),
            "look_signs": np.vstack([np.repeat(looks, 4, axis=0), np.zeros((1, 8), int)]),
            "alike": alike,
            "edge_of": EDGE_OF.astype(np.int64),
            "next": vertex[:, None] ^ 1 << np.arange(3),
            "moves": moves,
            "acts": np.eye(6, dtype=np.float32)[moves],
        }
        for name, table in tables.items():
            self.register_buffer(name, torch.from_numpy(np.ascontiguousarray(table)), persistent=False)
        self.worth = nn.Parameter(torch.from_numpy(REWARDS.astype(np.float32)) / SCALE)
        self.price = nn.Parameter(torch.tensor(0.02))
        self.context = nn.Sequential(nn.Linear(12 + 30 + 8 + 8 + 36 + FREE, HIDDEN), nn.ReLU())
        self.around = nn.Linear(HIDDEN, HIDDEN)
        self.stone = nn.Linear(8 + 1 + 1 + 3 + 1, HIDDEN)
        self.stone_2 = nn.Linear(HIDDEN, HIDDEN)
        self.pool = nn.Linear(HIDDEN, HIDDEN)
        self.together = nn.Linear(HIDDEN, HIDDEN)
        self.latent = nn.Linear(HIDDEN, 6)
        self.pair, self.colour = nn.Linear(HIDDEN, 32), nn.Linear(6 + 4, 32)
        self.stop, self.value = nn.Linear(HIDDEN, 1), nn.Linear(HIDDEN, 1)
        for layer in (self.latent, self.pair, self.stop):
            nn.init.zeros_(layer.weight)
            nn.init.zeros_(layer.bias)

    def beliefs(self, knowledge: Knowledge) -> Beliefs:
        """Marginals between vertices and latent potions, from knowledge about looks."""
        signs = knowledge.signs.exp()
        seen = (knowledge.potions.exp() @ self.map_potions).view(-1, 6, 3, 2)
        up = (signs @ self.signs_up)[:, None, :, None]
        potions = up * seen + (1 - up) * seen.flip(-1)
        edges = knowledge.graph.exp() @ self.graph_edges
        return Beliefs(potions.flatten(2), torch.einsum("ns,nse->ne", signs, edges[:, self.flip_edges]), signs)

    def forward(self, knowledge: Knowledge, stones: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """``stones`` int64 [n, 3] and ``counts`` int64 [n, 6] as in ``Moments``: losses [n, 19], value [n]."""
        beliefs = self.beliefs(knowledge)
        at_least = (counts[:, None, :] > torch.arange(5)[:, None]).float()  # [n, 5, 6 colours]
        held = at_least @ beliefs.potions  # expected: at least so many of each latent potion
        values, gains = self._iterate(beliefs.edges, held[:, 0])
        where = torch.gather(beliefs.signs[:, None].expand(-1, 3, -1), 2, self.look_signs[stones]) * self.alike[stones]
        where = where / where.sum(-1, keepdim=True).clamp(min=1e-6)
        best = (where * values[:, None]).sum(-1)
        plan = torch.einsum("niv,nvl->nil", where, torch.einsum("nva,val->nvl", gains, self.acts))
        own = torch.cat(
            [
                where,
                (stones == GONE).float()[..., None],
                best[..., None],
                torch.einsum("niv,nva->nia", where, gains),
                (where @ self.worth)[..., None],
            ],
            dim=-1,
        )
        context = self.context(
            torch.cat(
                [beliefs.edges, held.flatten(1), values, beliefs.signs, beliefs.potions.flatten(1), knowledge.free], -1
            )
        )
        each = torch.relu(self.stone(own) + self.around(context)[:, None])
        each = torch.relu(self.stone_2(each))
        pooled = self.pool(each.sum(1)) + self.around(context)
        each = torch.relu(self.together(each) + pooled[:, None])
        pooled = torch.relu(pooled)
        by_latent = torch.einsum("nil,ncl->nic", self.latent(each), beliefs.potions)
        colour = self.colour(torch.cat([beliefs.potions, at_least[:, :4].transpose(1, 2)], dim=-1))
        pairs = by_latent + torch.einsum("nik,nck->nic", self.pair(each), torch.tanh(colour))
        # What value iteration makes of each stone for itself; the rest of the head corrects it for what stones take
        # from each other and for what is not known.
        pairs = pairs + torch.einsum("nil,ncl->nic", plan, beliefs.potions) - self.price
        stop = self.stop(pooled) + ((where @ torch.relu(self.worth)) - best).sum(1, keepdim=True)
        return torch.cat([pairs.flatten(1), stop], dim=-1), self.value(pooled)[:, 0]

    def _iterate(self, edges: Tensor, held: Tensor) -> tuple[Tensor, Tensor]:
        """Value iteration on the believed cube: values [n, 8] of vertices, gain [n, 8, 3] of one more potion."""
        passable = edges[:, self.edge_of] * held.clamp(0, 1)[:, self.moves]
        cash = torch.relu(self.worth)  # a stone of negative value stays on the table
        values = cash.expand(len(edges), 8)
        for _ in range(SWEEPS):
            gains = passable * (values[:, self.next] - values[:, :, None]) - self.price
            values = torch.maximum(cash, values + gains.amax(-1))
        return values, passable * (values[:, self.next] - values[:, :, None])


class Network(nn.Module):
    """A learning agent: a memory and the head. ``core`` and ``sizes`` say which memory."""

    def __init__(self, core: str, sizes: BodySizes) -> None:
        super().__init__()
        self.core, self.sizes = core, sizes
        self.body: Any = make_body(core, sizes, OUTPUTS)
        self.head = Head()

    def know(self, moments: Moments, state: Any) -> tuple[Tensor, Any]:
        """Outputs [T, B, 181] of the memory after each moment [T, B], and its next state."""
        outputs, state = self.body.sequence(moments, state)
        return outputs, state
