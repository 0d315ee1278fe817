"""Commands and their options."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from typing import NoReturn

from engine.errors import BadInput
from engine.service.benchmark import BENCHMARKS
from engine.service.seeds import parse_seed

WINDOW_BENCHMARKS = ("startup", "latency", "heatmap", "advice", "runs-page", "soak")
"""Measured by the window's half of the program."""


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage in front of it."""

    def error(self, message: str) -> NoReturn:
        """Raise BadInput."""
        raise BadInput(f"{message} ({self.prog} --help shows how)")


def make_parser() -> argparse.ArgumentParser:
    """The parser of ``athanor``; each command's function is in ``command``, imported when called."""
    parser = OneLineParser(
        prog="athanor",
        description="A desktop laboratory for agents and networks that remember. Alone, it opens the window.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_const", const=_lazy("listing:version"), dest="command", default=None)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    parser.set_defaults(command=_lazy("listing:nothing"))
    _list(commands)
    _run(commands)
    _sweep(commands)
    _runs(commands)
    _bench(commands)
    tour = commands.add_parser("tour", help="run the main job of every page offscreen; a PNG and a JSON of each")
    tour.add_argument("folder", metavar="DIR")
    tour.set_defaults(command=_lazy("listing:needs_window"))
    return parser


Commands = argparse._SubParsersAction  # argparse has no public name for it


def _list(commands: Commands[OneLineParser]) -> None:
    parser = commands.add_parser("list", help="experiments, their presets and agents; with a name its settings")
    parser.add_argument("experiment", nargs="?", metavar="EXPERIMENT", help="show the settings of this one")
    _add_json(parser)
    parser.set_defaults(command=_lazy("listing:show"))


def _run(commands: Commands[OneLineParser]) -> None:
    parser = commands.add_parser("run", help="run one experiment here")
    _add_experiment(parser)
    parser.add_argument("--title", default="", help="a title for the record")
    parser.add_argument("--parent", metavar="ID", help="begin with what this run learned, where the experiment can")
    _add_json(parser)
    parser.set_defaults(command=_lazy("run:run"))


def _sweep(commands: Commands[OneLineParser]) -> None:
    parser = commands.add_parser("sweep", help="run an experiment for many combinations of some settings")
    _add_experiment(parser)
    ways = parser.add_mutually_exclusive_group(required=True)
    ways.add_argument(
        "--grid",
        nargs="+",
        action="extend",
        metavar="KEY=A,B,C",
        help="values to combine; seed is a key too; ; separates values that hold commas",
    )
    ways.add_argument(
        "--tune",
        nargs="+",
        action="extend",
        metavar="KEY=LOW..HIGH",
        help="let Optuna choose; LOW..HIGH:log for a logarithmic scale, or KEY=A,B,C",
    )
    parser.add_argument("--trials", type=_count, default=20, metavar="N", help="runs of --tune in all (default: 20)")
    goals = parser.add_mutually_exclusive_group()
    goals.add_argument("--maximise", metavar="RESULT", help="the result that --tune makes large, such as score_mean")
    goals.add_argument("--minimise", metavar="RESULT", help="the result that --tune makes small")
    places = parser.add_mutually_exclusive_group()
    places.add_argument("--workers", type=_count, metavar="N", help="runs at a time (default: all cores but one)")
    places.add_argument("--ray", metavar="ADDRESS", help="run on this Ray cluster, or on one of this machine: local")
    parser.add_argument("--id", default=None, metavar="NAME", help="name of the sweep (default: made from the request)")
    _add_json(parser)
    parser.set_defaults(command=_lazy("sweep:sweep"))


def _runs(commands: Commands[OneLineParser]) -> None:
    parser = commands.add_parser("runs", help="the records of earlier runs")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)

    listed = actions.add_parser("list", help="the newest runs")
    listed.add_argument("words", nargs="*", metavar="WORD", help="words that all occur in a run's description")
    listed.add_argument("--experiment", metavar="NAME")
    listed.add_argument("--status", metavar="STATUS")
    listed.add_argument("--sort", default="created", metavar="KEY", help="such as seconds or result.score_mean")
    listed.add_argument("--limit", type=_count, default=20, metavar="N")
    listed.set_defaults(command=_lazy("records:show_list"))

    shown = actions.add_parser("show", help="everything about one run")
    exported = actions.add_parser("export", help="write a run's tables for other programs")
    exported.add_argument("--to", required=True, metavar="FORMAT", help="csv, parquet, tensorboard or gif")
    resumed = actions.add_parser("resume", help="go on with a run, as a new run that begins where it ended")
    deleted = actions.add_parser("delete", help="move a run to the trash")
    for action, command in ((shown, "show"), (exported, "export"), (resumed, "resume"), (deleted, "delete")):
        action.add_argument("id", metavar="ID", help="id of the run, its folder, or 'last'")
        action.set_defaults(command=_lazy(f"records:{command}"))
    exported.add_argument("folder", metavar="DIR")

    remade = actions.add_parser("reindex", help="make the list of runs anew from the records")
    remade.set_defaults(command=_lazy("records:remake_index"))
    taken = actions.add_parser("import", help="bring in records, TensorBoard event files and CSV logs")
    taken.add_argument("folder", metavar="FOLDER", help="a record, or a folder of records or logs")
    taken.set_defaults(command=_lazy("records:take_in"))
    for action in (listed, shown, exported, resumed, deleted, remade, taken):
        _add_json(action)


def _bench(commands: Commands[OneLineParser]) -> None:
    parser = commands.add_parser("bench", help="measure how quick this machine is")
    parser.add_argument("name", choices=(*BENCHMARKS, *WINDOW_BENCHMARKS), metavar="NAME", help="one of %(choices)s")
    _add_json(parser)
    parser.set_defaults(command=_lazy("bench:bench"))


def _add_experiment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("experiment", metavar="EXPERIMENT")
    parser.add_argument("--preset", metavar="P", help="named settings to begin with")
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="KEY=VALUE", help="settings")
    parser.add_argument("--seed", type=_seed, default=0, metavar="S", help="0 to 2^32 - 1 (default: 0)")
    parser.add_argument("--device", default="auto", metavar="D", help="auto, cpu, cuda or cuda:N (default: auto)")


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print exactly one JSON object, on the last line")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"it may be a whole number from 1, not {text!r}")
    return int(text)


def _seed(text: str) -> int:
    try:
        return parse_seed(text)
    except BadInput as problem:
        raise argparse.ArgumentTypeError(str(problem)) from problem


def _lazy(path: str) -> Callable[[argparse.Namespace], int]:
    """The function ``module:name`` of this package, imported when called: ``--help`` imports nothing."""

    def call(arguments: argparse.Namespace) -> int:
        module, _, name = path.partition(":")
        status: int = getattr(importlib.import_module(f"engine.cli.{module}"), name)(arguments)
        return status

    return call
