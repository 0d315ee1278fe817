"""``python -m tests.fuzz [READER ...] [--inputs 100000] [--seed 0]``: prints one line a reader; keeps what broke it.

A reader fails with anything but BadInput, with more than a second for one input, or where memory runs out (the process
gives itself 3 GB of address space more than it begins with: torch reserves some that it never touches). The input that
did it is written to tests/fuzz/corpus, where the test suite finds it.
"""

from __future__ import annotations

import argparse
import hashlib
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
SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a disk would be most of the time


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
    return f"slow: {seconds:.1f} s" if seconds > SLOW_S else ""


def fuzz(reader: Reader, inputs: int, seed: int) -> int:
    """Try that many inputs; returns how many different ones failed."""
    chance = random.Random(f"{seed} {reader.name}")
    known = sorted((CORPUS / reader.name).glob("*")) if (CORPUS / reader.name).is_dir() else []
    right = reader.seeds()
    seeds = [*right, *(file.read_bytes() for file in known)]
    make = reader.making() if reader.making else None
    failures: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        for data in right:
            Path(folder, reader.name).write_bytes(data)
            reader.read(Path(folder, reader.name))  # nothing is raised; and imports are not part of what is timed
        for _ in range(inputs):
            data = make(chance) if make and chance.random() < 0.6 else mutate(chance.choice(seeds), chance)
            if problem := attempt(reader, data, Path(folder)):
                where = problem.strip().splitlines()
                if failures.setdefault(_kind(where), data) is data:
                    print(f"  {' | '.join(where[-3:])}", flush=True)
    for data in failures.values():
        (CORPUS / reader.name).mkdir(parents=True, exist_ok=True)
        (CORPUS / reader.name / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)
    return len(failures)


def _kind(traceback_lines: list[str]) -> str:
    """What failures are told apart by: the place in our code and the type of the error."""
    ours = [line for line in traceback_lines if "/engine/" in line or "/gui/" in line]
    return f"{ours[-1] if ours else ''} {traceback_lines[-1].partition(':')[0]}"


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
        began = time.process_time()
        found = fuzz(READERS[name], chosen.inputs, chosen.seed)
        failed += found
        print(
            f"{name:26} {chosen.inputs:8,} inputs  {time.process_time() - began:6.1f} s  {found} kinds of failure",
            flush=True,
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
