"""Encoders: pictures and strings to vectors z. The same key must always give the same z: no dropout, no batch norm.

Sources: Rae et al. 2019 (arXiv 1906.04304), 3, 5.5 and C: three convolutions and two dense layers for pictures, a
character LSTM for strings. Two are ours, and take 20 to 30 times less time than the LSTM: ``text-mlp`` sees the first
characters and prefixes of a key at once; ``text-order`` sees where a key would stand among the keys of training, on a
ruler of 4,096 of them that belongs to the shared weights.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import BadInput

EncoderName = Literal["image-cnn", "image-mlp", "text-lstm", "text-mlp", "text-order"]

WINDOW = 16  # bytes of a key that are seen; keys that agree in all of them get the same answer
PREFIXES = (1, 2, 3, 4)
BUCKETS = 1 << 13  # prefixes of one length share this many vectors
MARKS = 1 << 12  # keys on the ruler
WAVES = 12  # sines and cosines of a place, each of twice the frequency of the one before
SLOPE = 0.2


class Encoder(nn.Module):
    """``features`` turns keys (bytes) into what ``forward`` takes; for pictures the bytes are the pixels."""

    def features(self, keys: Sequence[bytes]) -> NDArray[Any]:
        """One row a key."""
        raise NotImplementedError

    def learn_keys(self, keys: Sequence[bytes]) -> None:
        """See the sorted keys of training before training begins."""


def window_of(keys: Sequence[bytes]) -> NDArray[np.bytes_]:
    """The first 16 bytes of each key."""
    return np.array([key[:WINDOW] for key in keys], dtype=f"S{WINDOW}")


class TextEncoder(Encoder):
    """Encoders that see characters."""

    def features(self, keys: Sequence[bytes]) -> NDArray[Any]:
        """int32 [n, 16 + 4]: the first 16 bytes (0 past the end), and the buckets of the prefixes of 1 to 4 bytes."""
        symbols = window_of(keys).view(np.uint8).reshape(len(keys), WINDOW)
        features = np.empty((len(keys), WINDOW + len(PREFIXES)), np.int32)
        features[:, :WINDOW] = symbols
        mixed = np.zeros(len(keys), np.uint64)
        for place in range(max(PREFIXES)):
            mixed = (mixed ^ symbols[:, place]) * np.uint64(0x9E3779B97F4A7C15)
            features[:, WINDOW + place] = (mixed >> np.uint64(65 - BUCKETS.bit_length())).astype(np.int32)
        return features


class TextMLP(TextEncoder):
    """Vectors of the first characters and of the first prefixes, side by side, through two dense layers."""

    offsets: Tensor

    def __init__(self, hidden: int, size: int):
        super().__init__()
        self.symbols = nn.Embedding(256, 8)
        self.prefixes = nn.Embedding(len(PREFIXES) * BUCKETS, 8)
        nn.init.normal_(self.prefixes.weight, std=0.3)
        self.register_buffer("offsets", torch.arange(len(PREFIXES)) * BUCKETS, persistent=False)
        self.dense = nn.Sequential(
            nn.Linear(8 * (WINDOW + len(PREFIXES)), hidden),
            nn.LeakyReLU(SLOPE),
            nn.Linear(hidden, size),
            nn.LeakyReLU(SLOPE),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Int [n, 20] as ``features`` makes them -> [n, size]."""
        symbols = self.symbols(features[:, :WINDOW]).flatten(1)
        prefixes = self.prefixes(features[:, WINDOW:] + self.offsets).flatten(1)
        found: Tensor = self.dense(torch.cat([symbols, prefixes], 1))
        return found


class TextLSTM(TextEncoder):
    """A character LSTM whose state after the key's last seen character is z, as published."""

    def __init__(self, hidden: int, size: int):
        super().__init__()
        self.symbols = nn.Embedding(256, 16)
        self.lstm = nn.LSTM(16, hidden, batch_first=True)
        self.dense = nn.Sequential(nn.Linear(hidden, size), nn.LeakyReLU(SLOPE))

    def forward(self, features: Tensor) -> Tensor:
        """Int [n, 20] as ``features`` makes them -> [n, size]."""
        symbols = features[:, :WINDOW]
        last = (symbols != 0).sum(1).clamp(min=1) - 1
        states, _ = self.lstm(self.symbols(symbols))
        found: Tensor = self.dense(states[torch.arange(len(states)), last])
        return found


