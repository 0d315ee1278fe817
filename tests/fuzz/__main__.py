"""``python -m tests.fuzz [READER ...] [--inputs 100000] [--seed 0]``: prints one line a reader; keeps what broke it.

A reader fails with anything but BadInput, with more than a second for one input, or with over 1 GB of memory (the
process gives itself no more). The input that did it is written to tests/fuzz/corpus, where the test suite finds it.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.mutate import mutate
from tests.fuzz.readers import ALLOWED, READERS, Reader

CORPUS = Path(__file__).parent / "corpus"
SLOW_S = 1.0
MEMORY_BYTES = 1 << 30


def attempt(reader: Reader, data: bytes, folder: Path) -> str:
    """What went wrong with one input, "" where nothing did."""
    file = folder / reader.name
    file.write_bytes(data)
    began = time.process_time()
    try:
        reader.read(file)
    except ALLOWED as problem:
        if not str(problem):
            return "an error without words"
    except Exception:  # noqa: BLE001  that is what is looked for
        return traceback.format_exc()
    seconds = time.process_time() - began
    return f"{seconds:.1f} s" if seconds > SLOW_S else ""


def fuzz(reader: Reader, inputs: int, seed: int) -> int:
    """Try that many inputs; returns how many different ones failed."""
    chance = random.Random(f"{seed} {reader.name}")
    known = sorted((CORPUS / reader.name).glob("*")) if (CORPUS / reader.name).is_dir() else []
    seeds = [*reader.seeds(), *(file.read_bytes() for file in known)]
    failures: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for data in seeds[: len(reader.seeds())]:
            if problem := attempt(reader, data, Path(folder)):
                raise (
                    SystemExit(f"{reader.name}: a right file is refused\n{problem}") if "Traceback" in problem else None
                )
        for _ in range(inputs):
            data = mutate(chance.choice(seeds), chance)
            if problem := attempt(reader, data, Path(folder)):
                where = problem.strip().splitlines()
                failures.setdefault(" | ".join(where[-3:]), data)
    for number, (problem, data) in enumerate(failures.items()):
        (CORPUS / reader.name).mkdir(parents=True, exist_ok=True)
        (CORPUS / reader.name / f"found-{seed}-{number}").write_bytes(data)
        print(f"  {problem}", flush=True)
    return len(failures)


def main() -> int:
    """Fuzz the readers that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("readers", nargs="*", help=", ".join(READERS))
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 3 * MEMORY_BYTES, resource.RLIM_INFINITY))
    failed = 0
    for name in chosen.readers or READERS:
        began = time.monotonic()
        found = fuzz(READERS[name], chosen.inputs, chosen.seed)
        failed += found
        print(
            f"{name:26} {chosen.inputs:8,} inputs  {time.monotonic() - began:6.1f} s  {found} kinds of failure",
            flush=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
