"""Answers in free text: what they mean, and that nothing one can write breaks the game."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.agents.play import look
from engine.alchemy.actions import ACTIONS, encode
from engine.alchemy.environment import State, deal
from engine.alchemy.episodes import Level, sample_episode
from engine.language.actions import END, action_text, answer_schema, legal_actions, read_answer, said

EPISODE = sample_episode(np.random.RandomState(0), Level())
VIEW = look(EPISODE, deal(EPISODE, 0))


def without(view, stones=(), slots=()):
    present, colours = view.present.copy(), view.colours.copy()
    present[list(stones)] = False
    colours[list(slots)] = -1
    return replace(view, present=present, colours=colours)


def test_everything_the_game_offers_parses():
    assert len(legal_actions(VIEW)) == 1 + 3 * 13
    for action in [*range(ACTIONS), END]:
        text = action_text(action)
        for answer in (
            f"Action: {text}",
            text,
            f"Observation: two stones\nReasoning: action is needed\n**Action:** {text.capitalize()}.",
            json.dumps({"reasoning": "because", "action": text}),
            f"```json\n{json.dumps({'action': text})}\n```",
            f"action - {text}",
            f"### Action\n\n{text}",
        ):
            assert read_answer(answer, VIEW).action == action, answer
    for action in legal_actions(VIEW):
        assert (
            read_answer(json.dumps({"reasoning": "", "action": action_text(action)}), VIEW, strict=True).action
            == action
        )


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Action: put stone 2 into the red potion 7", encode(1, 6)),
        ("Action: Place stone #1 in potion slot 12", encode(0, 11)),
        ("Action: stone 3, cauldron", encode(2, -1)),
        ("Action: end trial", END),
        ("Action: finish the current trial", END),
        ("Action: wait", 0),
        ("Action: place stone 1 in potion 1\nOn second thoughts\nAction: place stone 2 in potion 2", encode(1, 1)),
        ("Action: place stone 1 in potion 1\nMy score is 1000.", encode(0, 0)),
    ],
)
def test_what_people_and_models_write(text, action):
    assert read_answer(text, VIEW).action == action


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no line that begins with Action"),
        ("I would place stone 1 in potion 2 because it is red, then see.\nThat is all.", "no line"),
        ("The action: place stone 1 in potion 2", "no line"),
        ("Action: dance", "names no stone"),
        ("Action: place stone 1", "names no stone with"),
        ("Action: place stone 1 in potion 2 and stone 2 in potion 3", "more than one"),
        ("Action: place stone 1 in potion 2, then the cauldron", "more than one"),
        ("Action: place stone 1 in potion 2 or end the trial", "more than one"),
        ("Action: do not place stone 1 in potion 2", "not to do"),
        ("Action: place stone 4 in potion 2", "no stone 4"),
        ("Action: place stone 1 in potion 13", "no potion 13"),
        ("Action: place stone 1 in potion 0", "no potion 0"),
    ],
)
def test_what_cannot_be_carried_out_says_why(text, reason):
    answer = read_answer(text, VIEW)
    assert answer.action is None
    assert reason in answer.reason


def test_gone_stones_and_used_potions_cannot_be_had():
    view = without(VIEW, stones=[1], slots=[4])
    assert "no longer there" in read_answer("Action: place stone 2 in potion 1", view).reason
    assert "used up" in read_answer("Action: place stone 1 in potion 5", view).reason
    assert len(legal_actions(view)) == 1 + 2 * 12
    assert legal_actions(without(VIEW, stones=[0, 1, 2])) == [END]


def test_strict_mode_takes_nothing_but_json_with_an_offered_action():
    assert read_answer("Action: end the trial", VIEW, strict=True).action is None
    assert "none of those offered" in read_answer('{"action": "End the trial"}', VIEW, strict=True).reason
    assert read_answer('{"action": "end the trial"}', VIEW, strict=True).action == END
    schema = answer_schema([action_text(action) for action in legal_actions(VIEW)], reasoning=True)
    assert list(schema["properties"]) == ["reasoning", "action"]
    assert len(schema["properties"]["action"]["enum"]) == 40


WORDS = [
    "Action:",
    "action",
    "stone",
    "potion",
    "cauldron",
    "end the trial",
    "1",
    "13",
    "-4",
    "place",
    "in",
    "not",
    "\n",
] + ["{", "}", '"action":', "```", "**", "٣", "²", "9" * 30, "\x00", "\ud800", " ", ":"]


def check(text):
    for strict in (False, True):
        answer = read_answer(text, VIEW, strict=strict)
        assert answer.action is None or answer.action == END or 0 <= answer.action < ACTIONS
        assert (answer.action is None) == bool(answer.reason)


def test_ten_thousand_strings_raise_nothing():
    random = np.random.default_rng(0)
    read = 0
    for _ in range(10_000):
        count = int(random.integers(30))
        if random.random() < 0.3:
            text = "".join(map(chr, random.integers(0x110000, size=count)))
        else:
            text = (" " if random.random() < 0.5 else "").join(
                WORDS[k] for k in random.integers(len(WORDS), size=count)
            )
        check(text)
        read += read_answer(text, VIEW).action is not None
    assert read > 20  # the strings are near enough to answers to reach every part of the parser


@settings(max_examples=1000, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)))
def test_no_text_raises(text):
    check(text)


@pytest.mark.parametrize(
    "text", ["*" * 200_000, "action" * 50_000, "{" * 100_000 + "}" * 100_000, "- " * 100_000 + "action"]
)
def test_long_texts_take_no_time(text):
    said(text)


def test_a_state_without_anything_offers_the_end_alone():
    state = State(0, 0, np.full(3, -1, np.int8), np.full(12, -1, np.int8))
    assert legal_actions(look(EPISODE, state)) == [END]