class TextOrder(Encoder):
    """Sines and cosines of a key's place among the keys of training, through two dense layers."""

    ruler: Tensor

    def __init__(self, hidden: int, size: int):
        super().__init__()
        self.register_buffer("ruler", torch.zeros(MARKS, WINDOW, dtype=torch.uint8))
        self.dense = nn.Sequential(
            nn.Linear(2 * WAVES, hidden), nn.LeakyReLU(SLOPE), nn.Linear(hidden, size), nn.LeakyReLU(SLOPE)
        )

    def learn_keys(self, keys: Sequence[bytes]) -> None:
        """Take evenly spaced keys as the marks of the ruler."""
        marks = window_of([keys[round((i + 0.5) * len(keys) / MARKS - 0.5)] for i in range(MARKS)])
        self.ruler.copy_(torch.from_numpy(marks.view(np.uint8).reshape(MARKS, WINDOW)))

    def features(self, keys: Sequence[bytes]) -> NDArray[Any]:
        """float32 [n]: the share of marks before the key, 0..1."""
        marks = self.ruler.numpy().view(f"S{WINDOW}")[:, 0]
        return (np.searchsorted(marks, window_of(keys), side="right") / MARKS).astype(np.float32)

    def forward(self, places: Tensor) -> Tensor:
        """Float [n] -> [n, size]."""
        angles = places[:, None] * (math.pi * 2.0 ** torch.arange(WAVES, device=places.device))
        found: Tensor = self.dense(torch.cat([angles.sin(), angles.cos()], 1))
        return found


class ImageEncoder(Encoder):
    """Encoders of square pictures."""

    def __init__(self, side: int):
        super().__init__()
        self.side = side

    def features(self, keys: Sequence[bytes]) -> NDArray[Any]:
        """uint8 [n, side, side]; raises BadInput for a key that is no picture of this size."""
        if any(len(key) != self.side * self.side for key in keys):
            raise BadInput(f"This filter takes pictures of {self.side} x {self.side} pixels")
        flat = np.frombuffer(bytearray().join(keys), np.uint8)  # a bytearray, so that torch may share it
        return flat.reshape(len(keys), self.side, self.side)


class ImageCNN(ImageEncoder):
    """Three convolutions of stride 2 (``hidden`` filters; 64 as published) and dense layers of 64 and ``size``."""

    def __init__(self, side: int, hidden: int, size: int):
        super().__init__(side)
        layers: list[nn.Module] = []
        channels = 1
        for _ in range(3):
            layers += [nn.Conv2d(channels, hidden, 3, stride=2, padding=1), nn.LeakyReLU(SLOPE)]
            channels, side = hidden, -(-side // 2)
        self.look = nn.Sequential(*layers, nn.Flatten())
        self.dense = nn.Sequential(
            nn.Linear(hidden * side * side, 64), nn.LeakyReLU(SLOPE), nn.Linear(64, size), nn.LeakyReLU(SLOPE)
        )

    def forward(self, pixels: Tensor) -> Tensor:
        """uint8 [n, side, side] -> [n, size]."""
        found: Tensor = self.dense(self.look(pixels[:, None].float() / 128 - 0.5))
        return found


class ImageMLP(ImageEncoder):
    """Two dense layers."""

    def __init__(self, side: int, hidden: int, size: int):
        super().__init__(side)
        self.first, self.second = nn.Linear(side * side, hidden), nn.Linear(hidden, size)

    def forward(self, pixels: Tensor) -> Tensor:
        """uint8 [n, side, side] -> [n, size]."""
        middle = functional.leaky_relu(self.first(pixels.flatten(1).float() / 128 - 0.5), SLOPE)
        return functional.leaky_relu(self.second(middle), SLOPE)


def make_encoder(name: EncoderName, side: int, hidden: int, size: int) -> Encoder:
    """An encoder; ``side`` of the pictures (unused for strings), ``hidden`` units or filters, ``size`` of z."""
    match name:
        case "image-cnn":
            return ImageCNN(side, hidden, size)
        case "image-mlp":
            return ImageMLP(side, hidden, size)
        case "text-lstm":
            return TextLSTM(hidden, size)
        case "text-order":
            return TextOrder(hidden, size)
    return TextMLP(hidden, size)
