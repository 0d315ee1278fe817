"""Complete the record of a run whose process died before it could."""

from __future__ import annotations

import dataclasses
import shutil
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


def mark_lost(folder: Path, status: str, words: str) -> RunStatus | None:
    """Say in a record whose writer was on a machine that is gone how that ended; one that has ended is left alone.

    Returns
    -------
    RunStatus or None
        How the record says now that it ended; None where too little of it had arrived to be a record, which is then
        removed, or where it cannot be marked (readers derive *interrupted*).
    """
    path = folder / "status.json"
    if not (folder / "run.json").exists():
        shutil.rmtree(folder, ignore_errors=True)
        return None
    try:
        found = RunStatus.from_json(read_json_object(path), path)
        if found.status == "running":
            found = dataclasses.replace(found, status=status, error=words, heartbeat=time.time())
            write_atomically(path, encode_json(found.to_json()) + b"\n")
    except (RecordError, OSError):
        return None
    return found
