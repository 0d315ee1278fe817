"""The engine in another Python than the window's: a second environment, one that lacks something, and none at all."""

import importlib.util
import os
import site
import sysconfig
import venv
from pathlib import Path

import psutil
import pytest

from engine.runs import Record
from engine.service.server import NEEDED

pytestmark = pytest.mark.skipif(os.name != "posix", reason="environments are made of links")


def environment(folder: Path, *packages: str) -> Path:
    """A second environment without anything in it but the folders of these packages; gives its Python."""
    venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
    place = Path(sysconfig.get_path("purelib", "venv", {"base": str(folder), "platbase": str(folder)}))
    for package in packages:
        found = Path(importlib.util.find_spec(package).origin)
        found = found.parent if found.name == "__init__.py" else found
        (place / found.name).symlink_to(found)
    return folder / "bin" / "python"


def test_a_second_environment_runs_the_jobs(make_engine, pulse, until, tmp_path):
    python = environment(tmp_path / "second")
    (paths,) = (tmp_path / "second").glob("lib/*/site-packages")
    (paths / "first.pth").write_text("\n".join(site.getsitepackages()), encoding="utf-8")
    engine = make_engine(interpreter=python)
    job = engine.submit(pulse())
    pid = until(engine, lambda snapshot: (state := snapshot.job(job)) and state.done > 0).lanes[0].pid
    assert psutil.Process(pid).cmdline()[0] == str(python)
    engine.stop(job)
    state = engine.wait(job, 20)
    assert state.status == "stopped"
    record = Record.open(state.record)
    assert record.metadata.pid == pid
    assert {"numpy", "torch"} <= set(record.metadata.versions)
    assert len(record.table("pulses")) > 0


@pytest.mark.parametrize(
    ("there", "missing"),
    [((), ", ".join(NEEDED)), (("numpy", "psutil", "platformdirs", "safetensors", "numba"), "pydantic, torch")],
)
def test_an_environment_without_what_the_engine_needs_is_refused_in_words(make_engine, pulse, tmp_path, there, missing):
    python = environment(tmp_path / "bare", *there)
    engine = make_engine(interpreter=python)
    for _ in range(2):  # asked again, it is tried again
        state = engine.wait(engine.submit(pulse()), 20)
        assert state.status == "failed"
        assert state.record is None
        assert state.error == (
            f"The Python of the engine, {python}, lacks {missing}: "
            "install Athanor for it, or choose another Python in the settings"
        )
    assert engine.snapshot().state == "gone"
    assert missing in engine.snapshot().note


def test_a_path_that_cannot_be_one_costs_the_job_and_not_the_engine_thread(make_engine, pulse):
    engine = make_engine(interpreter="py\0thon")
    for _ in range(2):
        state = engine.wait(engine.submit(pulse()), 20)
        assert (state.status, state.error) == ("failed", "The engine could not start (embedded null byte)")


def test_a_program_that_is_no_python_is_told_with_its_own_words(make_engine, pulse, tmp_path):
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho first >&2\necho 'I only make coffee' >&2\nexit 3\n")
    program.chmod(0o755)
    engine = make_engine(interpreter=program)
    state = engine.wait(engine.submit(pulse()), 20)
    assert state.status == "failed"
    assert state.error == "The engine could not start (exit status 3): I only make coffee"
