"""How much of a conversation is shown again."""

from itertools import pairwise

import pytest

from engine.language.conversation import SILENCE, Conversation
from engine.language.model import ModelError


def talk(history, window=2, trials=4):
    conversation = Conversation("rules", history, window)
    for trial in range(trials):
        if trial:
            conversation.new_trial()
        for turn in range(2):
            conversation.say("user", f"state {trial}.{turn}")
            conversation.say("assistant", f"answer {trial}.{turn}")
        conversation.say("user", f"summarise {trial}")
        conversation.say("assistant", f"summary {trial}")
        conversation.summary = f"summary {trial}"
    conversation.new_trial()
    conversation.say("user", "now")
    return conversation


def test_full_history_shows_everything_once():
    texts = [message.text for message in talk("full").messages()]
    assert len(texts) == 1 + 4 * 6 + 1
    assert texts[0] == "rules"
    assert texts[-1] == "now"


def test_a_window_shows_the_newest_summary_and_the_last_trials():
    texts = [message.text for message in talk("window").messages()]
    assert texts[1] == "Your summary of the trials before\nsummary 3\n\nstate 3.0"
    assert texts[-1] == "now"
    assert len(texts) == 1 + 6 + 1


def test_summary_alone_shows_nothing_older():
    messages = talk("summary").messages()
    assert [message.role for message in messages] == ["system", "user"]
    assert messages[1].text == "Your summary of the trials before\nsummary 3\n\nnow"


@pytest.mark.parametrize("history", ["full", "window", "summary"])
def test_user_and_assistant_speak_in_turn_even_after_shortening(history):
    conversation = talk(history)
    while True:
        messages = conversation.messages()
        roles = [message.role for message in messages]
        assert roles[:2] == ["system", "user"]
        assert all(a != b for a, b in pairwise(roles))
        assert messages[-1].text.endswith("now")
        try:
            conversation.shorten()
        except ModelError:
            break
    assert "summary 3" in messages[1].text
    assert conversation.forgotten == {"full": 24, "window": 6, "summary": 0}[history]


def test_silence_is_never_sent_as_an_empty_message():
    conversation = Conversation("rules")
    conversation.say("user", "state")
    conversation.say("assistant", "  \n")
    assert conversation.messages()[-1].text == SILENCE
