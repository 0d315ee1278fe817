"""Runs in from other folders and out to other formats: plain functions that the loader's thread runs."""

from __future__ import annotations

from pathlib import Path

FORMATS = {"csv": "CSV tables", "parquet": "Parquet tables", "tensorboard": "TensorBoard event file"}


def export_runs(runs_folder: Path, identifiers: list[str], to: str, target: Path) -> str:
    """Export runs into ``target``; returns what to tell. BadInput where one cannot be exported."""
    from engine.runs import Record
    from engine.runs.export import export

    for identifier in identifiers:
        export(Record.open(runs_folder / identifier), to, target)
    return f"Exported {len(identifiers)} run{'s' if len(identifiers) > 1 else ''} to {target}"


def import_folders(folders: list[Path], runs_folder: Path) -> tuple[int, list[str]]:
    """Import each folder that is a record, or the records directly inside it; returns (how many, what was refused)."""
    from engine.errors import BadInput
    from engine.runs.export import import_record

    count, refused = 0, []
    for folder in folders:
        inside = (
            [folder] if (folder / "run.json").exists() else sorted(file.parent for file in folder.glob("*/run.json"))
        )
        if not inside:
            refused.append(f"{folder} holds no run: it has no run.json, nor has a folder in it")
        for record in inside:
            try:
                import_record(record, runs_folder)
                count += 1
            except (BadInput, OSError) as error:
                refused.append(str(error))
    return count, refused
