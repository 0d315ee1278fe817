"""A disk that refuses: the run fails in words, what was written stays readable, nothing hangs."""

import json
import subprocess
import sys

import pytest

from engine.runs import Record

WRITER = """
import json, resource, signal, sys, time
from engine.errors import BadInput
from engine.runs import Column, RecordError, RecordWriter

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
writer = RecordWriter.create(sys.argv[1], experiment="full", configuration={})
table = writer.table("t", [Column("n", "i8")])
for n in range(1000):
    table.append(n=n)
writer.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))  # no file may grow beyond this
try:
    for n in range(1000, 50_000):
        table.append(n=n)
    writer.finish("finished", {"n": 50_000})
    words = ""
except RecordError as problem:
    words = str(problem)
    writer.finish("failed", error=words)
print(json.dumps({"folder": str(writer.folder), "words": words, "bad_input": isinstance(RecordError("x"), BadInput)}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits on file sizes are POSIX")
def test_a_disk_that_takes_no_more_fails_the_run_in_words_and_keeps_what_fits(tmp_path):
    done = subprocess.run([sys.executable, "-c", WRITER, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["words"]
    assert told["bad_input"]
    record = Record.open(told["folder"])
    status = record.status()
    assert status.status == "failed"
    assert status.error
    rows = record.table("t").read()["n"]
    assert 1000 <= len(rows) <= 2500
    assert (rows == range(len(rows))).all()
