"""Cards of trained networks: what is none of theirs is refused in one sentence that names the file."""

import importlib

import pytest

from engine.errors import BadInput

CARDS = {
    "engine.memory.models": "a trained network",
    "engine.filters.models": "a trained set memory",
    "engine.associative.model": "an energy-based memory",
    "engine.control.models": "a trained policy",
    "engine.agents.learned.models": "a trained agent",
}


@pytest.mark.parametrize("module", CARDS)
def test_cards_of_other_formats_and_other_things_are_refused(module):
    found = importlib.import_module(module)
    with pytest.raises(BadInput, match=rf"^x\.json is of format 99; this Athanor reads format {found.FORMAT}$"):
        found.Card.from_json({"format": 99}, "x.json")
    for values in ({}, {"format": found.FORMAT}, [], None, "card", {"format": found.FORMAT, "sizes": float("inf")}):
        with pytest.raises(BadInput, match=rf"^x\.json does not describe {CARDS[module]}: "):
            found.Card.from_json(values, "x.json")
