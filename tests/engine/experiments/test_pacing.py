"""How many points a training's curves get: all of a short one, ever fewer of a long one, never two at one time."""

import pytest

from engine.experiments import pacing
from engine.experiments.pacing import Pacing


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(pacing.time, "monotonic", lambda: now[0])
    return now


def points(clock: list[float], steps: int, seconds_each: float) -> list[int]:
    own, found = Pacing(), []
    for step in range(steps):
        if own.due(step):
            found.append(step)
        clock[0] += seconds_each
    return found


def test_a_slow_training_shows_every_update(clock: list[float]) -> None:
    assert points(clock, 1500, 0.25) == list(range(1500))


def test_a_quick_one_shows_ten_a_second(clock: list[float]) -> None:
    assert points(clock, 1000, 1 / 128) == list(range(0, 1000, 13))  # 13 / 128 s is the first time past a tenth


def test_a_long_one_grows_by_its_logarithm(clock: list[float]) -> None:
    found = points(clock, 400_000, 0.25)
    harmonic = sum(1 / parts for parts in range(1, 200))  # between 2,000 k and 2,000 (k + 1) every kth is shown
    assert len(found) == pytest.approx(2000 + 2000 * harmonic, rel=0.01)
    assert sum(step >= 200_000 for step in found) > 1300
