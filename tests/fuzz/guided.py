"""The same readers with inputs that coverage guides: ``python -m tests.fuzz.guided READER [-runs=100000] [...]``.

Needs the package atheris, which is not among the project's; options that begin with a dash are libFuzzer's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["engine", "gui"]):
    from tests.fuzz.__main__ import SCRATCH, attempt
    from tests.fuzz.readers import READERS


def main() -> None:
    """Fuzz one reader until the runs are done; a failure ends it with the traceback, and leaves the input behind."""
    reader = READERS[sys.argv[1]]
    with atheris.instrument_imports(include=["engine", "gui"]):
        seeds = reader.seeds()  # what it imports is instrumented
    with tempfile.TemporaryDirectory(dir=SCRATCH) as scratch, tempfile.TemporaryDirectory(dir=SCRATCH) as corpus:
        for number, seed in enumerate(seeds):
            Path(corpus, str(number)).write_bytes(seed)
            with atheris.instrument_imports(include=["engine", "gui"]):
                attempt(reader, seed, Path(scratch))

        def one(data: bytes) -> None:
            if problem := attempt(reader, data, Path(scratch)):
                raise RuntimeError(problem)

        atheris.Setup([sys.argv[0], *sys.argv[2:], corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
