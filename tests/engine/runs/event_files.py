"""Event files of a few messages, and what is read from them."""

from pathlib import Path

from engine.runs.event_file import Curves, read_event_file, write_messages


def write_events(path: Path, *messages: bytes) -> Path:
    with open(path, "wb") as file:
        write_messages(file, messages)
    return path


def read_events(path: Path) -> Curves:
    found = Curves()
    read_event_file(path, found)
    return found
