"""Images of a pole, computed from distances: no rasteriser, no display, the same bits everywhere."""

from __future__ import annotations

import torch
from torch import Tensor

SIDE = 32
"""Pixels along each side of an image."""

_HALF_WIDTH = 1.2  # world units from the centre to an edge
_THICK = 0.11  # half the rod's thickness
_SOFT = 0.06  # over how much its edge fades


def draw_pole(x: Tensor, angle: Tensor, length: Tensor) -> Tensor:
    """Grey images float32 [N, 32, 32] in 0..1 of rods that stand at ``x`` [N]; angle 0 is upright, right positive.

    A pixel's value falls with its distance to the rod's line segment; the tip is drawn as a disc.
    """
    line = torch.linspace(-_HALF_WIDTH, _HALF_WIDTH, SIDE)
    along, up = line[None, None, :], -line[None, :, None]
    x, angle, length = x.float()[:, None, None], angle.float()[:, None, None], length.float()[:, None, None]
    direction, height = angle.sin(), angle.cos()
    across = along - x
    at = (across * direction + up * height).clamp(min=0.0).minimum(length)
    rod = ((across - at * direction).square() + (up - at * height).square()).sqrt()
    tip = ((across - length * direction).square() + (up - length * height).square()).sqrt() - _THICK
    return ((_THICK - torch.minimum(rod, tip)) / _SOFT + 0.5).clamp(0.0, 1.0)
