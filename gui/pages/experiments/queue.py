"""What runs, waits and has just ended: one line a job, newest below, each with the one thing that can be done with
it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from gui.theme import UNIT
from gui.translation import tr
from gui.widgets.icon import set_icon
from gui.widgets.labels import ElidedLabel, label, set_role
from gui.words import amount, duration, status_words

if TYPE_CHECKING:
    from engine.service.jobs import JobState
    from gui.workspace import Workspace

SHOWN = 100
TONES = {"finished": "good", "running": "accent", "failed": "bad", "crashed": "bad", "interrupted": "bad"}


class JobCard(QFrame):
    """One job; built once and then kept up to date."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._workspace = workspace
        self.job: JobState | None = None
        self._title, self._status = ElidedLabel(), label("", "muted")
        self._line = ElidedLabel("", "small")
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self.button = QPushButton()
        self.button.setProperty("role", "quiet")
        self.button.clicked.connect(self._on_clicked)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.addWidget(self._title, 1)
        first.addWidget(self._status)
        second.addWidget(self._line, 1)
        second.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(UNIT + 4, UNIT, UNIT, UNIT // 2)
        layout.setSpacing(UNIT // 2)
        layout.addLayout(first)
        layout.addWidget(self._progress)
        layout.addLayout(second)

    def show_job(self, job: JobState) -> None:
        if job is self.job:
            return
        self.job = job
        name = job.title or job.experiment
        self.setAccessibleName(f"{name}, {status_words(job.status)}")
        self._title.setText(name)
        self._status.setText(status_words(job.status))
        set_role(self._status, TONES.get(job.status, "muted"))
        self._progress.setVisible(not job.ended and job.status != "queued")
        self._progress.setRange(0, 1000 if job.total else 0)
        self._progress.setValue(round(1000 * job.done / job.total) if job.total else 0)
        self._progress.setAccessibleName(tr("Progress of {name}", name=name))
        parts = [f"{amount(job.done)} {job.unit}".strip()] if job.done else []
        if job.rate and not job.ended:
            parts.append(f"{amount(job.rate)} {job.unit}/s")
        if job.seconds_left is not None:
            parts.append(tr("{seconds_left} left", seconds_left=duration(job.seconds_left)))
        self._line.setText(job.error or "  ·  ".join(parts) or (tr("waiting") if job.status == "queued" else ""))
        can_open = job.ended and job.record is not None
        self.button.setVisible(can_open or not job.ended)
        self.button.setEnabled(job.status != "stopping")
        text, icon = (
            (tr("Open"), "next") if job.ended else (tr("Remove") if job.status == "queued" else tr("Stop"), "stop")
        )
        if self.button.text() != text:
            self.button.setText(text)
            self.button.setAccessibleName(f"{text} {name}")
            set_icon(self.button, icon, 12)

    @Slot()
    def _on_clicked(self) -> None:
        if not self.job.ended:
            self._workspace.engine.stop(self.job.id)
        elif self.job.record:
            self._workspace.open_record(Path(self.job.record).name)


class QueueView(QWidget):
    """The jobs of the batch lane, running first, then waiting, then the newest ended."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._cards: list[JobCard] = []
        nothing = label(tr("What you run appears here.\nRuns go on when you leave this page."), "muted")
        nothing.setWordWrap(True)
        nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(UNIT)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(inside)
        area.setAccessibleName(tr("Queue"))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(nothing)
        self._stack.addWidget(area)
        self.setMinimumWidth(30 * UNIT)

    def show_jobs(self, jobs: Sequence[JobState]) -> None:
        """Show what the engine's snapshot says."""
        batch = [job for job in jobs if job.lane == "batch"]
        active = [job for job in batch if not job.ended]
        ordered = (
            sorted(active, key=lambda job: job.status == "queued") + [job for job in reversed(batch) if job.ended]
        )[:SHOWN]
        while len(self._cards) < len(ordered):
            card = JobCard(self._workspace)
            self._column.insertWidget(len(self._cards), card)
            self._cards.append(card)
        for place, card in enumerate(self._cards):
            card.setVisible(place < len(ordered))
            if place < len(ordered):
                card.show_job(ordered[place])
        self._stack.setCurrentIndex(1 if ordered else 0)
