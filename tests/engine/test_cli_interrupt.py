"""Ctrl-C and the system's request to end: status 130, and the record is kept."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from engine.runs import Record

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as on POSIX")


@pytest.fixture
def started(tmp_path):
    processes = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "gui", *arguments, "--json"],
            env={**os.environ, "ATHANOR_HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def first_rows(folder, runs=1):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        tables = list((folder / "runs").glob("*/pulses.rows"))
        if len(tables) >= runs and all(table.stat().st_size for table in tables):
            return
        time.sleep(0.02)
    pytest.fail("no run began")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_stops_and_says_so(started, tmp_path, number):
    process = started("run", "pulse", "--set", "steps=100000", "rate_hz=1000")
    first_rows(tmp_path)
    began = time.monotonic()
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 1.0
    assert process.returncode == 130
    assert "Traceback" not in err
    result = json.loads(out.splitlines()[-1])
    assert result["status"] == Record.open(result["record"]).status().status == "stopped"
    assert len(Record.open(result["record"]).table("pulses")) > 0


def test_a_run_that_does_not_listen_is_unwound_after_two_seconds(started, tmp_path):
    process = started("run", "pulse", "--set", "steps=100000", "rate_hz=20", "fault=ignore-stop")
    first_rows(tmp_path)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert 1.5 < time.monotonic() - began < 6
    assert process.returncode == 130
    result = json.loads(out.splitlines()[-1])
    assert Record.open(result["record"]).status().status == "stopped"


def test_a_sweep_stops_everything_it_runs(started, tmp_path):
    process = started("sweep", "pulse", "--set", "steps=100000", "--grid", "seed=1,2,3", "--workers", "2")
    first_rows(tmp_path, runs=2)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert json.loads(out.splitlines()[-1])["missing"] >= 1
    statuses = [Record.open(folder).status().status for folder in (tmp_path / "runs").glob("*pulse*")]
    assert statuses == ["stopped", "stopped"]
