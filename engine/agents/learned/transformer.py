"""Gated transformer-XL: attention over the activations of earlier steps, with gates that begin near the identity.

Source: Parisotto et al. 2020, "Stabilizing transformers for reinforcement learning" (arXiv 1910.06764): layer norm on
the inputs of each part, GRU gates instead of residuals (bias 2), relative positions as in transformer-XL. As there,
the memory of past activations passes no gradient.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.agents.learned.facts import FEATURES, Moments, features

LAYERS, HEADS, REACH, SEGMENT = 2, 4, 96, 32


class Past(NamedTuple):
    """``activations`` [layers, reach, B, width] of earlier steps, the newest last; ``length`` of them are real."""

    activations: Tensor
    length: int


class Gate(nn.Module):
    """GRU-type gate between a stream and a part's output; begins close to passing the stream on."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.stream, self.part = nn.Linear(width, 2 * width, bias=False), nn.Linear(width, 3 * width, bias=False)
        self.inner = nn.Linear(width, width, bias=False)
        self.bias = nn.Parameter(torch.full((width,), 2.0))

    def forward(self, stream: Tensor, part: Tensor) -> Tensor:
        """The gated sum."""
        reset, update = self.stream(stream).chunk(2, dim=-1)
        part_reset, part_update, part_new = self.part(part).chunk(3, dim=-1)
        new = torch.tanh(part_new + self.inner(torch.sigmoid(reset + part_reset) * stream))
        update = torch.sigmoid(update + part_update - self.bias)
        return (1 - update) * stream + update * new


class Layer(nn.Module):
    """One layer: relative attention and a perceptron, each behind a gate."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm, self.norm_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.position = nn.Parameter(torch.zeros(HEADS, REACH + SEGMENT))  # learned bias by distance
        self.out, self.gate, self.gate_2 = nn.Linear(width, width), Gate(width), Gate(width)
        self.perceptron = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))

    def forward(self, stream: Tensor, past: Tensor, length: int) -> Tensor:
        """``stream`` [T, B, width] attends to itself, causally, and to ``past`` [reach, B, width]."""
        steps, reach = len(stream), len(past)
        every = self.norm(torch.cat([past, stream]))
        query = self.query(every[reach:]).unflatten(-1, (HEADS, -1))
        key, value = (part.unflatten(-1, (HEADS, -1)) for part in self.key_value(every).chunk(2, dim=-1))
        distance = torch.arange(steps)[:, None] + reach - torch.arange(reach + steps)
        hidden = (distance < 0) | (distance >= REACH + SEGMENT) | (torch.arange(reach + steps) < reach - length)
        bias = self.position[:, distance.clamp(0, REACH + SEGMENT - 1)].masked_fill(hidden, -1e9)
        scores = torch.einsum("tbhd,sbhd->bhts", query, key) / query.shape[-1] ** 0.5 + bias
        read = torch.einsum("bhts,sbhd->tbhd", scores.softmax(dim=-1), value).flatten(2)
        stream = self.gate(stream, torch.relu(self.out(read)))
        merged: Tensor = self.gate_2(stream, torch.relu(self.perceptron(self.norm_2(stream))))
        return merged


class GatedTransformerXL(nn.Module):
    """Two layers over the last 96 steps."""

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.width = width
        self.embed = nn.Linear(FEATURES, width)
        self.layers = nn.ModuleList(Layer(width) for _ in range(LAYERS))
        self.output = nn.Linear(width, outputs)

    def initial_state(self, batch: int) -> Past:
        """No past."""
        return Past(self.output.weight.new_zeros(LAYERS, REACH, batch, self.width), 0)

    def sequence(self, moments: Moments, state: Past) -> tuple[Tensor, Past]:
        """See ``bodies``; long sequences go segment by segment, as published."""
        inputs, outputs = torch.from_numpy(features(moments)), []
        for stream in torch.split(inputs, SEGMENT):
            hidden, kept = self.embed(stream), []
            for layer, past in zip(self.layers, state.activations, strict=True):
                kept.append(torch.cat([past, hidden.detach()])[-REACH:])
                hidden = layer(hidden, past, state.length)
            state = Past(torch.stack(kept), min(REACH, state.length + len(stream)))
            outputs.append(self.output(hidden))
        return torch.cat(outputs), state
