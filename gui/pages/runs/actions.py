"""What can be done on the runs page, as data for menus, palette and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import Action
from gui.pages.runs.toolbar import EVERYTHING
from gui.translation import tr

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

MENU = ("runs.open", "runs.clone", "runs.rerun", "", "runs.replay", "runs.tick", "", "runs.export", "runs.copy",
        "runs.reveal", "", "runs.colour", "runs.archive", "runs.delete")  # fmt: skip


def page_actions(page: RunsPage) -> list[Action]:
    """Every action of the page."""
    return [*_doing(page), *_seeing(page), *_changing(page), *_taking(page)]


def _one(page: RunsPage):
    return lambda: len(page.selected_runs()) == 1


def _some(page: RunsPage):
    return lambda: bool(page.selected_runs())


def _two(page: RunsPage):
    return lambda: page.listing.columns is not None and len(page.chosen_runs()) == 2


def _doing(page: RunsPage) -> list[Action]:
    one = _one(page)
    return [
        Action("runs.find", tr("Filter runs"), page.filters.search.setFocus, "Edit", 3, "Ctrl+F", "search"),
        Action("runs.open", tr("Open run"), page.open_chosen, "File", 1, "Return", enabled=one),
        Action(
            "runs.clone",
            tr("Run again…"),
            lambda: page.workspace.clone_run(page.selected_runs()[0]),
            "Run",
            1,
            "Ctrl+D",
            "play",
            one,
            hint=tr("Take these settings to the experiments page"),
        ),
        Action(
            "runs.rerun",
            tr("Re-run and compare"),
            lambda: page.rerun.start(page.selected_runs()[0]),
            "Run",
            1,
            "Ctrl+Shift+D",
            "redo",
            one,
            hint=tr("The same settings and seed again; says where the two first differ, or that they are identical"),
        ),
    ]


def _seeing(page: RunsPage) -> list[Action]:
    listing = page.listing
    return [
        Action(
            "runs.replay",
            tr("Replay side by side"),
            page.replay_chosen,
            "View",
            4,
            "Ctrl+R",
            "play",
            _two(page),
            hint=tr("Two runs on one timeline: tick or select them"),
        ),
        Action(
            "runs.tick",
            tr("Compare selected runs"),
            lambda: page.model.tick(set(page.selected_runs())),
            "View",
            4,
            "Ctrl+T",
            "",
            _some(page),
            hint=tr("Tick them; figures show ticked runs, or all where none is"),
        ),
        Action(
            "runs.untick",
            tr("Compare all shown runs"),
            lambda: page.model.tick(set()),
            "View",
            4,
            "Ctrl+Shift+T",
            "",
            lambda: bool(page.model.chosen),
        ),
        Action(
            "runs.group",
            tr("Group by all settings but the seed"),
            lambda: page.group_by((EVERYTHING,)),
            "View",
            5,
            checked=lambda: listing.keys == (EVERYTHING,),
        ),
        Action(
            "runs.ungroup", tr("No grouping"), lambda: page.group_by(()), "View", 5, checked=lambda: not listing.keys
        ),
        Action(
            "runs.less",
            tr("Less is better"),
            page.comparing.turn,
            "View",
            5,
            checked=lambda: page.comparing.less_is_better,
            hint=tr("Of the value that runs are compared by"),
        ),
        Action(
            "runs.archived", tr("Show archived runs"), page.show_archived, "View", 5, checked=lambda: listing.archived
        ),
        Action(
            "runs.columns",
            tr("Columns…"),
            page.edits.ask_columns,
            "View",
            5,
            hint=tr("Settings, results and figures of curves as further columns"),
        ),
    ]


def _changing(page: RunsPage) -> list[Action]:
    some = _some(page)
    return [
        Action(
            "runs.colour",
            tr("Colour…"),
            page.edits.ask_colour,
            "Edit",
            4,
            "",
            "",
            some,
            hint=tr("The colour of these runs in every figure"),
        ),
        Action(
            "runs.archive",
            tr("Archive or restore"),
            lambda: page.edits.archive(page.selected_runs()),
            "Edit",
            4,
            "Ctrl+Shift+A",
            "folder",
            some,
            hint=tr("Archived runs are kept and left out of the list"),
        ),
        Action(
            "runs.delete",
            tr("Delete runs"),
            lambda: page.delete(page.selected_runs()),
            "Edit",
            4,
            "Del",
            "trash",
            some,
            hint=tr("Moves them to the trash folder; can be undone"),
        ),
    ]


def _taking(page: RunsPage) -> list[Action]:
    exporter = page.exporter
    one, some = _one(page), _some(page)

    def drawn() -> bool:
        return bool(page.view.pictures)

    return [
        Action(
            "runs.import",
            tr("Import runs…"),
            page.transfer.ask_import,
            "File",
            2,
            icon="import",
            hint=tr("Records, TensorBoard event files, CSV logs"),
        ),
        Action(
            "runs.export",
            tr("Export runs…"),
            page._on_export,
            "File",
            2,
            "Ctrl+E",
            "export",
            some,
            hint=tr("CSV, Parquet or TensorBoard event files of the chosen runs"),
        ),
        *(
            Action(
                f"runs.figure_{kind}",
                tr("Save figures as {upper}…", upper=kind.upper()),
                exporter.asking(kind),
                "File",
                2,
                "",
                "",
                drawn,
                hint=tr("In the light theme, with legend and axes"),
            )
            for kind in ("png", "svg", "pdf", "csv")
        ),
        Action(
            "runs.table_csv",
            tr("Save table as CSV…"),
            exporter.asking("table"),
            "File",
            2,
            "",
            "",
            lambda: bool(page.model.rows),
        ),
        Action(
            "runs.python",
            tr("Copy Python that makes the figures"),
            exporter.copy_python,
            "Edit",
            3,
            "Ctrl+Shift+C",
            "copy",
            drawn,
        ),
        Action("runs.picture", tr("Copy figures"), exporter.copy_picture, "Edit", 3, "", "copy", drawn),
        Action(
            "runs.copy",
            tr("Copy command that repeats the run"),
            page.detail.copy.click,
            "Edit",
            3,
            icon="copy",
            enabled=one,
        ),
        Action("runs.reveal", tr("Show run's folder"), page.detail.reveal.click, "File", 3, icon="folder", enabled=one),
    ]
