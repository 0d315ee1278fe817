"""What the person chose, kept in one JSON file that is never silently reset.

Plain dataclasses on purpose: pydantic would add a tenth of a second to the start of the window.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from gui.translation import tr

VERSION = 1
SMALLEST_TEXT, LARGEST_TEXT = 70, 200  # percent
CHOICES = {
    "theme": ("system", "light", "dark"),
    "engine": ("process", "inline"),
    "when_closing": ("ask", "finish", "stop"),
}
NAME = "settings.json"


def config_folder() -> Path:
    """Where settings and layouts are kept; ``ATHANOR_HOME`` moves it together with everything else."""
    home = os.environ.get("ATHANOR_HOME")
    return Path(home) / "config" if home else Path(platformdirs.user_config_dir("athanor", appauthor=False))


@dataclass
class Settings:
    """The person's choices, each with its default.

    Attributes: ``theme`` (system, light, dark), ``text_scale`` in percent, ``reduced_motion``, ``engine`` (process,
    inline), ``interpreter`` (Python program of the engine process; empty = the one that runs the window), ``device``
    (auto, cpu, cuda), ``when_closing`` (ask, finish, stop) with a run going, ``recent`` (palette: identifiers of
    actions, newest first), ``page`` shown last, ``pages`` (each page's own state by identifier), ``layout`` shown
    last, ``problem`` (what was wrong with the file, where something was).
    """

    theme: str = "system"
    text_scale: int = 100
    reduced_motion: bool = False
    engine: str = "process"
    interpreter: str = ""
    device: str = "auto"
    when_closing: str = "ask"
    recent: list[str] = field(default_factory=list)
    page: str = "alchemy"
    pages: dict[str, Any] = field(default_factory=dict)
    layout: str = "explore"
    problem: str = field(default="", metadata={"kept": False})
    _folder: Path = field(default=Path(), repr=False, metadata={"kept": False})
    _may_write: bool = field(default=True, repr=False, metadata={"kept": False})
    _unknown: dict[str, Any] = field(default_factory=dict, repr=False, metadata={"kept": False})
    _saved: str = field(default="", repr=False, metadata={"kept": False})

    @property
    def folder(self) -> Path:
        """Where these settings, and the layout beside them, are kept."""
        return self._folder

    @classmethod
    def load(cls, folder: Path) -> Settings:
        """Read the settings of ``folder``; a file that cannot be read is moved aside and ``problem`` says so.

        Keys this version does not know, from a newer one or an extension, are kept and written back.
        """
        settings = cls(_folder=folder)
        file = folder / NAME
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            if not isinstance(content, dict):
                raise ValueError(tr("it is not an object"))
        except FileNotFoundError:
            return settings
        except (OSError, ValueError, RecursionError) as error:
            aside = file.with_name(f"settings-broken-{time.strftime('%Y%m%d-%H%M%S')}.json")
            try:
                file.rename(aside)
                settings.problem = tr(
                    "The settings could not be read ({error}); they were moved to {aside}", error=error, aside=aside
                )
            except OSError:
                settings._may_write = False
                settings.problem = tr(
                    "The settings in {file} could not be read ({error}); nothing will be written there",
                    file=file,
                    error=error,
                )
            return settings
        settings._take(content)
        return settings

    def _take(self, content: dict[str, Any]) -> None:
        known = {entry.name: entry for entry in fields(self) if entry.metadata.get("kept", True)}
        wrong = []
        for key, value in content.items():
            if key == "version":
                continue
            if key not in known:
                self._unknown[key] = value
            elif _usable(key, value, getattr(self, key)):
                setattr(self, key, value)
            else:
                wrong.append(key)
        if wrong:
            self.problem = tr(
                "Some settings were not usable and have their defaults again ({wrong})", wrong=", ".join(wrong)
            )

    def save(self) -> None:
        """Write the file if anything changed: whole or not at all."""
        kept = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.metadata.get("kept", True)}
        text = json.dumps({"version": VERSION, **self._unknown, **kept}, indent=1, ensure_ascii=False) + "\n"
        if not self._may_write or text == self._saved:
            return
        write_atomically(self._folder / NAME, text.encode())
        self._saved = text


def _usable(key: str, value: Any, default: Any) -> bool:
    if type(value) is not type(default):
        return False
    if key == "text_scale":
        return SMALLEST_TEXT <= value <= LARGEST_TEXT
    if key == "recent":
        return all(isinstance(item, str) for item in value)
    return value in CHOICES.get(key, (value,))


def write_atomically(file: Path, content: bytes) -> None:
    """Replace ``file`` by ``content`` so that a reader sees the old or the new one, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    with part.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, file)
