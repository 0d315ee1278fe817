"""Keys a second: ``athanor bench filters``. One thread, batches of 10,000 keys, as a program would use a filter."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from engine.filters.bloom import hash_keys
from engine.filters.calibration import RATES, Calibration
from engine.filters.classical import PACKAGES
from engine.filters.classical import measure as measure_package
from engine.filters.encoders import EncoderName
from engine.filters.filter import codes_of, seal
from engine.filters.network import NeuralBloomFilter, Sizes

BATCH = 10_000
LENGTH = 16  # characters of a key; the paper's keys have 64
TIMES = 5
ENCODERS: tuple[EncoderName, ...] = ("text-order", "text-mlp", "text-lstm")


def measure() -> dict[str, Any]:
    """``rows``: for each encoder and package its inserts and queries a second (median of five), and bits.

    Speed does not depend on weights, so they are fresh. An insertion is from bytes to the sum M; a question is from
    bytes to the answer, hashes and backup filter included. Building the backup filter is in ``seal_seconds``.
    """
    torch.set_num_threads(1)
    random = np.random.default_rng(0)
    letters = random.integers(97, 123, (3 * BATCH, LENGTH)).astype(np.uint8)
    keys = [row.tobytes() for row in letters]
    inside, others, sample = keys[:BATCH], keys[BATCH : 2 * BATCH], sorted(keys[2 * BATCH :])
    rows = [_neural(encoder, inside, others, sample) for encoder in ENCODERS]
    texts = [[key.decode() for key in part] for part in (inside, others)]
    rows += [measure_package(package, texts[0], texts[1], 0.01) for package in PACKAGES if package.installed]
    return {"batch": BATCH, "key_length": LENGTH, "rows": rows}


@torch.inference_mode()
def _neural(encoder: EncoderName, inside: list[bytes], others: list[bytes], sample: list[bytes]) -> dict[str, Any]:
    torch.manual_seed(0)
    network = NeuralBloomFilter(Sizes(encoder, hidden=128, code=64, slots=8, word=4)).eval()
    network.encoder.learn_keys(sample)
    calibration = Calibration((BATCH,), (tuple(np.linspace(1, -1, len(RATES))),))
    insert = _median(lambda: network.memorise(codes_of(network, inside)[None]))
    codes, hashes = codes_of(network, inside), hash_keys(inside)
    started = time.perf_counter()
    made = seal(network, calibration, codes, hashes, 0.01)
    sealed = time.perf_counter() - started
    query = _median(lambda: made.contains(others))
    single = _median(lambda: made.contains(others[:1]), 20)
    return {
        "name": f"neural, {encoder}",
        "bits": made.space.memory,
        "inserts_per_second": BATCH / insert,
        "queries_per_second": BATCH / query,
        "seal_seconds": sealed,
        "one_query_ms": 1000 * single,
    }


def _median(work: Callable[[], object], times: int = TIMES) -> float:
    """CPU seconds of one call: other programs on the machine do not count."""
    work()
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return float(np.median(taken))
