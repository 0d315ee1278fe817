"""Thompson sampling: one hypothesis, optimal play for it, a new one only after a refutation."""

import numpy as np

from engine.agents.oracle import plan_for
from engine.agents.play import play
from engine.agents.thompson import Thompson
from engine.alchemy.episodes import sample_episode
from engine.alchemy.hypotheses import hypothesis
from engine.alchemy.levels import EVALUATION, Level

LEVEL = Level.parse(EVALUATION)


class Watched(Thompson):
    """Keeps the hypothesis behind each decision."""

    def decide(self, view):
        decision = super().decide(view)
        held = self._hypothesis
        assert view.belief.possible(held)
        plan = plan_for(view, hypothesis(held))
        assert decision.action == (plan.actions[0] if plan.actions else 0)
        self.log.append((view.belief, held))
        return decision


def test_keeps_its_hypothesis_until_it_is_refuted():
    agent = Watched(3, LEVEL)
    agent.log = []
    play(sample_episode(np.random.RandomState(5), LEVEL), agent, level=LEVEL)
    changes = 0
    for (_, before), (belief, after) in zip(agent.log, agent.log[1:], strict=False):
        assert (before == after) == belief.possible(before)
        changes += before != after
    assert changes > 2


def test_same_seed_same_play_and_learns():
    late, early = 0, 0
    for seed in range(12):
        episode = sample_episode(np.random.RandomState(seed), Level())
        result = play(episode, Thompson(seed, Level()))
        if seed < 2:
            assert play(episode, Thompson(seed, Level())).actions == result.actions
        early += result.no_effect[:2].sum()
        late += result.no_effect[-2:].sum()
    assert late < early / 3
