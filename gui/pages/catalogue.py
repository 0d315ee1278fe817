"""The pages of the window, in the order of the rail. Naming one here is all it takes; it is imported when first
shown.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.page import Page


@dataclass(frozen=True)
class PageEntry:
    """What the rail shows of a page, and where its class is (``package.module:Class``, whose attributes say the same).

    ``experiments`` are the names of the experiments whose runs open on this page.
    """

    identifier: str
    title: str
    icon: str
    shortcut: str
    path: str
    experiments: tuple[str, ...] = ()

    def load(self) -> type[Page]:
        """The page's class."""
        module, _, name = self.path.partition(":")
        return getattr(importlib.import_module(module), name)


PAGES = (
    PageEntry(
        "alchemy", tr("Alchemy"), "flask", "Ctrl+1", "gui.pages.alchemy.page:AlchemyPage", ("alchemy", "alchemy-play")
    ),
    PageEntry(
        "memory",
        tr("Memory"),
        "grid",
        "Ctrl+2",
        "gui.pages.memory.page:MemoryPage",
        ("memory", "memory-bench", "memory-scaling"),
    ),
    PageEntry(
        "recall", tr("Recall"), "recall", "Ctrl+6", "gui.pages.recall.page:RecallPage", ("energy-memory", "recall-play")
    ),
    PageEntry(
        "composition",
        tr("Composition"),
        "composition",
        "Ctrl+0",
        "gui.pages.composition.page:CompositionPage",
        ("composition", "composition-play"),
    ),
    PageEntry(
        "sets", tr("Sets"), "sets", "Ctrl+7", "gui.pages.sets.page:SetsPage", ("neural-bloom-filter", "filter-play")
    ),
    PageEntry(
        "control", tr("Control"), "control", "Ctrl+9", "gui.pages.control.page:ControlPage", ("control", "control-play")
    ),
    PageEntry(
        "softmax",
        tr("Rare words"),
        "tag",
        "Ctrl+8",
        "gui.pages.softmax.page:SoftmaxPage",
        ("hebbian-softmax", "softmax-play"),
    ),
    PageEntry(
        "language",
        tr("Language"),
        "speech",
        "Ctrl+3",
        "gui.pages.language.page:LanguagePage",
        ("text-alchemy", "feature-world", "feature-world-play"),
    ),
    PageEntry("runs", tr("Runs"), "bars", "Ctrl+4", "gui.pages.runs.page:RunsPage"),
    PageEntry("experiments", tr("Experiments"), "play", "Ctrl+5", "gui.pages.experiments.page:ExperimentsPage"),
    PageEntry("settings", tr("Settings"), "gear", "Ctrl+,", "gui.pages.settings.page:SettingsPage"),
)


def page_of(experiment: str) -> str:
    """The page that shows a run of ``experiment``."""
    return next((page.identifier for page in PAGES if experiment in page.experiments), "runs")
