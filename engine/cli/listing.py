"""``athanor list``: what there is to run, and with which settings."""

from __future__ import annotations

import dataclasses
from argparse import Namespace
from typing import Any

from engine.cli import DONE
from engine.cli.output import print_json, print_lines, shown
from engine.errors import BadInput
from engine.experiments.catalogue import EXPERIMENTS, find
from engine.experiments.experiment import Experiment


def show(arguments: Namespace) -> int:
    """The command."""
    if arguments.experiment:
        _show_one(find(arguments.experiment), as_json=arguments.json)
    else:
        _show_all(as_json=arguments.json)
    return DONE


def _show_all(*, as_json: bool) -> None:
    from engine.agents.catalogue import AGENTS

    if as_json:
        experiments = {name: _entry(experiment) for name, experiment in EXPERIMENTS.items()}
        agents = {
            name: {"title": agent.title, "summary": agent.summary, "privileged": agent.privileged}
            for name, agent in AGENTS.items()
        }
        print_json({"experiments": experiments, "agents": agents})
        return
    lines = ["Experiments"]
    for name, experiment in EXPERIMENTS.items():
        lines.append(f"  {name:<18} {experiment.summary}")
        if experiment.presets:
            lines.append(f"  {'':<18} presets {', '.join(experiment.presets)}")
    lines += ["", "Agents"]
    for name, agent in AGENTS.items():
        lines.append(f"  {name:<18} {agent.summary}{' (knows the chemistry)' if agent.privileged else ''}")
    lines += ["", "athanor list EXPERIMENT shows its settings"]
    print_lines(lines)


def _show_one(experiment: Experiment, *, as_json: bool) -> None:
    settings = experiment.configuration_class().describe()
    if as_json:
        fields = [dataclasses.asdict(field) for field in settings]
        print_json({"name": experiment.name, **_entry(experiment), "settings": fields})
        return
    lines = [experiment.title, f"  {experiment.summary}", "", "Settings"]
    for field in settings:
        default = shown(field.default) if field.default != "" else "empty"
        lines += [f"  {field.name} = {default}", f"      {field.description}", f"      {field.words()}"]
    for name, values in experiment.presets.items():
        lines += ["", f"Preset {name}", *(f"  {key} = {shown(value)}" for key, value in values.items())]
    print_lines(lines)


def _entry(experiment: Experiment) -> dict[str, Any]:
    return {
        "title": experiment.title,
        "summary": experiment.summary,
        "interactive": experiment.interactive,
        "presets": {name: dict(values) for name, values in experiment.presets.items()},
    }


def version(_arguments: Namespace) -> int:
    """``athanor --version``."""
    from engine.service.server import versions

    print_lines(f"{name} {number}" for name, number in versions().items())
    return DONE


def nothing(_arguments: Namespace) -> int:
    """No command at all."""
    raise BadInput("a command is needed: list, run, sweep, runs or bench (athanor --help shows how)")


def needs_window(_arguments: Namespace) -> int:
    """A command that only ``athanor`` itself knows."""
    raise BadInput("this needs the window's half of Athanor: call it as athanor, not as engine.cli")
