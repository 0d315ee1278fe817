"""Agents that speak play as they do in symbols: the whole chain of words loses nothing."""

import numpy as np
import pytest

from engine.agents.catalogue import make_agent
from engine.agents.play import play
from engine.alchemy.episodes import read_episodes, sample_episode
from engine.alchemy.levels import BENCHMARK, EVALUATION, Level
from engine.data import find
from engine.errors import BadInput
from engine.language.game import Game, change_chemistry
from engine.language.player import Condition, play_text
from engine.language.scripted import ScriptedSource, scripted_names
from engine.language.wording import WORDINGS

CONDITIONS = [
    {},
    {"summary_every": 1, "history": "summary"},
    {"summary_every": 2, "history": "window", "window": 2, "summary_form": "structured", "prior": True},
]


class Nowhere:
    """A transcript that nobody keeps."""

    episode = 0

    def __getattr__(self, name):
        return lambda *arguments: None


def speak(parts, agent, seed, level, wording="paper", **condition):
    game, words = Game(parts), WORDINGS[wording]
    speaker = ScriptedSource(agent, level, words).open(0, seed)
    asks = play_text(game, Condition(words, **condition), Nowhere(), seed=seed)
    request = next(asks)
    try:
        while True:
            request = asks.send(speaker.complete(request.messages))
    except StopIteration:
        return game.trial_scores


@pytest.mark.parametrize("name", [EVALUATION, BENCHMARK])
@pytest.mark.parametrize("agent", [name for name in scripted_names() if not name.startswith("ideal")])
def test_every_agent_scores_in_words_what_it_scores_in_symbols(agent, name):
    level = Level.parse(name)
    random = np.random.RandomState(5)
    for number, wording in enumerate(WORDINGS):
        episode = sample_episode(random, level, trials=5)
        spoken = speak([episode], agent, number, level, wording, **CONDITIONS[number % 3])
        assert spoken == play(episode, make_agent(agent, number, level), level=level).trial_scores.tolist()


def test_the_ideal_observer_scores_in_words_what_it_scores_in_symbols():
    level = Level.parse(EVALUATION)
    random = np.random.RandomState(6)
    for number in range(2):
        episode = sample_episode(random, level, trials=3)
        spoken = speak([episode], "ideal-observer", number, level, **CONDITIONS[number])
        assert spoken == play(episode, make_agent("ideal-observer", number, level), level=level).trial_scores.tolist()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_ideal_observer_on_200_published_episodes():
    try:
        episodes = read_episodes(find("alchemy_evaluation_200.jsonl.gz"))
    except BadInput as absent:
        pytest.skip(str(absent))
    level, names = Level.parse(EVALUATION), list(WORDINGS)
    for number, episode in enumerate(episodes[:200]):
        spoken = speak([episode], "ideal-observer", number, level, names[number % 4], **CONDITIONS[number % 3])
        assert spoken == play(episode, make_agent("ideal-observer", number, level), level=level).trial_scores.tolist()


def test_privileged_agents_cannot_speak():
    with pytest.raises(BadInput, match="told the chemistry"):
        ScriptedSource("search-oracle", Level(), WORDINGS["paper"])


def test_a_changed_chemistry_is_noticed_and_learned_anew():
    level = Level.parse(EVALUATION)
    episode = sample_episode(np.random.RandomState(8), level, trials=8)
    parts = change_chemistry(episode, 4, level, np.random.RandomState(1))
    assert [part.trials for part in parts] == [4, 4]
    assert parts[0].chemistry.potion_map != parts[1].chemistry.potion_map
    assert np.array_equal(np.concatenate([part.stones for part in parts]), episode.stones)
    changed = speak(parts, "ideal-observer", 0, level)
    alone = play(parts[0], make_agent("ideal-observer", 0, level), level=level).trial_scores.tolist()
    assert changed[:4] == alone
    assert len(changed) == 8
    with pytest.raises(ValueError, match="cannot change"):
        change_chemistry(episode, 8, level, np.random.RandomState(1))


def test_its_summary_lists_the_effects_it_saw():
    level, words = Level.parse(EVALUATION), WORDINGS["paper"]
    episode = sample_episode(np.random.RandomState(9), level, trials=2)
    speaker = ScriptedSource("random-heuristic", level, words).open(0, 3)
    asks = play_text(Game([episode]), Condition(words, summary_every=1), Nowhere(), seed=0)
    request = next(asks)
    while request.kind != "summary":
        request = asks.send(speaker.complete(request.messages))
    summary = speaker.complete(request.messages).text
    assert summary.startswith("Effects seen\n")
    assert " on " in summary
