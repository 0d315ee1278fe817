from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest

from engine.runs import Column, Record, RecordWriter

COLUMNS = (Column("episode", "i4"), Column("reward", "f4"), Column("belief", "f4", (2, 3), "probability"))


@pytest.fixture
def read_only(tmp_path: Path) -> Callable[[Path], AbstractContextManager[None]]:
    """``with read_only(folder):`` nothing can be made in it; skips where permissions do not bind the user."""

    @contextmanager
    def protected(folder: Path) -> Iterator[None]:
        folder.chmod(0o500)
        try:
            yield
        finally:
            folder.chmod(0o700)

    with protected(tmp_path):
        if os.access(tmp_path, os.W_OK):
            pytest.skip("permissions do not bind this user")
    return protected


@pytest.fixture
def finished(tmp_path: Path) -> Record:
    """A finished record with one of everything: three rows, two events, two scalars, a checkpoint, a log."""
    with RecordWriter.create(tmp_path / "runs", experiment="alchemy", configuration={"agent": "uniform"}) as writer:
        table = writer.table("nodes", COLUMNS)
        for episode in range(3):
            table.append(episode=episode, reward=0.1 * episode, belief=np.full((2, 3), episode))
        writer.event("lines", {"line": 1, "title": "first"})
        writer.event("lines", {"line": 2, "title": "second"})
        for step in range(4):
            writer.scalar("score", step * step, 10 * step)
            writer.scalar("loss/train", -step, step)
        writer.checkpoint("last", {"weights": np.arange(6, dtype=np.float32).reshape(2, 3)}, {"step": "3"})
        writer.log("one\ntwo")
        writer.finish(result={"score_mean": 2.5})
    return Record.open(writer.folder)
