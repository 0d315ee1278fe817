"""Omniglot as one large classification: a class is a character, most drawings are for training, five are for tests.

The split is that of Rae et al. 2018, section 4.1: of each character's 20 drawings the first 5 test, the other 15 train.
A drawing is the 100 stroke numbers of ``engine.data.omniglot``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.omniglot import FEATURES, Drawings
from engine.errors import BadInput

TESTED = 5


@dataclass(frozen=True)
class Classes:
    """``train`` float32 [classes, drawings, features], ``test`` float32 [classes, 5, features]; mean 0, mean square 1.

    Raises BadInput for fewer than two classes and for a class without drawings.
    """

    train: NDArray[np.float32]
    test: NDArray[np.float32]

    def __post_init__(self) -> None:
        if len(self.train) < 2 or len(self.train) != len(self.test):
            raise BadInput(f"At least two classes are needed, each for training and test, not {len(self.train)}")
        if not self.train.shape[1] or not self.test.shape[1]:
            raise BadInput(
                f"A class has {self.train.shape[1]} drawings to train on and {self.test.shape[1]} to test on"
            )
        if not (np.isfinite(self.train).all() and np.isfinite(self.test).all()):
            raise BadInput("A drawing holds values that are not numbers")


def character_classes(drawings: Drawings, classes: int, random: np.random.Generator) -> Classes:
    """``classes`` characters in random order; raises BadInput if there are not as many or one has no ink."""
    strokes = drawings.strokes.reshape(*drawings.strokes.shape[:2], FEATURES)
    if classes > len(strokes):
        raise BadInput(f"classes may be at most {len(strokes)}, the characters there are, not {classes}")
    if strokes.shape[1] <= TESTED:
        raise BadInput(f"A class has {strokes.shape[1]} drawings; {TESTED} test, so at least {TESTED + 1} are needed")
    chosen = strokes[random.permutation(len(strokes))[:classes]]
    empty = np.flatnonzero(~chosen.any(axis=(1, 2)))
    if len(empty):
        raise BadInput(f"{len(empty)} of {classes} classes have no data: their drawings are empty")
    chosen = chosen - chosen.mean((0, 1))
    chosen = chosen / np.sqrt(np.square(chosen).mean())
    return Classes(chosen[:, TESTED:], chosen[:, :TESTED])
