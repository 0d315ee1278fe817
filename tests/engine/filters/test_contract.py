"""The promise: over many sets of many kinds, no inserted key is ever answered no. Exactly none."""

import numpy as np
import pytest

from engine.data import digits, string_keys
from engine.data.folders import folders
from engine.filters.filter import make_filter
from engine.filters.models import for_task, load_shipped

SIZES = (1, 10, 200, 5000)
LETTERS = np.frombuffer(b"etaoinshrdlucmfwypvbgkqjxz", np.uint8)


def pictures(random, n):
    """Drawings of one digit, as many as there are, then the same with noise."""
    found = digits.small_digits()
    own = np.flatnonzero(found.labels == random.integers(10))
    chosen = found.pixels[random.choice(own, n, replace=n > len(own))].astype(int)
    noise = random.integers(-20, 21, chosen.shape) * (n > len(own))
    return [picture.tobytes() for picture in np.clip(chosen + noise, 0, 255).astype(np.uint8)]


def words():
    if any((folder / string_keys.ARCHIVE).is_file() for folder in folders()):
        return string_keys.universe("words")
    random = np.random.default_rng(0)
    made = LETTERS[np.minimum(random.exponential(6, (60_000, 7)).astype(int), 25)]
    return tuple(sorted({row.tobytes() for row in made}))


def ranges(random, n):
    """Neighbours in a sorted list."""
    universe = words()
    start = int(random.integers(0, len(universe) - n))
    return list(universe[start : start + n])


def mixture(random, n):
    """Three ranges and stray words."""
    universe = words()
    chosen = [universe[i] for i in random.integers(0, len(universe), n)]
    quarter = n // 4
    for part in range(3 * (quarter > 0)):
        chosen[part * quarter : (part + 1) * quarter] = ranges(random, quarter)
    return chosen


def row_keys(random, n):
    """Reversed hosts and paths, long and alike in their beginning."""
    numbers = random.integers(0, 10**9, (n, 2))
    return [f"org.example.host{a % 50:03}/path/to/{a}/page-{b}.html?é={b % 7}".encode() for a, b in numbers]


def random_bytes(random, n):
    """Any bytes, of any length from 1 to 100."""
    return [random.bytes(int(size)) for size in random.integers(1, 101, n)]


FAMILIES = {"digits-class": (pictures,), "word-ranges": (ranges, mixture, row_keys, random_bytes)}


def lost(sets, seed):
    """Sets that were built, keys that were lost."""
    random = np.random.default_rng(seed)
    families = [(task, draw) for task, draws in FAMILIES.items() for draw in draws]
    networks = {}
    missing = keys_asked = 0
    for number in range(sets):
        task, draw = families[number % len(families)]
        n = SIZES[number // len(families) % len(SIZES)]
        name = for_task(task, n)
        if name is None:
            pytest.skip(f"no network for {task} comes with the program")
        if name not in networks:
            networks[name] = load_shipped(name)
        card, network = networks[name]
        keys = draw(random, n)
        made = make_filter(network, card.calibration, keys, float(random.choice([0.05, 0.01, 0.001])))
        missing += int((~made.contains(keys)).sum())
        keys_asked += len(keys)
    return missing, keys_asked


def test_no_key_is_lost_in_forty_sets():
    missing, keys_asked = lost(40, 1)
    assert keys_asked == 40 * sum(SIZES) // 4
    assert missing == 0


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_key_is_lost_in_a_thousand_sets():
    missing, keys_asked = lost(1000, 2)
    assert keys_asked == 1000 * sum(SIZES) // 4
    assert missing == 0
