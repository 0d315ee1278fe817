"""Readers of records, of what lies beside them, and of the logs of other programs."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path

import numpy as np

from tests.fuzz.mutate import mutate
from tests.fuzz.reader import Making, Reader, broken_header, lines

RUN = json.dumps(
    {
        "format": 1, "id": "20260101-000000-pulse-0000", "experiment": "pulse", "preset": None, "configuration": {},
        "seed": 0, "device": "cpu", "created": "2026-01-01T00:00:00.000+00:00", "versions": {}, "host": "h", "pid": 1,
        "process_started": 0.0, "parent": None, "title": "",
    }
).encode()  # fmt: skip
COLUMNS = json.dumps([{"name": "n", "dtype": "i8", "shape": [], "unit": "", "description": ""}]).encode()
STATUS = json.dumps({"status": "finished", "heartbeat": 1.0, "done": 1, "total": 2, "unit": "", "result": {}}).encode()
EVENTS = b'{"n": 1, "words": "one"}\n{"n": 2}\n'
SCALARS = [
    {"name": name, "dtype": dtype, "shape": [], "unit": "", "description": ""}
    for name, dtype in (("key", "u2"), ("step", "i8"), ("value", "f8"), ("time", "f8"))
]
POINT = np.array([(0, 1, 0.5, 2.0)], [("key", "<u2"), ("step", "<i8"), ("value", "<f8"), ("time", "<f8")]).tobytes()
NOTES = b'{"title": "a", "tags": ["x", "y"], "colour": "#112233", "archived": false, "note": "n"}'
PARTS = {
    "run.json": RUN,
    "status.json": STATUS,
    "t.columns.json": COLUMNS,
    "t.rows": bytes(range(48)),
    "e.jsonl": EVENTS,
    "scalars.names": b"loss\nlevel\n",
    "scalars.columns.json": json.dumps(SCALARS).encode(),
    "scalars.rows": POINT * 3,
    "notes.json": NOTES,
}


def part(name: str, shown: str) -> Reader:
    """A whole record of which one file is broken."""
    written: set[Path] = set()

    def read(path: Path) -> object:
        from engine.runs import Record
        from engine.runs.notes import read_notes

        folder = path.parent / f"record-{name}"
        if folder not in written:
            folder.mkdir(exist_ok=True)
            for other, data in PARTS.items():
                (folder / other).write_bytes(data)
            written.add(folder)
        (folder / name).write_bytes(path.read_bytes())
        record = Record.open(folder)
        record.status()
        return record.table("t").read(), record.events("e"), record.scalars("loss"), read_notes(folder)

    return Reader(shown, read, lambda: [PARTS[name]])


def _checkpoint(path: Path) -> object:
    from engine.runs.checkpoints import load_checkpoint

    folder = path.parent / "checkpoints"
    folder.mkdir(exist_ok=True)
    (folder / "latest.safetensors").write_bytes(path.read_bytes())
    return load_checkpoint(path.parent, "latest")


def _checkpoint_seeds() -> list[bytes]:
    from safetensors.numpy import save

    return [save({"weight": np.arange(6, dtype=np.float32).reshape(2, 3)}, {"about": "a test"})]


def _event_file(path: Path) -> object:
    from engine.runs.event_file import Curves, read_event_file

    curves = Curves()
    read_event_file(path, curves)
    return curves


def _messages() -> list[bytes]:
    from engine.runs.event_file import scalar_message, text_message, version_message

    return [version_message(1.0), *(scalar_message("loss", n, 0.5, 2.0) for n in range(3)), text_message("t", "x", 3.0)]


def _framed(messages: list[bytes]) -> bytes:
    from engine.runs.event_file import write_messages

    file = io.BytesIO()
    write_messages(file, messages)
    return file.getvalue()


def _broken_messages() -> Making:
    messages = _messages()

    def make(chance: random.Random) -> bytes:
        place = chance.randrange(len(messages))
        return _framed([*messages[:place], mutate(messages[place], chance), *messages[place + 1 :]])

    return make


def _csv(path: Path) -> object:
    from engine.runs.event_file import Curves
    from engine.runs.foreign import read_csv_log

    curves = Curves()
    read_csv_log(path, curves)
    return curves


def _journal(path: Path) -> object:
    from engine.service.sweep import Journal

    journal = Journal("x")
    journal.path = path
    return journal.entries(), journal.finished()


JOURNAL = lines(
    {"sweep": "x", "experiment": "pulse", "space": {"steps": [1, 2]}, "total": 2},
    {"key": "k", "settings": {"steps": 1}, "status": "finished", "record": "/nowhere", "result": {}, "attempts": 1},
)


def _message(path: Path) -> object:
    from engine.errors import BadInput
    from engine.service.protocol import ProtocolError, from_json

    try:
        return from_json(path.read_bytes())
    except ProtocolError as problem:
        raise BadInput(str(problem)) from problem


def _message_seeds() -> list[bytes]:
    from engine.service import protocol
    from engine.service.jobs import Job

    job = Job("pulse", {"steps": 5}, title="x")
    return [
        protocol.to_json(message).encode()
        for message in (
            protocol.Submit(job),
            protocol.Beat(True, 1, 2.0),
            protocol.Progress(job.id, 1, 2, "steps", 3.0),
        )
    ]


def _filter(path: Path) -> object:
    from engine.runs.columns import RunColumns
    from engine.runs.expression import find

    return find(path.read_bytes().decode("utf-8", "replace"), RunColumns([]))


READERS = (
    Reader("checkpoint.safetensors", _checkpoint, _checkpoint_seeds, lambda: broken_header(_checkpoint_seeds()[0])),
    *(
        part(name, shown)
        for name, shown in (
            ("run.json", "run.json"),
            ("status.json", "status.json"),
            ("t.columns.json", "columns.json"),
            ("t.rows", "table.rows"),
            ("e.jsonl", "events.jsonl"),
            ("scalars.names", "scalars.names"),
            ("notes.json", "notes.json"),
        )
    ),
    Reader("events.tfevents", _event_file, lambda: [_framed(_messages())], _broken_messages),
    Reader("log.csv", _csv, lambda: [b"step,loss,wall_time\n1,0.5,2\n2,nan,3\n", b"a;b\n1;2\n3;4\n"]),
    Reader("sweep.jsonl", _journal, lambda: [JOURNAL]),
    Reader("message.json", _message, _message_seeds),
    Reader(
        "filter.txt",
        _filter,
        lambda: [b"status = finished and seed in 0..4", b"dnc not (sam or 'two words') status in (failed, stopped)"],
    ),
)
