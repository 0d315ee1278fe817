"""A convolutional energy for images, a writable convolution in each block, with its derivatives written out.

The passes are those of engine.associative.dense: values forward and backward, then their tangents along the slope.
Together they give what a write needs without automatic differentiation inside automatic differentiation.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.grad import conv2d_weight

from engine.associative.energy import EnergyNetwork, Fast, bent

BLOCKS = 3

Pair = tuple[Tensor, Tensor]


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
        _, top = self._values(self._images(patterns), fast)
        return (top.flatten(1) @ self.out).view(patterns.shape[:2])

    def slope(self, patterns: Tensor, fast: Fast) -> Tensor:
        """See EnergyNetwork."""
        values, top = self._values(self._images(patterns), fast)
        slope, _ = self._back(values, top, fast)
        return slope.permute(0, 2, 3, 1).reshape(patterns.shape)

    def write_gradient(self, patterns: Tensor, fast: Fast, alpha: Tensor) -> Fast:
        """See EnergyNetwork."""
        tasks, count, _ = patterns.shape
        values, top = self._values(self._images(patterns), fast)
        h_, back = self._back(values, top, fast)  # tangents along the slope end in _
        found: list[Tensor] = []
        tangents = []
        for block, (reduced, units) in enumerate(values):
            seen_ = functional.conv2d(h_, _layer(self.down, block).weight, stride=2, padding=1)
            reduced_ = bent(seen_, reduced)
            units_ = bent(self._see(block, reduced_, fast[block], None), units)
            h_ = reduced_ + functional.conv2d(units_, _layer(self.mix, block).weight)
            tangents.append((reduced_, units_))
        at_top_ = torch.zeros_like(top)
        for block in range(BLOCKS - 1, -1, -1):
            (reduced, units), (reduced_, units_) = values[block], tangents[block]
            to_reduced, to_units = back[block]
            to_units_ = functional.conv_transpose2d(at_top_, _layer(self.mix, block).weight)
            at_units = bent(to_units, units)
            at_units_ = bent(to_units_, units) - 2 * to_units * units * units_
            outputs = at_units + 2 * alpha * at_units_, at_units
            gradient: Tensor = conv2d_weight(  # type: ignore[no-untyped-call]
                torch.cat([_folded(value, tasks) for value in (reduced, 2 * alpha * reduced_)]),
                fast[block].flatten(0, 1).shape,
                torch.cat([_folded(value[:, : self.width], tasks) for value in outputs]),
                padding=1,
                groups=tasks,
            )
            found.append(gradient.view(fast[block].shape) / count)
            if block:
                to_reduced_ = at_top_ + self._unsee(block, at_units_, fast[block])
                at_reduced_ = bent(to_reduced_, reduced) - 2 * to_reduced * reduced * reduced_
                at_top_ = functional.conv_transpose2d(at_reduced_, _layer(self.down, block).weight, stride=2, padding=1)
        return tuple(found[::-1])

    def _values(self, h: Tensor, fast: Fast) -> tuple[list[Pair], Tensor]:
        """Each block's values after its strided convolution and at its units; what the last block gives."""
        found = []
        for block, memory in enumerate(fast):
            reduced = self.down[block](h).tanh()
            units = self._see(block, reduced, memory, _layer(self.static, block).bias).tanh()
            h = reduced + self.mix[block](units)
            found.append((reduced, units))
        return found, h

    def _back(self, values: list[Pair], top: Tensor, fast: Fast) -> tuple[Tensor, list[Pair]]:
        """The slope as images, and each block's derivatives with respect to its values."""
        at_top, found = self.out.view(top.shape[1:]).expand(top.shape), []
        for block in range(BLOCKS - 1, -1, -1):
            reduced, units = values[block]
            to_units = functional.conv_transpose2d(at_top, _layer(self.mix, block).weight)
            to_reduced = at_top + self._unsee(block, bent(to_units, units), fast[block])
            at_reduced = bent(to_reduced, reduced)
            at_top = functional.conv_transpose2d(at_reduced, _layer(self.down, block).weight, stride=2, padding=1)
            found.append((to_reduced, to_units))
        return at_top, found[::-1]

    def _see(self, block: int, values: Tensor, memory: Tensor, bias: Tensor | None) -> Tensor:
        """What memory and static units of a block see of its values."""
        tasks = len(memory)
        written = functional.conv2d(_folded(values, tasks), memory.flatten(0, 1), padding=1, groups=tasks)
        static = functional.conv2d(values, _layer(self.static, block).weight, bias, padding=1)
        return torch.cat([_unfolded(written, tasks), static], 1)

    def _unsee(self, block: int, at_units: Tensor, memory: Tensor) -> Tensor:
        """The transpose of ``_see``."""
        tasks = len(memory)
        written = _folded(at_units[:, : self.width], tasks)
        from_memory = functional.conv_transpose2d(written, memory.flatten(0, 1), padding=1, groups=tasks)
        static = functional.conv_transpose2d(at_units[:, self.width :], _layer(self.static, block).weight, padding=1)
        return _unfolded(from_memory, tasks) + static

    def _images(self, patterns: Tensor) -> Tensor:
        """[tasks, n, height width channels] -> [tasks n, channels, height, width]."""
        return patterns.reshape(-1, *self.shape).permute(0, 3, 1, 2)


def _layer(layers: nn.ModuleList, block: int) -> nn.Conv2d:
    layer = layers[block]
    assert isinstance(layer, nn.Conv2d)
    return layer


def _folded(images: Tensor, tasks: int) -> Tensor:
    """[tasks n, c, h, w] -> [n, tasks c, h, w]."""
    return images.reshape(tasks, -1, *images.shape[1:]).transpose(0, 1).flatten(1, 2)


def _unfolded(images: Tensor, tasks: int) -> Tensor:
    """[n, tasks c, h, w] -> [tasks n, c, h, w]."""
    count, _, height, width = images.shape
    return images.reshape(count, tasks, -1, height, width).transpose(0, 1).flatten(0, 1)
