"""What an experiment is: a name, settings, presets and a function, loaded when needed."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.errors import BadInput
from engine.experiments.configuration import Configuration

if TYPE_CHECKING:
    from engine.experiments.context import Context

Run = Callable[[Any, "Context"], dict[str, Any]]


@dataclass(frozen=True)
class Experiment:
    """One experiment: a configuration and a plain function of (configuration, context) that returns its JSON result.

    Attributes
    ----------
    configuration, function
        As ``package.module:NAME``, imported when needed, so that a list of experiments imports none of them.
    presets
        Named settings: name -> {field: JSON value}.
    interactive
        Whether it waits for commands; such runs get a process of their own.
    uses_torch
        Whether a GPU can be of use to it.
    prepare
        ``package.module:NAME`` of a function that loads what its first seconds need; called in an idle engine.
    """

    name: str
    title: str
    summary: str
    configuration: str
    function: str
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    interactive: bool = False
    uses_torch: bool = False
    prepare: str = ""

    def configuration_class(self) -> type[Configuration]:
        """Its settings."""
        found: type[Configuration] = _load(self.configuration)
        return found

    def load(self) -> Run:
        """Its function."""
        found: Run = _load(self.function)
        return found

    def make_ready(self) -> None:
        """Call its function ``prepare``, if it has one."""
        if self.prepare:
            _load(self.prepare)()

    def preset(self, name: str | None) -> Mapping[str, Any]:
        """The settings of a preset, none for None or ""; raises BadInput for an unknown name."""
        if not name:
            return {}
        if name not in self.presets:
            known = ", ".join(self.presets) or "none"
            raise BadInput(f"preset may be one of {known} for {self.name}, not {name!r}")
        return self.presets[name]

    def configure(self, preset: str | None, settings: Mapping[str, str]) -> Configuration:
        """The configuration that a preset and ``key=text`` settings make; raises BadInput."""
        return self.configuration_class().from_settings(self.preset(preset), settings)


def _load(path: str) -> Any:
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)
