"""A sweep from the window: a run for every combination of some settings, and the journal that the runs page shows."""

from __future__ import annotations

import itertools
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.translation import tr

if TYPE_CHECKING:
    from engine.experiments.experiment import Experiment
    from engine.service.jobs import JobState
    from engine.service.sweep import Journal, Point
    from gui.workspace import Workspace

MOST_RUNS = 1000


def combine(experiment: Experiment, values: dict[str, Any], text: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """(varied settings, whole configuration) of each combination; one, with nothing varied, for an empty text.

    ``text`` holds ``key=a,b,c`` parts between spaces. Raises BadInput for what the experiment does not take.
    """
    from engine.errors import BadInput
    from engine.service.sweep import parse_grid

    grid = parse_grid(text.split()) if text.strip() else {}
    if "seed" in grid:
        raise BadInput(tr("Seeds have a field of their own"))
    count = 1
    for texts in grid.values():
        count *= len(texts)
    if count > MOST_RUNS:
        raise BadInput(
            tr(
                "These are {count} combinations; from the window a sweep may have {most_runs}",
                count=count,
                most_runs=MOST_RUNS,
            )
        )
    kind = experiment.configuration_class()
    found = []
    for chosen in itertools.product(*grid.values()):
        whole = kind.from_settings(values, dict(zip(grid, chosen, strict=True))).to_dict()
        found.append(({key: whole[key] for key in grid}, whole))
    return found


class Sweeping(QObject):
    """Submits the runs of sweeps and writes down how each ended."""

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._running: dict[str, tuple[Journal, Point]] = {}
        workspace.engine.job_ended.connect(self._on_ended)

    def start(self, experiment: Experiment, values: dict[str, Any], text: str, seeds: list[int], preset: str) -> str:
        """Queue every run; returns the sweep's name. Raises BadInput as ``combine``."""
        from engine.service.jobs import Job
        from engine.service.sweep import Journal, Point, parse_grid, point_key, point_title

        every = combine(experiment, values, text)
        name = f"{experiment.name}-{time.strftime('%Y%m%d-%H%M%S')}"
        journal = Journal(name)
        space: dict[str, Any] = {**parse_grid(text.split())}
        if len(seeds) > 1:
            space["seed"] = [str(seed) for seed in seeds]
        try:
            journal.begin(experiment.name, space, len(every) * len(seeds))
        except ValueError as problem:
            self._workspace.show_error(str(problem), tr("Nothing was started"))
            return ""
        device = self._workspace.settings.device if experiment.uses_torch else "auto"
        for settings, configuration in every:
            for seed in seeds:
                shown = {**settings, "seed": seed} if len(seeds) > 1 else settings
                job = Job(experiment.name, configuration, seed, device, preset, point_title(name, shown)[:200],
                          runs_folder=str(self._workspace.runs_folder))  # fmt: skip
                self._running[job.id] = (journal, Point(point_key(job), shown, job))
                self._workspace.engine.submit(job)
        self._workspace.toast(
            tr("{running} runs queued; the runs page shows them under Sweeps", running=len(self._running))
        )
        return name

    @Slot(object)
    def _on_ended(self, state: JobState) -> None:
        from engine.service.sweep import Outcome

        found = self._running.pop(state.id, None)
        if found is None:
            return
        journal, point = found
        try:
            journal.add(Outcome(point, state.status, state.record, state.result, state.error))
        except ValueError as problem:
            self._workspace.show_error(str(problem), tr("The run itself is kept"))
