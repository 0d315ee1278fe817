"""``athanor runs``: the records of earlier runs."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from engine.cli import DONE
from engine.cli.output import print_json, print_lines, print_pairs, print_table
from engine.cli.run import run_job
from engine.data.folders import runs_folder
from engine.errors import BadInput
from engine.experiments.catalogue import find
from engine.runs import export as exporting
from engine.runs.foreign import import_all
from engine.runs.index import RunIndex, RunRow, reindex
from engine.runs.record import Record
from engine.service.jobs import Job


def show_list(arguments: Namespace) -> int:
    """``runs list``."""
    index = _index()
    rows = index.list(
        " ".join(arguments.words),
        arguments.experiment,
        arguments.status,
        sort=arguments.sort,
        limit=arguments.limit,
    )
    if arguments.json:
        print_json({"runs_folder": str(index.runs_folder), "runs": [_row(index, row) for row in rows]})
    elif not rows:
        print_lines([f"No runs in {index.runs_folder}; athanor run pulse makes one"])
    else:
        print_table([_short(row) for row in rows])
    return DONE


def show(arguments: Namespace) -> int:
    """``runs show``."""
    record = _record(arguments.id)
    status = record.status()
    found = {**vars(record.metadata), **status.to_json(), "record": str(record.folder)}
    found |= {
        "tables": {name: len(record.table(name)) for name in record.tables()},
        "events": record.event_streams(),
        "scalars": record.scalar_names(),
        "checkpoints": record.checkpoints(),
        "log": record.log(20),
    }
    if arguments.json:
        print_json(found)
    else:
        log = found.pop("log")
        print_pairs(found)
        print_lines(["", "Log", *(f"  {line}" for line in log)] if log else [])
    return DONE


def export(arguments: Namespace) -> int:
    """``runs export``."""
    folder = exporting.export(_record(arguments.id), arguments.to, arguments.folder)
    if arguments.json:
        print_json({"folder": str(folder)})
    else:
        print_lines([str(folder)])
    return DONE


def resume(arguments: Namespace) -> int:
    """``runs resume``: the same settings and seed, in a new record whose parent is this one."""
    record = _record(arguments.id)
    status, metadata = record.status().status, record.metadata
    out_of_budget = bool((record.status().result or {}).get("budget_spent"))
    if status == "running" or (status == "finished" and not out_of_budget):
        raise BadInput(f"The run {metadata.id} is {status}; only one that ended early can be resumed")
    if record.folder.parent != runs_folder().absolute():
        raise BadInput(f"{record.folder} lies outside the runs folder; athanor runs import brings it in")
    job = Job(
        experiment=find(metadata.experiment).name,
        configuration=metadata.configuration,
        seed=metadata.seed,
        device=metadata.device,
        preset=metadata.preset or "",
        title=metadata.title,
        parent=metadata.id,
    )
    return run_job(job, as_json=arguments.json)


def delete(arguments: Namespace) -> int:
    """``runs delete``."""
    run_id = _record_id(arguments.id)
    trash = _index().delete(run_id)
    if arguments.json:
        print_json({"deleted": run_id, "trash": str(trash)})
    else:
        print_lines([f"{run_id} lies in the trash now, {trash}"])
    return DONE


def remake_index(arguments: Namespace) -> int:
    """``runs reindex``."""
    count = reindex(runs_folder())
    if arguments.json:
        print_json({"runs": count})
    else:
        print_lines([f"{count} run{'' if count == 1 else 's'} in {runs_folder()}"])
    return DONE


def take_in(arguments: Namespace) -> int:
    """``runs import``: every record, event file and CSV log of a folder; what cannot be imported is named."""
    taken, refused = import_all(Path(arguments.folder), runs_folder())
    if refused and not taken:
        first, why = next(iter(refused.items()))
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise BadInput(f"{first} cannot be imported{more}: {why}")
    for folder, why in refused.items():
        sys.stderr.write(f"athanor: {folder}: {why}\n")
    if arguments.json:
        print_json({"imported": taken, "refused": refused})
    else:
        print_lines(taken)
    return DONE


def _index() -> RunIndex:
    index = RunIndex(runs_folder())
    index.refresh()
    return index


def _record_id(given: str) -> str:
    """The id that a person means by an id, the unambiguous beginning or end of one, a record's folder, or *last*."""
    if Path(given).is_dir():
        return Record.open(given).id
    ids = [row.id for row in _index().list(archived=None)]
    if given == "last" and ids:
        return ids[0]
    if given in ids:
        return given
    found = [run_id for run_id in ids if given and (run_id.startswith(given) or run_id.endswith(given))]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInput(f"{given} may mean any of {len(found)} runs, such as {found[0]} and {found[1]}")
    raise BadInput(f"There is no run {given!r} in {runs_folder()}; athanor runs list shows what there is")


def _record(given: str) -> Record:
    return Record.open(given) if Path(given).is_dir() else Record.open(runs_folder() / _record_id(given))


def _short(row: RunRow) -> dict[str, object]:
    done = f"{row.done:g}" + (f"/{row.total:g} {row.unit}" if row.total else "")
    return {
        "id": row.id,
        "status": row.status,
        "seed": row.seed,
        "seconds": row.seconds,
        "done": done,
        "title": row.title,
    }


def _row(index: RunIndex, row: RunRow) -> dict[str, object]:
    values = {key: value for key, value in vars(row).items() if not key.endswith("_json")}
    configuration, result = row.configuration, row.result
    return {**values, "configuration": configuration, "result": result, "record": str(index.runs_folder / row.id)}
