"""Make a finished comparison the example that comes with Athanor: the same record, with fewer runs kept.

Use: ``python -m engine.experiments.composition_example RECORD FOLDER``, where RECORD is the folder of a run of
*composition*. Scores, end points and curves are kept whole; of maps and rollouts only the last look of the first seed,
twelve runs a method; no checkpoints.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.runs import Record

KEPT = 12  # runs a method


def publish(folder: Path, target: Path) -> Path:
    """Write the example into ``target``, which is replaced; raises BadInput for a record that is not finished."""
    record = Record.open(folder)
    if record.metadata.experiment != "composition" or record.status().status != "finished":
        raise BadInput(f"{folder} is no finished run of composition")
    first = [event["case"] for event in record.events("cases") if event.get("repeat", 0) == 0]
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in sorted(folder.iterdir()):
        if path.suffix == ".rows" and path.stem in ("maps", "rollouts"):
            (target / path.name).write_bytes(_last(record.table(path.stem).read(), first).tobytes())
        elif path.is_file() and path.name != "log.txt":
            shutil.copyfile(path, target / path.name)
    return target


def _last(rows: NDArray[np.void], cases: list[int]) -> NDArray[np.void]:
    """Rows of the last look at each of the cases, and the first runs only."""
    kept = np.isin(rows["case"], cases)
    for case in cases:
        mine = rows["case"] == case
        kept &= ~mine | (rows["updates"] == rows["updates"][mine].max(initial=0))
    if "run" in (rows.dtype.names or ()):
        kept &= rows["run"] < KEPT
    return rows[kept]


if __name__ == "__main__":
    sys.stdout.write(f"{publish(Path(sys.argv[1]), Path(sys.argv[2]))}\n")
