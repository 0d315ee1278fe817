"""Learned composition: bodies, densities, importance sampling, losses, and the whole run in small."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.cli import main
from engine.composition.bodies import ARM, BALL, BODIES, POINT, find_body
from engine.composition.learning import LEARNED, C, Effort, Functions, Learner
from engine.composition.networks import TruncatedNormals
from engine.composition.plane import plane_rewards
from engine.composition.sampling import Draws, draw
from engine.composition.transfer import PLACES, act, ends_near, fields, starts
from engine.errors import BadInput
from engine.experiments.composition_example import _last, publish
from engine.experiments.composition_learned import _differences
from engine.runs import Record

SMALL = Effort(updates=30, batch=16, width=16, each=2, uniform=2)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def densities(seed=0, size=2):
    torch.manual_seed(seed)
    return TruncatedNormals(torch.randn(1, 3).log_softmax(-1), torch.rand(1, 3, size) * 2.4 - 1.2,
                            0.1 + torch.rand(1, 3, size))  # fmt: skip


def quadrature(order=60):
    points, weight = np.polynomial.legendre.leggauss(order)
    grid = np.stack(np.meshgrid(points, points, indexing="ij"), -1).reshape(1, -1, 2)
    return torch.from_numpy(grid).float(), torch.from_numpy(np.outer(weight, weight).ravel()).float()


def test_truncated_normals_integrate_to_one_and_are_what_they_sample():
    law = densities()
    actions, weight = quadrature()
    mass = law.log_density(actions).exp()[0] * weight
    assert mass.sum() == pytest.approx(1, abs=2e-3)
    drawn = law.sample(40_000, torch.Generator().manual_seed(1))[0]
    assert drawn.abs().max() <= 1
    np.testing.assert_allclose(drawn.mean(0), (mass[:, None] * actions[0]).sum(0), atol=0.01)


def test_mixed_draws_estimate_soft_values_of_peaked_functions():
    learner = Learner(POINT, "tricky", SMALL, 0)
    seen, mixture = torch.zeros(1, POINT.observed), torch.full((1,), 0.5)
    draws = draw(learner.proposal, seen, mixture, 1500, 1500, torch.Generator().manual_seed(0))

    def peak(actions):
        return 5 - 20 * (actions - torch.tensor([0.9, -0.8])).square().sum(-1)

    actions, weight = quadrature()
    exact = 0.2 * torch.logsumexp(peak(actions) / 0.2 + weight.log(), -1)
    assert draws.soft_value(peak(draws.actions), 0.2).item() == pytest.approx(exact.item(), abs=0.03)
    share = draws.shares(peak(draws.actions), 0.2)
    np.testing.assert_allclose((share[..., None] * draws.actions).sum(1)[0], [0.883, -0.797], atol=0.02)


def test_equal_draws_weigh_alike():
    draws = Draws(torch.zeros(1, 4, 1), torch.full((1, 4), -np.log(2.0)), ())
    assert draws.soft_value(torch.ones(1, 4), 0.3).item() == pytest.approx(1 + 0.3 * np.log(2), abs=1e-6)


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_stay_in_bounds_and_pay_by_place(body):
    random = torch.Generator().manual_seed(0)
    states = body.random(200, random)
    assert states.shape == (200, body.states)
    for _ in range(60):
        states = body.step(states, torch.rand(200, body.actions, generator=random) * 2 - 1)
    seen, points = body.observe(states), body.points(states)
    assert seen.shape == (200, body.observed)
    assert points.shape == (200, body.joints, 3)
    assert torch.isfinite(seen).all()
    assert seen.abs().max() < 8
    assert points[..., :2].norm(dim=-1).max() < 1.5
    paid = body.rewards("tricky", states)
    np.testing.assert_allclose(paid, plane_rewards("tricky", points[:, -1, :2].double().numpy()), atol=1e-5)


def test_the_arm_keeps_its_length_and_the_ball_its_ground():
    points = ARM.points(ARM.random(50, torch.Generator().manual_seed(0)))
    np.testing.assert_allclose(points.diff(dim=1).norm(dim=-1), 0.24, atol=1e-5)
    resting = torch.zeros(1, 6)
    for _ in range(5):
        resting = BALL.step(resting, torch.zeros(1, 3))
    assert resting[0, 2] < 0.02
    jumping = BALL.step(torch.zeros(1, 6), torch.tensor([[0.0, 0.0, 1.0]]))
    assert jumping[0, 5] > 0
    with pytest.raises(BadInput, match="point, arm, ball, ant"):
        find_body("horse")


def test_learning_reduces_errors_and_the_same_seed_learns_the_same():
    first, again = (Learner(POINT, "left-right", SMALL, 3) for _ in range(2))
    for learner in (first, again):
        for _ in range(SMALL.updates):
            learner.update()
    for a, b in zip(first.slow.parameters(), again.slow.parameters(), strict=True):
        assert torch.equal(a, b)
    assert torch.isfinite(first.losses).all()


def test_the_correction_is_taught_alike_at_its_own_and_at_other_mixtures():
    learner = Learner(POINT, "tricky", replace(SMALL, mixtures=2), 0)  # the second mixture is the even one
    for _ in range(3):
        learner.update()
    learner._mixture = torch.full((16,), 0.5)
    state, action = learner._state, learner._action
    seen = POINT.observe(POINT.step(state, action))
    draws = learner.draw(seen, learner._mixture, 2, 2)
    with torch.no_grad():
        ahead = learner.values(seen, learner._mixture, draws.actions)
        wanted = learner._targets(POINT.rewards("tricky", state), ahead, draws)[C]
        now = Functions(learner.networks, POINT.observe(state), learner._mixture, action[:, None])[C][:, 0]
        other = learner._elsewhere(POINT.observe(state), action, ahead, draws, seen)
    assert other.item() == pytest.approx((now - wanted).square().mean().item(), rel=1e-5)


def test_methods_are_what_their_formulas_say():
    learner = Learner(POINT, "tricky", SMALL, 0)
    seen, actions = torch.randn(5, POINT.observed), torch.rand(5, 3, 2)
    with torch.no_grad():
        ends = learner.values(seen, torch.tensor([0.0, 0.0, 1.0, 1.0, 1.0]), actions)
        for name in ("dc", "co", "dc_cheap"):  # no correction where one task is all there is
            np.testing.assert_allclose(ends.method(name)[:2], ends.method("base_2")[:2], atol=1e-6)
            np.testing.assert_allclose(ends.method(name)[2:], ends.method("base_1")[2:], atol=1e-6)
        middle = learner.values(seen, torch.full((5,), 0.5), actions)
        assert (middle.method("dc") <= middle.method("co")).all()
        assert middle.method("gpi").shape == (5, 3)


def test_runs_of_all_methods_begin_alike_and_fields_cover_the_plane():
    learner = Learner(BALL, "tricky", SMALL, 0)
    states = starts(learner, 12, 5)
    runs = [act(learner, name, 0.5, states) for name in LEARNED[:2]]
    np.testing.assert_array_equal(runs[0].points[:, 0], runs[1].points[:, 0])
    assert runs[0].points.shape == (12, BALL.steps + 1, 1, 3)
    assert len(ends_near("tricky", runs[0])) == 3
    value, lost, moved = fields(learner, "dc", 0.5, starts(learner, 3000, 1))
    assert value.shape == (PLACES, PLACES)
    assert np.isfinite(value).mean() > 0.9
    assert (lost[np.isfinite(lost)] >= 0).all()
    assert moved.shape == (PLACES, PLACES, 2)


def test_the_whole_run_in_small(capsys):
    texts = ["suite=arm", "pair=tricky", "updates=10", "batch=8", "width=8", "samples=1", "runs=8", "shown_every=6"]
    assert main(["run", "composition", *(word for text in texts for word in ("--set", text)), "--json"]) == 0
    result = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert [row["method"] for row in result["rows"]] == list(LEARNED)
    assert all(row["regret"] >= 0 and np.isfinite(row["value"]) for row in result["rows"])
    record = Record.open(result["record"])
    assert [event["seed"] for event in record.events("cases")] == [0]
    assert len(record.table("ends")) == len(record.table("glances")) == len(LEARNED)
    assert record.checkpoints() == ["tricky-0"]
    assert set(record.table("scores").read()["updates"]) == {6, 10}


def test_differences_pair_the_seeds_and_have_intervals():
    values = {name: 1.0 for name in LEARNED} | {"dc": 3.0, "gpi": 2.5}
    rows = [
        {"pair": pair, "method": name, "value": value + seed + (0.1 * seed if name == "co" else 0)}
        for seed in range(3)
        for pair in ("tricky", "left-up")
        for name, value in values.items()
    ]
    found = _differences(rows, ("tricky", "left-up"), 3)
    assert found["gpi"] == pytest.approx({"mean": 0.5, "low": 0.5, "high": 0.5})
    assert found["co"]["mean"] == pytest.approx(1.9)
    assert 1.8 <= found["co"]["low"] < 1.9 < found["co"]["high"] <= 2.0
    assert _differences(rows[:14], ("tricky", "left-up"), 1)["gpi"]["low"] is None


def test_an_example_keeps_the_last_look_and_fewer_runs(tmp_path, capsys):
    with pytest.raises(BadInput):
        publish(tmp_path, tmp_path / "out")
    rows = np.zeros(6, [("case", "i4"), ("updates", "i8"), ("run", "i4")])
    rows["case"], rows["updates"], rows["run"] = [0, 0, 0, 0, 1, 1], [5, 10, 10, 10, 10, 10], [0, 0, 1, 12, 0, 1]
    assert _last(rows, [0])[["updates", "run"]].tolist() == [(10, 0), (10, 1)]
