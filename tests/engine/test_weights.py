"""Cards of trained networks: what is none of theirs is refused in one sentence that names the file."""

import importlib

import pytest
import torch

from engine.associative.model import fit
from engine.control.models import Card as PolicyCard
from engine.errors import BadInput
from engine.filters.calibration import RATES, Calibration
from engine.filters.network import Sizes
from engine.weights import read_card

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


@pytest.mark.parametrize("metadata", [{}, {"card": "{"}, {"card": "\ud800"}])
def test_a_checkpoint_without_a_card_is_refused(metadata):
    with pytest.raises(BadInput, match=r"^The checkpoint of a run does not say which network it belongs to$"):
        read_card(metadata, "The checkpoint of a run")
    assert read_card({"card": '{"a": 1}'}, "") == {"a": 1}


def test_a_policy_wider_than_any_is_refused():
    sizes = {"kind": "lstm", "observations": 3, "actions": 1, "hidden": 4097, "full": False, "pixels": False}
    card = {"format": 1, "task": "wind", "sizes": sizes, "stochastic": True, "algorithm": "rsac", "made": {}}
    with pytest.raises(BadInput, match=r"x\.json gives sizes that no network here has: \[3, 1, 4097\]"):
        PolicyCard.from_json(card, "x.json")
    assert PolicyCard.from_json({**card, "sizes": {**sizes, "hidden": 4096}}, "x.json").sizes.hidden == 4096


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ({"top": 9, "slots": 8}, r"top must be at most the number of slots \(8\), not 9"),
        ({"word_one": True, "word": 2}, "word must be 1 where every word is one, not 2"),
        ({"code": 1025}, "no set memory has such sizes"),
        ({"code": 8.0}, "code cannot be 8.0"),
    ],
)
def test_sizes_of_set_memories_that_contradict_themselves_are_refused(sizes, words):
    with pytest.raises(ValueError, match=words):
        Sizes.from_json(sizes)
    assert Sizes.from_json({"slots": 9, "top": 9, "word_one": True, "word": 1, "code": 1024}).top == 9


def test_thresholds_of_another_shape_are_refused():
    right = Calibration((10,), (tuple(0.5 for _ in RATES),)).to_json()
    assert Calibration.from_json(right).sizes == (10,)
    for change in ({"sizes": []}, {"sizes": [1, 2]}, {"thresholds": [[0.5]]}, {"thresholds": [["a"]]}):
        with pytest.raises(BadInput, match=r"^Thresholds cannot be read: "):
            Calibration.from_json({**right, **change})


def test_weights_that_are_not_finite_are_refused():
    layer = torch.nn.Linear(2, 1)
    weights = {key: value.clone() for key, value in layer.state_dict().items()}
    fit(layer, weights)
    weights["bias"][0] = float("nan")
    with pytest.raises(BadInput, match=r"The weights cannot be used: bias is not finite"):
        fit(layer, weights)
