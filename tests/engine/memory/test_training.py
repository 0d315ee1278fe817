"""Training: it learns, goes on bit for bit after a stop, and says what went wrong."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from engine.data.memory_tasks import Copy, Curriculum
from engine.errors import BadInput
from engine.memory import Sizes, build
from engine.memory.training import evaluate, load_weights, train

TASK = Copy(bits=3)


def network(model="sam", seed=0, hidden=12):
    torch.manual_seed(seed)
    return build(model, Sizes(TASK.inputs, TASK.outputs, hidden=hidden, slots=16, word=8, heads=1))


def curriculum():
    return Curriculum(lowest=1, level=1, highest=4, threshold=2.5, patience=5)


def run(net, episodes, seed=1, stop_at=None, resume=None, learning_rate=1e-2, stages=None):
    updates, saved = [], []
    last = train(
        net,
        TASK,
        stages or curriculum(),
        episodes=episodes,
        batch=8,
        learning_rate=learning_rate,
        clip=10,
        seed=seed,
        updated=updates.append,
        stopping=lambda: stop_at is not None and len(updates) >= stop_at,
        save=saved.append,
        save_every=400,
        resume=resume,
    )
    return updates, saved, last


def test_loss_falls_and_the_level_doubles():
    updates, _, last = run(network(), 1600)
    assert [u.level for u in updates] == sorted(u.level for u in updates)
    assert last.level > 1
    assert sum(u.loss_bits for u in updates[-20:]) < sum(u.loss_bits for u in updates[:20]) * 4
    assert evaluate(network(), TASK, 1, 64, np.random.default_rng(0)) > 1


@pytest.mark.parametrize("model", ["sam", "sdnc", "dnc"])
def test_resumes_bit_for_bit(model, tmp_path):
    whole = network(model)
    updates, _, _ = run(whole, 80)
    first = network(model)
    begun, saved, _ = run(first, 80, stop_at=5)
    save_file(saved[-1][0], tmp_path / "stopped.safetensors", saved[-1][1])
    tensors = load_file(tmp_path / "stopped.safetensors")
    second = network(model, seed=99)
    rest, _, _ = run(second, 80, seed=5, resume=(tensors, saved[-1][1]))
    assert begun + rest == updates
    for a, b in zip(whole.parameters(), second.parameters(), strict=True):
        assert torch.equal(a, b)


def test_not_finite_stops_and_keeps_good_weights():
    net = network()
    updates, saved = [], []

    def poison(update):
        updates.append(update)
        if len(updates) == 3:
            net.output.weight.data[0, 0] = torch.nan

    with pytest.raises(BadInput, match=r"after 24 episodes because the weight output\.weight is not finite"):
        train(
            net,
            TASK,
            curriculum(),
            episodes=100,
            batch=8,
            learning_rate=1e-2,
            clip=10,
            seed=0,
            updated=poison,
            stopping=lambda: False,
            save=saved.append,
            save_every=8,
        )
    assert all(t.isfinite().all() for t in saved[1][0].values() if t.is_floating_point())


def test_a_checkpoint_of_another_shape_is_bad_input():
    _, saved, _ = run(network(), 8)
    with pytest.raises(BadInput, match="does not fit"):
        load_weights(network(hidden=13), saved[-1][0])
    with pytest.raises(BadInput, match="does not fit"):
        load_weights(network("lstm"), saved[-1][0])
    with pytest.raises(BadInput, match="cannot be resumed"):
        run(network(), 16, resume=(saved[-1][0], {}))
