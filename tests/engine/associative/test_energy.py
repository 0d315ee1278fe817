"""Writing and reading against torch.func, automatic differentiation and finite differences, all in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.associative.convolutional import ConvolutionalEnergy
from engine.associative.dense import DenseEnergy
from engine.associative.dynamics import CLAMP, Schedule, read, write
from engine.associative.energy import EnergyNetwork, Fast
from engine.associative.model import Card, Ebmm
from engine.associative.recurrent import RecurrentEnergy
from engine.associative.training import loss_of
from engine.errors import BadInput

TASKS, COUNT = 2, 3


def networks() -> dict[str, EnergyNetwork]:
    torch.manual_seed(3)
    return {
        "dense": DenseEnergy(6, 2, 8),
        "coded": DenseEnergy(6, 3, 8, 4),
        "recurrent": RecurrentEnergy(6, 2, 5),
        "convolutional": ConvolutionalEnergy((8, 8, 1), 2, 3),
    }


def setting(name: str) -> tuple[EnergyNetwork, Schedule, Tensor, Tensor]:
    network = networks()[name].double()
    schedule = Schedule(2, 2, len(network.written), gamma=0.5, eta=0.3).double()
    size = 64 if name == "convolutional" else 6
    patterns = torch.rand(TASKS, COUNT, size, dtype=torch.float64) * 2 - 1
    queries = (patterns + 0.3 * torch.randn_like(patterns)).clamp(-1, 1)
    return network, schedule, patterns, queries


def loss(network: EnergyNetwork, schedule: Schedule, patterns: Tensor, queries: Tensor) -> Tensor:
    found = read(network, schedule, write(network, schedule, patterns)[-1], queries)
    return torch.stack([(x - patterns).square().sum(-1).mean() for x in found[1:]]).mean()


def gradients(value: Tensor, parameters: list[Tensor]) -> tuple[Tensor, ...]:
    """Zeros for what does not matter, such as a bias that only shifts the energy."""
    return torch.autograd.grad(value, parameters, allow_unused=True, materialize_grads=True)


def reference(network: EnergyNetwork, schedule: Schedule, patterns: Tensor, queries: Tensor) -> Tensor:
    """The paper's equations for one task, as functions of functions; tasks by vmap."""

    def energy(x: Tensor, fast: Fast) -> Tensor:
        return network.energy(x[None, None], tuple(w[None] for w in fast))[0, 0]

    slope = torch.func.grad(energy)

    def writing_loss(fast: Fast, start: Fast, x: Tensor) -> Tensor:
        each = torch.func.vmap(lambda row: energy(row, fast) + schedule.alpha * slope(row, fast).square().sum())(x)
        away = sum((w - s).square().sum() for w, s in zip(fast, start, strict=True))
        return each.mean() + schedule.beta * away

    def one(x: Tensor, q: Tensor) -> Tensor:
        start = network.start_values()
        fast = start
        for t in range(2):
            gradient = torch.func.grad(writing_loss)(fast, start, x)
            shrink = (1 + sum(g.square().sum() for g in gradient) / CLAMP**2) ** -0.5
            fast = tuple(
                w - schedule.eta[t, i] * shrink * g for i, (w, g) in enumerate(zip(fast, gradient, strict=True))
            )
        velocity, total = torch.zeros_like(q), q.new_zeros(())
        for k in range(2):
            g = torch.func.vmap(lambda row: slope(row, fast))(q + schedule.mu[k] * velocity)
            g = g / (1 + g.square().sum(-1, keepdim=True) / CLAMP**2).sqrt()
            velocity = schedule.mu[k] * velocity - schedule.gamma[k] * g
            q = (q + velocity).clamp(-1, 1)
            total = total + (q - x).square().sum(-1).mean()
        return total / 2

    return torch.func.vmap(one)(patterns, queries).mean()


@pytest.mark.parametrize("name", list(networks()))
def test_batched_by_hand_equals_torch_func(name: str) -> None:
    network, schedule, patterns, queries = setting(name)
    parameters = [p for p in (*network.parameters(), *schedule.parameters())]
    ours = loss(network, schedule, patterns, queries)
    theirs = reference(network, schedule, patterns, queries)
    assert abs(ours.item() - theirs.item()) < 1e-9
    for mine, other in zip(gradients(ours, parameters), gradients(theirs, parameters), strict=True):
        assert (mine - other).abs().max() < 1e-9


