"""``python -m tests.fuzz [READER ...] [--inputs 100000] [--seed 0]``: prints one line a reader; keeps what broke it.

A reader fails with anything but BadInput, with more than a second for one input, with more than a gigabyte of address
space for one input beyond what the process held, or where it ends the process. Before the first input is tried the
reader's modules have been imported and every right file has been read, so that what torch, Qt and BLAS set aside at
first use is not counted. The input that failed is written to tests/fuzz/corpus, where the test suite finds it.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
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
REFUSED_BYTES = 8 << 30  # where the system refuses: far more than what fails, so that it is seen who took how much
SCRATCH = "/dev/shm" if Path("/dev/shm").is_dir() else None  # a disk would be most of the time


def attempt(reader: Reader, data: bytes, folder: Path) -> str:
    """What went wrong with one input, "" where nothing did."""
    file = folder / reader.name
    file.write_bytes(data)
    held, most_before = _address_space()
    began = time.process_time()
    try:
        reader.read(file)
    except ALLOWED as problem:
        if not str(problem):
            return "an error without words"
        if _wanted_memory(problem):
            return traceback.format_exc() + "\nmemory: more than there is was asked for"
    except Exception:  # noqa: BLE001  that is what is looked for
        return traceback.format_exc()
    seconds = time.process_time() - began
    if seconds > SLOW_S:
        return f"slow: {seconds:.1f} s"
    _, most = _address_space()
    taken = most - held if most > most_before else 0
    return f"memory: {taken / 1e9:.2f} GB" if taken > MEMORY_BYTES else ""


def _address_space() -> tuple[int, int]:
    """What the process holds now and the most it ever held, in bytes; zeros where the system does not tell."""
    try:
        text = Path("/proc/self/status").read_bytes()
    except OSError:
        return 0, 0
    held, most = (int(text.partition(key)[2].split(maxsplit=1)[0]) for key in (b"VmSize:", b"VmPeak:"))
    return held << 10, most << 10


def _wanted_memory(problem: BaseException | None) -> bool:
    """Whether a refusal in words comes of memory that could not be had: elsewhere there might have been enough."""
    while problem is not None:
        if isinstance(problem, MemoryError) or "allocate memory" in str(problem):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def fuzz(reader: Reader, inputs: int, seed: int, folder: Path) -> int:
    """Try that many inputs; returns how many different ones failed."""
    chance = random.Random(f"{seed} {reader.name}")
    known = sorted((CORPUS / reader.name).glob("*")) if (CORPUS / reader.name).is_dir() else []
    right = reader.seeds()
    seeds = [*right, *(file.read_bytes() for file in known)]
    make = reader.making() if reader.making else None
    for data in right:
        (folder / reader.name).write_bytes(data)
        reader.read(folder / reader.name)  # nothing is raised; and imports are not part of what is measured
    held, _ = _address_space()
    resource.setrlimit(resource.RLIMIT_AS, (held + REFUSED_BYTES, resource.RLIM_INFINITY))
    failures: dict[str, bytes] = {}
    began = time.process_time()
    for number in range(inputs):
        if number < len(seeds):
            data = seeds[number]
        else:
            data = make(chance) if make and chance.random() < 0.6 else mutate(chance.choice(seeds), chance)
        if problem := attempt(reader, data, folder):
            where = problem.strip().splitlines()
            if failures.setdefault(_kind(where), data) is data:
                print(f"  {' | '.join(where[-3:])}", flush=True)
    for data in failures.values():
        _keep(reader, data)
    print(
        f"{reader.name:26} {inputs:8,} inputs  {time.process_time() - began:6.1f} s  "
        f"at most {(_address_space()[1] - held) / 1e6:5.0f} MB  {len(failures)} kinds of failure",
        flush=True,
    )
    return len(failures)


def _kind(traceback_lines: list[str]) -> str:
    """What failures are told apart by: the place in our code and the type of the error."""
    ours = [line for line in traceback_lines if "/engine/" in line or "/gui/" in line]
    return f"{ours[-1] if ours else ''} {traceback_lines[-1].partition(':')[0]}"


def _keep(reader: Reader, data: bytes) -> None:
    (CORPUS / reader.name).mkdir(parents=True, exist_ok=True)
    (CORPUS / reader.name / hashlib.sha256(data).hexdigest()[:12]).write_bytes(data)


def apart(reader: Reader, inputs: int, seed: int) -> bool:
    """Fuzz a reader in a process that begins without another's memory, and may die; whether all was well."""
    with tempfile.TemporaryDirectory(dir=SCRATCH) as folder:
        child = multiprocessing.get_context("fork").Process(
            target=lambda: sys.exit(min(1, fuzz(reader, inputs, seed, Path(folder))))
        )
        child.start()
        child.join()
        if child.exitcode and child.exitcode < 0:
            print(f"{reader.name:26} ended by signal {-child.exitcode}", flush=True)
            _keep(reader, (Path(folder) / reader.name).read_bytes())
    return child.exitcode == 0


def main() -> int:
    """Fuzz the readers that were named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("readers", nargs="*", help=", ".join(READERS))
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    well = [apart(READERS[name], chosen.inputs, chosen.seed) for name in chosen.readers or READERS]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
