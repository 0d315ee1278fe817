"""State messages say what a player sees, in every wording, and can be read back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.agents.play import look
from engine.alchemy.actions import encode
from engine.alchemy.environment import State
from engine.alchemy.episodes import Level, sample_episode
from engine.language.actions import END
from engine.language.game import Game
from engine.language.messages import read_state, state_message
from engine.language.prompts import instructions, summary_request
from engine.language.wording import WORDINGS

EPISODES = [sample_episode(np.random.RandomState(seed), Level()) for seed in range(40)]


@pytest.mark.parametrize("name", WORDINGS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_reading_gives_back_what_was_said(name, data):
    episode = data.draw(st.sampled_from(EPISODES))
    stones = np.array(data.draw(st.lists(st.integers(-1, 7), min_size=3, max_size=3)), np.int8)
    potions = np.array(data.draw(st.lists(st.integers(-1, 5), min_size=12, max_size=12)), np.int8)
    view = look(episode, State(data.draw(st.integers(0, 9)), data.draw(st.integers(0, 19)), stones, potions))
    text = state_message(WORDINGS[name], view, 15, None)
    read, reward = read_state(WORDINGS[name], "My summary\nTrial 1 of 2, step 1 of 3\nStones\n" + text)
    for field in ("appearances", "indicators", "present", "colours"):
        assert np.array_equal(getattr(read, field), getattr(view, field)), field
    assert (read.trial, read.trials, read.step, read.steps, reward) == (view.trial, 10, view.step, 20, 0)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_other_texts_show_no_state(text):
    with pytest.raises(ValueError, match="text shows"):
        read_state(WORDINGS["paper"], text)


def test_the_echo_tells_what_came_of_an_answer():
    episode = EPISODES[0]
    game, wording = Game([episode]), WORDINGS["paper"]
    text = state_message(wording, game.view, 0, None)
    assert text.startswith("NEW EPISODE\nNEW TRIAL\nTrial 1 of 10, step 1 of 20\nStones\n1: ")
    assert "with reward" in text
    game.act(encode(0, 2))
    text = state_message(wording, game.view, game.trial_scores[-1], game.last)
    assert text.startswith("Which stone? 1, ")
    assert "\n3: none\n" in text
    game.act(encode(0, -1))
    text = state_message(wording, game.view, game.trial_scores[-1], game.last)
    assert f"Reward? {game.trial_scores[0]:+d}" in text
    assert read_state(wording, text)[1] == game.trial_scores[0]
    game.act(None, "there is no stone 7")
    assert "not carried out: there is no stone 7. It cost a step." in state_message(wording, game.view, 0, game.last)
    assert game.view.step == 3
    game.act(END)
    assert "You ended the trial.\nNEW TRIAL\nTrial 2 of 10, step 1" in state_message(wording, game.view, 0, game.last)


def test_the_outcome_of_a_trials_last_action_is_not_told():
    game = Game([EPISODES[1]])
    for _ in range(19):
        game.act(None, "nothing")
    game.act(encode(0, 0))
    assert game.view.trial == 1
    assert "Resulting stone? Not seen" in state_message(WORDINGS["paper"], game.view, 0, game.last)


def test_instructions_follow_the_condition():
    plain = instructions(WORDINGS["paper"], trials=10, steps=20, form="free", prior=False)
    prior = instructions(WORDINGS["paper"], trials=10, steps=20, form="json", prior=True)
    assert "yellow and orange, red and green, pink and turquoise" in prior
    assert "yellow" not in plain
    assert "+15" not in plain
    assert "JSON" in prior
    opaque = instructions(WORDINGS["opaque"], trials=3, steps=5, form="legal", prior=True)
    assert "blue" not in opaque
    assert "dax or mip" in opaque
    assert "Trial 4 is over" in summary_request("structured", 3)
