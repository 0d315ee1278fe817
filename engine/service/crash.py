"""Complete the record of a run whose process died before it could."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from engine.runs.files import RecordError, encode_json, read_json_object, write_atomically
from engine.runs.processes import host_name, is_alive
from engine.runs.schema import RunStatus
from engine.service.jobs import JobState


def mark_ended(state: JobState, log: Sequence[str]) -> None:
    """Write how a job ended into its record, and the last lines of its process into the record's log.

    A record that has ended already is left alone. Raises RecordError or OSError if its writer is still alive, or it
    cannot be read or written; readers then derive *interrupted* once the writer is gone.
    """
    if state.record is None:
        return
    folder = Path(state.record)
    path = folder / "status.json"
    found = read_json_object(path)
    last = RunStatus.from_json(found, path)
    if last.status != "running":
        return
    if last.host == host_name() and is_alive(last.pid, last.process_started):
        raise RecordError(f"{folder.name} is still being written by process {last.pid}")
    now = time.time()
    seconds = max(last.seconds, now - (folder / "run.json").stat().st_mtime)
    found |= {"status": state.status, "error": state.error, "heartbeat": now, "seconds": seconds}
    found |= {"done": state.done, "total": state.total, "unit": state.unit}
    with open(folder / "log.txt", "ab") as file:
        lines = [str(state.error), *(["The last lines of the process"] if log else []), *log]
        file.write(("\n".join(lines) + "\n").encode("utf-8", "replace"))
    write_atomically(path, encode_json(found) + b"\n")
