"""SAM and SDNC: the kernels, the definition in torch and an independent slow reference agree; backward restores."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.errors import BadInput
from engine.memory import Sizes, build
from engine.memory.recorder import ERASE, READ, WRITE, Recorder
from engine.memory.sparse_network import SparseNetwork


def network(seed=0, linked=False, exact_links=False, dtype=torch.float64, **sizes):
    torch.manual_seed(seed)
    defaults = dict(inputs=5, outputs=3, hidden=7, slots=16, word=6, heads=2, reads=3, links=3)
    net = SparseNetwork(Sizes(**(defaults | sizes)), linked, exact_links).to(dtype)
    for parameter in net.parameters():
        parameter.data *= 3  # sharp gates and strengths, so that words differ
    return net


def inputs(steps, batch=2, size=5, seed=1, dtype=torch.float64):
    return torch.randn(steps, batch, size, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def loss_of(outputs):
    return (outputs * torch.linspace(-1, 1, outputs.numel(), dtype=outputs.dtype).view_as(outputs)).sum()


def gradients(net):
    return torch.cat([p.grad.flatten() for p in net.parameters()])


@pytest.mark.parametrize("slots", [6, 16, 200])
@pytest.mark.parametrize("compiled", [True, False])
def test_equals_the_dense_reference(slots, compiled, slow_sam):
    net, x = network(slots=slots), inputs(20)
    expected, chosen, memory = slow_sam(net, x)
    loss_of(expected).backward()
    dense = gradients(net)
    net.zero_grad()
    state = net.initial_state(2, compiled)
    outputs, last = net.sequence(x, state)
    assert [sorted(i for i in head if i >= 0) for head in last.slots[0].tolist()] == [sorted(h) for h in chosen[0]]
    torch.testing.assert_close(outputs, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(last.memory.rows(0, torch.arange(slots)), memory[0], rtol=0, atol=1e-12)
    loss_of(outputs).backward()
    assert (gradients(net) - dense).norm() <= 1e-9 * dense.norm()


@pytest.mark.parametrize(("linked", "exact_links"), [(False, False), (True, False), (True, True)])
def test_kernels_equal_the_definition(linked, exact_links):
    net, x = network(linked=linked, exact_links=exact_links, slots=12), inputs(60)
    found = []
    for compiled in (True, False):
        net.zero_grad()
        outputs, last = net.sequence(x, net.initial_state(2, compiled))
        slots = last.slots.clone()
        loss_of(outputs).backward()
        found.append((outputs.detach(), slots, last.weights.detach(), gradients(net)))
    for kernels, definition in zip(*found, strict=True):
        torch.testing.assert_close(kernels, definition, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("linked", [False, True])
def test_backward_restores_memory_and_ring_bit_for_bit(linked):
    net, x = network(linked=linked, slots=10, dtype=torch.float32), inputs(300, dtype=torch.float32)
    state = net.initial_state(2)
    with torch.no_grad():
        _, state = net.sequence(x[:50], state) if not linked else (None, state)
    memory = state.memory.memory
    before = [a.copy() for a in (memory.words, memory.inverse, *memory.ring)]
    outputs, _ = net.sequence(x, state)
    assert not np.array_equal(memory.words, before[0])
    outputs.sum().backward()
    for now, then in zip((memory.words, memory.inverse, *memory.ring), before, strict=True):
        assert now.tobytes() == then.tobytes()
    assert not memory.gradient.any()
    assert not any(table.any() for table in memory.links)


def test_steps_equal_the_sequence_and_chain_their_gradients():
    net, x = network(), inputs(9)
    outputs, _ = net.sequence(x, net.initial_state(2))
    loss_of(outputs).backward()
    whole = gradients(net)
    net.zero_grad()
    state, steps = net.initial_state(2), []
    for row in x:
        output, state = net(row, state)
        steps.append(output)
    torch.testing.assert_close(torch.stack(steps), outputs, rtol=0, atol=1e-13)
    loss_of(torch.stack(steps)).backward()
    torch.testing.assert_close(gradients(net), whole, rtol=1e-10, atol=1e-12)


def test_batch_equals_single_runs():
    net, x = network(), inputs(30, batch=3)
    with torch.no_grad():
        together, _ = net.sequence(x, net.initial_state(3))
        for b in range(3):
            alone, _ = net.sequence(x[:, b : b + 1], net.initial_state(1))
            torch.testing.assert_close(together[:, b : b + 1], alone, rtol=0, atol=1e-13)


def test_outputs_do_not_depend_on_untouched_slots():
    x = inputs(20)
    few, many = network(slots=64), network(slots=1_000_000)
    with torch.no_grad():
        a, _ = few.sequence(x, few.initial_state(2))
        b, _ = many.sequence(x, many.initial_state(2))
    assert torch.equal(a, b)


def test_reading_all_words_is_the_dense_softmax():
    net, x = network(reads=8, slots=8, heads=1), inputs(25)
    state = net.initial_state(2)
    with torch.no_grad():
        _, state = net.sequence(x, state)
        words = state.memory.rows(0, torch.arange(8))
        p = net.interface(state.hidden)[0]
        cosines = torch.cosine_similarity(p[:6], words, dim=1)
        beta = 1 + torch.nn.functional.softplus(p[12])
    dense = (beta * cosines).softmax(0)
    torch.testing.assert_close(state.weights[0, 0], dense[state.slots[0, 0].long()], rtol=0, atol=1e-12)


def test_gradients_stay_finite_over_4000_steps():
    torch.manual_seed(0)
    net = SparseNetwork(Sizes(inputs=8, outputs=8, slots=1024, heads=4))
    outputs, _ = net.sequence(inputs(4000, 1, 8, dtype=torch.float32), net.initial_state(1))
    outputs.square().mean().backward()
    assert gradients(net).isfinite().all()
    assert gradients(net).norm() > 0


def test_backward_out_of_order_and_old_states_are_refused():
    net, x = network(), inputs(4)
    start = net.initial_state(2)
    first, state = net.sequence(x, start)
    net.sequence(x, state)
    with pytest.raises(RuntimeError, match="opposite order"):
        first.sum().backward()
    with pytest.raises(RuntimeError, match="stands at 8"):
        net.sequence(x, start)


def test_a_second_backward_is_refused():
    net = network()
    outputs, _ = net.sequence(inputs(3), net.initial_state(2))
    outputs.sum().backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="already consumed"):
        outputs.sum().backward()


@pytest.mark.parametrize(("linked", "compiled"), [(False, True), (True, True), (True, False)])
def test_a_fork_goes_on_the_same_by_itself(linked, compiled):
    net, x = network(linked=linked), inputs(20)
    with torch.no_grad():
        _, state = net.sequence(x[:10], net.initial_state(2, compiled))
        fork = net.fork(state)
        expected, _ = net.sequence(x[10:], state)
        outputs, _ = net.sequence(x[10:], fork)
    assert torch.equal(outputs, expected)


def test_overwriting_a_word_changes_the_fork_alone():
    net, x = network(slots=40), inputs(20)
    with torch.no_grad():
        _, state = net.sequence(x[:10], net.initial_state(2))
        slot = int(state.slots[0, 0, 0])
        changed = net.overwrite(state, torch.tensor([slot, 39]), torch.ones(2, 6, dtype=torch.float64))
        assert net.rows(changed, torch.tensor([39])).eq(1).all()
        assert net.rows(state, torch.tensor([39])).eq(0).all()
        expected, _ = net.sequence(x[10:], state)
        outputs, last = net.sequence(x[10:], changed)
    assert not torch.equal(outputs, expected)
    assert last.memory.memory.ring.ends[0, 2] == 40  # words up to the one set by hand count as used


@pytest.mark.parametrize("model", ["sam", "sdnc"])
def test_recorded_accesses_replay_the_memory(model):
    torch.manual_seed(0)
    net = build(model, Sizes(inputs=5, outputs=3, hidden=7, slots=9, word=6, heads=2, reads=3))
    recorder = Recorder()
    with torch.no_grad():
        _, state = net.sequence(inputs(30, dtype=torch.float32), net.initial_state(2), recorder)
    np.testing.assert_array_equal(recorder.memory_at(29, 9), state.memory.memory.words[0])
    last = recorder.accesses[recorder.accesses["step"] == 29]
    reads = last[last["kind"] == READ]
    assert sorted(reads["slot"]) == sorted(i for i in state.slots[0].flatten().tolist() if i >= 0)
    writers = 1 if model == "sdnc" else 2
    assert (last["kind"] == ERASE).sum() == writers
    gates = recorder.signals["write gate"][29]
    assert last[last["kind"] == WRITE]["weight"].sum() <= gates.sum() + 1e-6


@pytest.mark.parametrize(
    ("name", "value"), [("slots", 0), ("reads", 129), ("heads", 129), ("slots", 2**31), ("word", 0)]
)
def test_impossible_sizes_are_bad_input(name, value):
    with pytest.raises(BadInput, match=name):
        Sizes(**({"inputs": 1, "outputs": 1, "slots": 128} | {name: value}))


def test_a_single_step_and_a_single_slot_work():
    net = network(slots=1, heads=1, reads=1)
    outputs, _ = net.sequence(inputs(1), net.initial_state(2))
    loss_of(outputs).backward()
    assert gradients(net).isfinite().all()