@pytest.mark.parametrize("name", list(networks()))
def test_third_order_gradient_by_finite_differences(name: str) -> None:
    network, schedule, patterns, queries = setting(name)
    patterns, queries = patterns / 4, queries / 4  # away from the walls of the box, where the loss has a kink
    parameters = [p for p in (*network.parameters(), *schedule.parameters())]
    gradient = gradients(loss(network, schedule, patterns, queries), parameters)
    torch.manual_seed(0)
    directions = [torch.randn_like(p) for p in parameters]
    slope = sum((g * v).sum().item() for g, v in zip(gradient, directions, strict=True))

    def moved(by: float) -> float:
        with torch.no_grad():
            for p, v in zip(parameters, directions, strict=True):
                p += by * v
            found = loss(network, schedule, patterns, queries).item()
            for p, v in zip(parameters, directions, strict=True):
                p -= by * v
        return found

    h = 1e-4  # five points: the error falls with h^4
    numeric = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h)
    assert abs(numeric - slope) < 1e-6 * max(abs(slope), 1e-3)


@pytest.mark.parametrize("name", ["dense", "coded", "convolutional"])
def test_derivatives_by_hand_equal_automatic_ones(name: str) -> None:
    network, _, patterns, _ = setting(name)
    fast = tuple(w + 0.1 * torch.randn_like(w) for w in network.start(TASKS))
    alpha = torch.tensor(0.7, dtype=torch.float64)
    torch.testing.assert_close(network.slope(patterns, fast), EnergyNetwork.slope(network, patterns, fast))
    by_hand = network.write_gradient(patterns, fast, alpha)
    for mine, other in zip(by_hand, EnergyNetwork.write_gradient(network, patterns, fast, alpha), strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", list(networks()))
def test_tasks_do_not_touch_each_other_and_order_of_patterns_is_free(name: str) -> None:
    network, schedule, patterns, _ = setting(name)
    with torch.no_grad():
        both = write(network, schedule, patterns)[-1]
        alone = write(network, schedule, patterns[1:].flip(1))[-1]
    for together, single in zip(both, alone, strict=True):
        torch.testing.assert_close(together[1:], single)


@pytest.mark.parametrize("name", list(networks()))
def test_the_energy_is_bounded_and_the_read_stays_in_the_box(name: str) -> None:
    network, schedule, patterns, queries = setting(name)
    far = network.energy(patterns * 1e6, network.start(TASKS))
    assert far.isfinite().all()
    with torch.no_grad():
        path = read(network, schedule, write(network, schedule, patterns)[-1], queries, steps=7)
    assert len(path) == 8
    assert all(x.abs().max() <= 1 for x in path)


def test_writing_leaves_the_learned_start_alone() -> None:
    network, schedule, patterns, _ = setting("dense")
    before = [value.clone() for value in network.start_values()]
    with torch.no_grad():
        steps = write(network, schedule, patterns)
    assert len(steps) == 3
    assert not torch.equal(steps[-1][0], steps[0][0])
    for old, new in zip(before, network.start_values(), strict=True):
        assert torch.equal(old, new)


def test_the_published_size_writes_as_many_floats_as_a_hopfield_network() -> None:
    from engine.associative.hopfield import floats

    assert RecurrentEnergy(128, 64, 1024).floats == floats(128) == 8256


def test_wells_make_units_want_to_decide() -> None:
    torch.manual_seed(0)
    network = DenseEnergy(16, 4, 32)
    network.dig_wells(2.4)
    patterns = torch.sign(torch.randn(1, 200, 16))
    weight, bias = network.start(1)
    undecided, decided = (
        network.energy(patterns, (strength * weight, strength * bias)).mean().item() for strength in (0, 30)
    )
    assert undecided - decided == pytest.approx(4 * 2.4 * 1.3, rel=0.2)  # 1.3: what the hill over 0 stands above 1
    with pytest.raises(BadInput, match="wells need at least 8 hidden units for 4 of the memory, not 7"):
        DenseEnergy(16, 4, 7).dig_wells(1.0)


def test_late_weights_count_the_last_steps_of_a_read_more() -> None:
    torch.manual_seed(1)
    model = Ebmm(Card("dense", "bits", (1, 8, 1), 3, 12, 0, 3, 2, 2))
    patterns = torch.sign(torch.randn(2, 2, 8))
    queries = patterns * torch.sign(torch.randn(2, 2, 8))
    found = model.read(model.write(patterns)[-1], queries)[1:]
    one, two, three = ((x - patterns).square().sum(-1).mean().item() / 4 for x in found)
    assert loss_of(model, patterns, queries)[0].item() == pytest.approx((one + two + three) / 3)
    late = loss_of(model, patterns, queries, late=2.0)[0].item()
    assert late == pytest.approx((one + 4 * two + 9 * three) / 14)
