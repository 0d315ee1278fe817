"""The axis of an episode: trials of equal width, and in each as many steps as anyone used."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from gui.translation import tr


@dataclass(frozen=True)
class TimeAxis:
    """``trials`` of ``steps`` each; only the first ``shown`` steps of a trial have room, because most trials end
    early.

    A position is ``trial * steps + step``; the end of the episode is ``trials * steps``.
    """

    trials: int
    steps: int
    shown: int

    @property
    def length(self) -> int:
        return self.trials * self.steps

    @property
    def cell(self) -> float:
        """Width of a step as a share of the axis."""
        return 1.0 / max(self.trials * self.shown, 1)

    def share(self, position: int) -> float:
        """Where a position lies, 0 (left) to 1 (right)."""
        trial, step = divmod(min(max(position, 0), self.length), max(self.steps, 1))
        return (trial + min(step, self.shown) / self.shown) / max(self.trials, 1)

    def nearest(self, share: float, positions: Sequence[int]) -> int:
        """The one of the ordered ``positions`` that lies nearest to a place on the axis."""
        index = bisect_left(positions, share, key=self.share)
        around = positions[max(index - 1, 0) : index + 1]
        return min(around, key=lambda position: abs(self.share(position) - share))


def place_words(position: int, axis: TimeAxis) -> str:
    """A position in words: ``trial 4 of 10 · step 7 of 20 · 67 of 200``."""
    trial = min(position // max(axis.steps, 1), max(axis.trials - 1, 0))
    step = position - trial * axis.steps
    return tr(
        "trial {trial} of {trials} · step {step} of {steps} · {position} of {length}",
        trial=trial + 1,
        trials=axis.trials,
        step=step,
        steps=axis.steps,
        position=position,
        length=axis.length,
    )
