"""Every memory behind the same interface, trained by the same code."""

import numpy as np
import pytest
import torch

from engine.agents.learned import distillation, reinforcement
from engine.agents.learned.attention import EpisodicMemory
from engine.agents.learned.bodies import CORES, BodySizes
from engine.agents.learned.facts import NOTHING, STOP, Moments
from engine.agents.learned.games import Games
from engine.agents.learned.policy import SCALE, Network, knowledge_of
from engine.agents.learned.rollouts import play
from engine.agents.learned.teacher import demonstrate
from engine.errors import BadInput


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)
    torch.manual_seed(0)


@pytest.fixture(scope="module")
def lesson():
    return demonstrate(Games(np.random.default_rng(0), 16, trials=2), np.zeros(16), 0)


@pytest.mark.parametrize("core", CORES)
def test_a_sequence_is_its_steps_and_a_batch_its_members(core, lesson):
    rollout, _ = lesson
    body = Network(core, BodySizes(16, 16)).body.eval()
    moments = Moments(*(field[:9, :4] for field in rollout.moments))
    with torch.no_grad():
        whole, _ = body.sequence(moments, body.initial_state(4))
        state, steps = body.initial_state(4), []
        for t in range(9):
            output, state = body.sequence(Moments(*(field[t : t + 1] for field in moments)), state)
            steps.append(output[0])
        alone, _ = body.sequence(Moments(*(field[:, 2:3] for field in moments)), body.initial_state(1))
    torch.testing.assert_close(whole, torch.stack(steps), atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(whole[:, 2:3], alone, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("core", CORES)
def test_a_few_updates_copy_the_teacher_better(core, lesson):
    network = Network(core, BodySizes(32, 16))
    optimiser = torch.optim.Adam(network.parameters(), 3e-3)
    found = []
    for _ in range(8):
        losses = distillation.losses(network, *lesson, np.arange(16), "nothing", True)
        optimiser.zero_grad()
        losses["loss"].backward()
        assert all(p.grad is None or p.grad.isfinite().all() for p in network.parameters())
        optimiser.step()
        found.append(losses["loss"].item())
    assert found[-1] < found[0] - 0.1


def test_who_knows_the_chemistry_plays_well_before_any_training():
    network = Network("lstm", BodySizes(8))
    random = np.random.default_rng(1)
    scores = {}
    for known in ("nothing", "chemistry"):
        rollout, _ = play(network, Games(np.random.default_rng(2), 40), np.zeros(40), random, known)
        scores[known] = rollout.scores.sum(axis=1).mean()
    assert scores["chemistry"] > 240
    assert scores["nothing"] < 180


def test_points_alone_move_the_policy_towards_what_paid():
    network = Network("attention", BodySizes(32))
    random = np.random.default_rng(3)
    rollout, played = play(network, Games(random, 32, trials=2), np.full(32, reinforcement.POINTS), random, "nothing")
    marked = reinforcement.advantages(rollout, played, 0.9)
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    found = []
    for _ in range(6):
        losses = reinforcement.losses(network, marked, np.arange(32), spread=0.0, predict=False)
        optimiser.zero_grad()
        losses["loss"].backward()
        optimiser.step()
        found.append(losses["policy"].item())
    assert abs(found[0]) < 1e-4  # advantages are centred, and nothing has changed yet
    assert found[-1] < found[0]
    active = rollout.active
    assert marked.advantage[active].mean() == pytest.approx(0, abs=1e-5)
    assert set(losses) == {"loss", "policy", "value", "entropy"}


def test_returns_are_what_stones_became_worth_and_only_later_trials_are_discounted(monkeypatch):
    monkeypatch.setattr(reinforcement, "LAMBDA", 1.0)
    network = Network("lstm", BodySizes(8))
    random = np.random.default_rng(4)
    rollout, played = play(network, Games(random, 8, trials=2), np.full(8, 5.0), random, "nothing")
    played = played._replace(values=np.zeros_like(played.values))
    marked = reinforcement.advantages(rollout, played, 0.5)
    worth = reinforcement.cash(rollout.moments.stones)
    for b in range(8):
        ends = np.flatnonzero((rollout.actions[:, b] == STOP) & rollout.active[:, b])
        gains = [worth[ends[0], b] - worth[0, b], worth[ends[1], b] - worth[ends[0] + 1, b]]
        assert marked.returns[0, b] * SCALE == pytest.approx(gains[0] + 0.5 * gains[1], abs=1e-4)
        assert played.rewards[ends, b].tolist() == worth[ends, b].tolist()
        assert (marked.returns[~rollout.active[:, b], b] == 0).all()


def test_an_erased_fact_is_not_read():
    body = EpisodicMemory(16, 181).eval()
    rows = np.array([[3, 200, NOTHING]])
    with torch.no_grad():
        whole, weights = body.read(rows)
        without, fewer = body.read(np.array([[NOTHING, 200, NOTHING]]))
        swapped, _ = body.read(np.array([[200, 3, NOTHING]]))
    torch.testing.assert_close(whole, swapped)
    assert not torch.allclose(whole, without)
    assert (weights[0].sum(0) > 0).nonzero().ravel().tolist() == [3, 200]
    assert (fewer[0].sum(0) > 0).nonzero().ravel().tolist() == [200]


def test_knowledge_is_normalised():
    knowledge = knowledge_of(torch.randn(7, 181))
    for part in knowledge[:3]:
        torch.testing.assert_close(part.exp().sum(-1), torch.ones(7))


def test_an_unknown_memory_is_refused():
    with pytest.raises(BadInput, match="core must be one of attention"):
        Network("abacus", BodySizes())
