"""Where data files are looked for: the user's choice, then the user's data folder, then a folder beside the project."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from engine.errors import BadInput


def user_folder() -> Path:
    """Folder of everything Athanor keeps for this user; the environment variable ``ATHANOR_HOME`` moves it."""
    home = os.environ.get("ATHANOR_HOME")
    return Path(home) if home else Path(platformdirs.user_data_dir("athanor", appauthor=False))


def runs_folder() -> Path:
    """Folder of the run records."""
    return user_folder() / "runs"


def folders() -> list[Path]:
    """Existing folders that may hold data sets, in order of preference."""
    beside_project = Path(__file__).resolve().parents[3] / "shared" / "data"
    candidates = [user_folder() / "datasets", beside_project]
    if chosen := os.environ.get("ATHANOR_DATA"):
        candidates.insert(0, Path(chosen))
    return [folder for folder in candidates if folder.is_dir()]


def find(name: str) -> Path:
    """Path of the data file ``name``; raises BadInput that says where it was looked for."""
    for folder in folders():
        if (folder / name).is_file():
            return folder / name
    raise BadInput(not_found(name))


def not_found(name: str) -> str:
    """The sentence about a data file that is in none of the folders."""
    looked = ", ".join(str(folder) for folder in folders()) or "no existing folder"
    return f"The data file {name} was not found (looked in {looked}); set ATHANOR_DATA to the folder that holds it"
