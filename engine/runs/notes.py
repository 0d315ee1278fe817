"""What a person wrote about a run later: ``notes.json`` in its folder, apart from what the run wrote about itself."""

from __future__ import annotations

import contextlib
import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.runs.files import RecordError, encode_json, read_json_object, replace, write_atomically

MOST_NOTE = 10_000
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True)
class Notes:
    """A person's notes on a run.

    Attributes
    ----------
    title
        Takes the place of the title in ``run.json``; None keeps that one.
    tags
        Short words, sorted.
    colour
        ``#rrggbb`` of the run in every plot, or None for the next free one.
    archived
        Left out of lists unless asked for.
    note
        Free text.
    """

    title: str | None = None
    tags: tuple[str, ...] = ()
    colour: str | None = None
    archived: bool = False
    note: str = ""


def read_notes(folder: Path) -> Notes:
    """The notes of a record; empty where there are none, and for each entry that is damaged."""
    try:
        data = read_json_object(folder / "notes.json")
    except RecordError:
        return Notes()
    tags = data.get("tags")
    found: dict[str, Any] = {"tags": tags if isinstance(tags, list) else ()}
    found |= {key: data.get(key) for key in ("title", "colour")}
    found["archived"] = data.get("archived") is True
    found["note"] = data.get("note", "")
    notes = Notes()
    for key, value in found.items():
        with contextlib.suppress(RecordError):
            notes = change_notes(notes, **{key: value})
    return notes


def change_notes(notes: Notes, **changes: Any) -> Notes:
    """The notes with some entries changed and checked. Raises RecordError that says what an entry may be."""
    title, tags, colour = changes.get("title"), changes.get("tags", ()), changes.get("colour")
    if title is not None and (not isinstance(title, str) or len(title) > 200 or not title.isprintable()):
        raise RecordError("A title is one line of up to 200 characters")
    if isinstance(tags, str) or any(
        not isinstance(tag, str) or not 1 <= len(tag) <= 64 or not tag.isprintable() or "," in tag for tag in tags
    ):
        raise RecordError("A tag is 1 to 64 characters on one line, without a comma")
    if colour is not None and (not isinstance(colour, str) or not _COLOUR.fullmatch(colour)):
        raise RecordError(f"The colour {colour!r} is not of the form #rrggbb")
    note = changes.get("note", "")
    if not isinstance(note, str) or len(note) > MOST_NOTE or "\0" in note:
        raise RecordError(f"A note is text of up to {MOST_NOTE:,} characters")
    if "tags" in changes:
        changes["tags"] = tuple(sorted(set(tags)))
    return dataclasses.replace(notes, **changes)


def edit_notes(folder: Path, **changes: Any) -> Notes:
    """Change entries of a record's notes (title, tags, colour, note, archived). Returns the notes as they are now.

    Raises
    ------
    RecordError
        If a value cannot be used or the file cannot be written. A damaged ``notes.json`` is moved aside, not lost.
    """
    path = folder / "notes.json"
    notes = change_notes(read_notes(folder), **changes)
    try:
        if path.exists():
            try:
                read_json_object(path)
            except RecordError:
                replace(path, path.with_name("notes.json.damaged"))
        write_atomically(path, encode_json(dataclasses.asdict(notes)) + b"\n", durable=True)
    except OSError as error:
        raise RecordError(f"{path} cannot be written: {error.strerror}") from error
    return notes
