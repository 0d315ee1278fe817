"""Which updates of a training become points of its curves, so that hours of it stay small on disk and on screen."""

from __future__ import annotations

import time

POINTS_PER_SECOND = 10.0  # of a quick training
PARTS = 2000  # a long one adds a point whenever it has grown by one part in so many


class Pacing:
    """Says when the next point is due.

    A day of ten points a second would be a million of them in each curve, and a program that follows it live would
    grow by tens of megabytes an hour. With a point for each 2000th of what has been trained so far a training ten times
    as long has some 4,600 more, and its second half always has 1,400: as many as a screen can show.
    """

    def __init__(self) -> None:
        self._next_step, self._next_time = 0, 0.0

    def due(self, step: int) -> bool:
        """Whether the update that came to ``step`` (steps rise; a new training begins with a new Pacing) is shown."""
        now = time.monotonic()
        if step < self._next_step or now < self._next_time:
            return False
        self._next_step, self._next_time = step + step // PARTS, now + 1 / POINTS_PER_SECOND
        return True
