"""The pure explorer learns faster than anyone and ends its trials with the cauldron."""

import numpy as np

from engine.agents.greedy_information import GreedyInformation
from engine.agents.play import look, play, see_items
from engine.alchemy.belief import Belief
from engine.alchemy.environment import AlchemyEnvironment
from engine.alchemy.episodes import sample_episode
from engine.alchemy.levels import EVALUATION, Level

LEVEL = Level.parse(EVALUATION)


class Watched(GreedyInformation):
    """Keeps the entropy before each decision."""

    def decide(self, view):
        self.bits[view.trial] = view.belief.entropy().total
        decision = super().decide(view)
        assert decision.action == 0 or decision.values.max() < 1e-9 or decision.values[decision.action] > 0
        return decision


def test_most_informative_action_first():
    episode = sample_episode(np.random.RandomState(2), LEVEL)
    environment = AlchemyEnvironment()
    view = look(episode, environment.reset(episode))
    belief = see_items(Belief.prior(LEVEL), view)
    information = belief.expected_information(view.appearances, view.indicators, view.present, view.colours)
    agent = GreedyInformation(0, LEVEL)
    decision = agent.decide(look(episode, environment.state, belief=belief))
    assert information[decision.action] == information.max() > 1


def test_learns_nearly_everything_in_two_trials_and_cashes():
    left, cashed = [], 0
    for seed in range(6):
        agent = Watched(0, LEVEL)
        agent.bits = np.zeros(10)
        result = play(sample_episode(np.random.RandomState(seed), LEVEL), agent, level=LEVEL)
        left.append(agent.bits[1])
        cashed += sum((np.array(actions) % 13 == 1).sum() for actions in result.actions)
        assert result.trial_scores.min() >= 0
    assert np.mean(left) < 2
    assert cashed > 30
