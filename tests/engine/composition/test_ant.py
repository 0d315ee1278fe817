"""The ant: its kinematics are MuJoCo's, its steps are pure, and without the simulator one sentence says so."""

import importlib.util

import numpy as np
import pytest
import torch

from engine.cli import main
from engine.composition import ant
from engine.composition.bodies import find_body
from engine.composition.learning import Effort, Learner
from engine.composition.transfer import act, starts
from engine.errors import BadInput


@pytest.fixture
def mujoco():
    return pytest.importorskip("mujoco", reason="needs the extra mujoco")


def test_without_mujoco_one_sentence_says_what_to_install(monkeypatch, capsys):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(ant, "find_spec", lambda name: None if name == "mujoco" else find_spec(name))
    ant._simulator.cache_clear()
    ant.make_ant.cache_clear()
    with pytest.raises(BadInput, match=r"needs MuJoCo.*athanor\[mujoco\]"):
        find_body("ant")
    assert main(["run", "composition", "--set", "suite=ant", "--set", "pair=tricky", "--set", "updates=10"]) == 2
    error = capsys.readouterr().err
    assert "needs MuJoCo" in error
    assert "Traceback" not in error


def test_legs_stand_where_mujoco_puts_them(mujoco):
    model, data, _ = ant._simulator()
    states = ant.random_states(5, torch.Generator().manual_seed(0))
    states[:, 3:7] = torch.nn.functional.normalize(states[:, 3:7] + 0.2, dim=1)
    shins = ("left_ankle_geom", "right_ankle_geom", "third_ankle_geom", "fourth_ankle_geom")
    for state, legs in zip(states, ant.joints(states), strict=True):
        data.qpos[:] = state[:15].double().numpy()
        mujoco.mj_forward(model, data)
        for name, (_, knee, foot) in zip(shins, legs, strict=True):
            np.testing.assert_allclose((knee + foot) / 2, data.geom(name).xpos, atol=1e-5)


def test_a_step_is_that_of_the_simulator_and_depends_on_nothing_else(mujoco):
    body, random = find_body("ant"), torch.Generator().manual_seed(1)
    states = body.random(4, random)
    torque = torch.rand(4, 8, generator=random) * 2 - 1
    after = body.step(states, torque)
    assert torch.equal(body.step(states[2:], torque[2:]), after[2:])
    model, _, _ = ant._simulator()
    data = mujoco.MjData(model)
    data.qpos[:], data.qvel[:] = states[0, :15].double().numpy(), states[0, 15:].double().numpy()
    data.ctrl[:] = torque[0].double().numpy()
    mujoco.mj_step(model, data, ant.SKIP)
    np.testing.assert_allclose(after[0], np.concatenate([data.qpos, data.qvel]), atol=1e-4)


def test_ants_fall_on_their_feet_stay_finite_and_are_paid_for_the_torsos_place(mujoco):
    body, random = find_body("ant"), torch.Generator().manual_seed(2)
    states = body.random(16, random)
    for _ in range(20):
        states = body.step(states, torch.rand(16, 8, generator=random) * 2 - 1)
    seen, points = body.observe(states), body.points(states)
    assert seen.shape == (16, body.observed)
    assert torch.isfinite(seen).all()
    assert seen.abs().max() <= 5
    assert points.shape == (16, body.joints, 3)
    assert states[:, 2].min() > 0.2
    assert torch.allclose(points[:, -1, :2], states[:, :2] / ant.METRES)
    states[:, :2] = torch.tensor([-2.1, 2.1])  # in the middle of the first task's region
    paid = body.rewards("tricky", states)
    assert paid[:, 0].min() == pytest.approx(1, abs=1e-5)
    assert paid[:, 1].max() < 1e-5


def test_the_ant_is_learned_and_runs_like_any_body(mujoco):
    learner = Learner(find_body("ant"), "tricky", Effort(updates=3, batch=8, width=8, each=1, uniform=1), 0)
    for _ in range(3):
        learner.update()
    assert torch.isfinite(learner.losses).all()
    runs = act(learner, "dc", 0.5, starts(learner, 2, 0))
    assert runs.points.shape == (2, 101, 25, 3)
    assert np.isfinite(runs.soft_returns).all()
