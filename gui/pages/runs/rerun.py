"""Re-run and compare: the same settings and seed again, and where the two records first differ."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.translation import tr

if TYPE_CHECKING:
    from engine.service.jobs import EngineSnapshot
    from gui.pages.runs.page import RunsPage


class Rerun(QObject):
    """``pending``: job id -> id of the run it repeats. ``verdicts``: what was found, in words, by the run's id."""

    def __init__(self, page: RunsPage) -> None:
        super().__init__(page)
        self._page = page
        self.pending: dict[str, str] = {}
        self.verdicts: dict[str, str] = {}

    @Slot(str)
    def start(self, identifier: str) -> None:
        """Run it again; the comparison follows by itself once it has ended."""
        from engine.errors import BadInput
        from engine.experiments.catalogue import find
        from engine.service.jobs import Job

        workspace = self._page.workspace
        try:
            made = workspace.record(identifier).metadata
            if find(made.experiment).interactive:
                raise BadInput(
                    tr(
                        "{experiment} waits for a player's commands and cannot be run again by itself",
                        experiment=made.experiment,
                    )
                )
        except BadInput as error:
            workspace.show_error(str(error), tr("The run is as it was"))
            return
        title = tr("Re-run of {title}", title=made.title or made.experiment)
        job = Job(
            made.experiment, made.configuration, made.seed, made.device, made.preset or "", title[:200],
            parent=made.parent, runs_folder=str(workspace.runs_folder),
        )  # fmt: skip
        self.pending[workspace.engine.submit(job)] = identifier
        self._say(identifier, tr("Running again; the comparison follows when it ends"))

    def look(self, snapshot: EngineSnapshot) -> None:
        """Compare what has ended."""
        for job in snapshot.jobs:
            if job.ended and job.id in self.pending:
                identifier = self.pending.pop(job.id)
                if job.status == "finished" and job.record:
                    self._compare(identifier, Path(job.record))
                else:
                    self._say(
                        identifier,
                        tr(
                            "The repetition is {status}: {error}",
                            status=job.status,
                            error=job.error or tr("no reason was given"),
                        ),
                    )

    def _compare(self, identifier: str, again: Path) -> None:
        workspace = self._page.workspace
        first = workspace.runs_folder / identifier

        def compare() -> Any:
            from engine.runs import Record
            from engine.runs.difference import compare_records

            return compare_records(Record.open(first), Record.open(again))

        def done(verdict: Any) -> None:
            self._say(identifier, verdict.words)
            workspace.toast(
                tr("Identical") if verdict.identical else tr("Differs: {words}", words=verdict.differences[0].words)
            )

        workspace.loader.load(f"runs.rerun.{identifier}", compare, done, self._page.edits.refused)

    def _say(self, identifier: str, words: str) -> None:
        self.verdicts[identifier] = words
        detail = self._page.detail
        if detail.row is not None and detail.row.id == identifier:
            detail.show_verdict(words)
