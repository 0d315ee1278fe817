"""Gathers every text of the window into a template for translators: ``python packaging/texts.py build/athanor.pot``.

Texts are what ``tr`` and ``trn`` are given in ``gui``, the prose in ``assets/*.toml``, and what the engine declares of
what can be chosen: titles, summaries and descriptions of experiments, settings, agents and tasks. What a record says
(names of quantities, titles of its traces) is data, shown as it was written, and is not gathered.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from engine.agents.catalogue import AGENTS
from engine.control.tasks import TASKS
from engine.experiments.catalogue import EXPERIMENTS
from engine.language.providers import PROVIDERS

ROOT = Path(__file__).resolve().parents[1]
PROSE = ("title", "words", "idea", "look", "reference")
KEYWORDS = {"tr": None, "trn": (1, 2), "translate": None}
ROOMS = ("gui", "engine/experiments")


def gathered() -> Catalog:
    """Every text with the places it comes from."""
    catalogue = Catalog(project="Athanor", charset="utf-8")
    for room in ROOMS:
        found = extract_from_dir(ROOT / room, method_map=[("**.py", "python")], keywords=KEYWORDS)
        for file, line, message, _, _ in found:
            if message != " ":  # of tr(" ".join(...))
                catalogue.add(message, locations=[(f"{room}/{file}", line)])
    for place, text in [*_prose(), *_declared()]:
        if text:
            catalogue.add(text, locations=[(place, 0)])
    return catalogue


def _prose() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "assets").glob("*.toml")):
        for text in _texts(tomllib.loads(file.read_text(encoding="utf-8"))):
            yield f"assets/{file.name}", " ".join(text.split())


def _texts(value: Any) -> Iterator[str]:
    """What is read by people in a table of a TOML file; the rest are names of pages and actions."""
    for name, part in value.items() if isinstance(value, dict) else ():
        if name in PROSE:
            yield part
        for inner in part if isinstance(part, list) else [part]:
            yield from _texts(inner)


def _declared() -> Iterator[tuple[str, str]]:
    """What the engine says of what can be chosen."""
    for entry in (*AGENTS.values(), *EXPERIMENTS.values(), *TASKS.values()):
        yield "engine", entry.title
        yield "engine", entry.summary
    for provider in PROVIDERS.values():
        yield "engine", provider.title
    for experiment in EXPERIMENTS.values():
        for preset in experiment.presets:
            yield f"engine, presets of {experiment.name}", preset.replace("-", " ").capitalize()
        for setting in experiment.configuration_class().describe():
            for text in (setting.title, setting.description, setting.unit):
                yield f"engine, settings of {experiment.name}", text


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    texts = gathered()
    with target.open("wb") as file:
        write_po(file, texts, sort_by_file=True, width=120)
    print(f"{len(texts)} texts in {target}")
