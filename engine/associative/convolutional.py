"""A convolutional energy for images, a writable convolution in each block."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.associative.energy import EnergyNetwork, Fast

BLOCKS = 3


class ConvolutionalEnergy(EnergyNetwork):
    """Three blocks h = tanh(strided convolution), h + 1x1(tanh([memory 3x3, static 3x3])), then a linear readout.

    The paper names the parts (residual blocks, writable convolutions, 32 x 32 images), not their sizes; those are this
    program's. Each block halves the side. Channels: ``hidden``, ``hidden``, 2 ``hidden``; ``width`` writable filters in
    each block. Tasks are folded into channels, so that each has its own filters in one grouped convolution.
    """

    written = ("memory_0", "memory_1", "memory_2")

    def __init__(self, shape: tuple[int, int, int], width: int, hidden: int) -> None:
        super().__init__()
        self.shape, self.width = shape, width
        height, across, channels = shape
        self.down, self.static, self.mix = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for block, size in enumerate((hidden, hidden, 2 * hidden)):
            self.down.append(nn.Conv2d(channels, size, 4, stride=2, padding=1))
            memory = nn.Conv2d(size, width, 3, padding=1, bias=False)
            self.register_parameter(f"memory_{block}", nn.Parameter(memory.weight.detach().clone()))
            self.static.append(nn.Conv2d(size, size, 3, padding=1))
            self.mix.append(nn.Conv2d(size + width, size, 1))
            channels = size
        left = 2**BLOCKS
        self.out = nn.Parameter(nn.Linear(channels * (height // left) * (across // left), 1).weight.detach().clone()[0])

    @staticmethod
    def floats_of(shape: tuple[int, int, int], width: int, hidden: int) -> int:
        """Writable numbers of a network with these sizes."""
        return 4 * hidden * 9 * width

    def energy(self, patterns: Tensor, fast: Fast) -> Tensor:
        """See EnergyNetwork."""
        tasks, count, _ = patterns.shape
        height, across, channels = self.shape
        h = patterns.reshape(tasks * count, height, across, channels).permute(0, 3, 1, 2)
        for down, static, mix, memory in zip(self.down, self.static, self.mix, fast, strict=True):
            h = down(h).tanh()
            _, size, tall, wide = h.shape
            by_task = h.view(tasks, count, size, tall, wide).transpose(0, 1).reshape(count, tasks * size, tall, wide)
            kernels = memory.reshape(tasks * self.width, size, 3, 3)
            written = functional.conv2d(by_task, kernels, padding=1, groups=tasks)
            written = written.view(count, tasks, self.width, tall, wide).transpose(0, 1)
            both = torch.cat([written.reshape(tasks * count, self.width, tall, wide), static(h)], 1)
            h = h + mix(both.tanh())
        return (h.flatten(1) @ self.out).view(tasks, count)
