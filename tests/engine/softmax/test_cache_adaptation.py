"""Cache and adaptation against plain loops, and that neither looks ahead."""

import numpy as np
import pytest
import torch

from engine.softmax.adaptation import adapted_loss
from engine.softmax.cache import KAPPAS, cache_probabilities, choose_mixture, mixed_loss


def story(words=60, seed=0):
    random = torch.Generator().manual_seed(seed)
    return torch.randn(words, 4, generator=random), torch.randint(0, 7, (words,), generator=random)


def test_cache_is_that_of_the_equation():
    activations, targets = story()
    found = cache_probabilities(activations, targets, 10, (0.5, 2.0))
    for place in (0, 1, 5, 30, 59):
        window = range(max(place - 10, 0), place)
        for number, kappa in enumerate((0.5, 2.0)):
            weights = [float((kappa * activations[place] @ activations[i]).exp()) for i in window]
            same = [w for w, i in zip(weights, window, strict=True) if targets[i] == targets[place]]
            assert found[number, place] == pytest.approx(sum(same) / sum(weights) if weights else 0.0, abs=1e-5)


def test_cache_never_looks_ahead():
    activations, targets = story(600)
    before = cache_probabilities(activations, targets, 100, (1.0,))[0, :300]
    activations[300:], targets[300:] = 9.0, 1
    assert torch.equal(cache_probabilities(activations, targets, 100, (1.0,))[0, :300], before)


def test_the_best_mixture_is_found_and_mixes_probabilities():
    loss = np.full(50, np.log(100.0))
    cached = np.tile(np.linspace(0, 1, len(KAPPAS))[:, None], (1, 50))
    mixture = choose_mixture(loss, cached, 20)
    assert (mixture.kappa, mixture.window) == (KAPPAS[-1], 20)
    assert np.exp(-mixed_loss(loss, cached[-1], mixture.share)) == pytest.approx(0.99 * mixture.share + 0.01)


@pytest.mark.parametrize("steps", [1, 3])
def test_adaptation_is_gradient_ascent_on_the_neighbours(steps):
    keys, words = story(12)
    query, target = torch.randn(4), torch.tensor(3)
    weight, bias = torch.randn(7, 4), torch.randn(7)
    distances = (keys - query).square().sum(1)
    near = distances.topk(5, largest=False)
    shares = 1 / (near.values + 1e-3)
    shares = shares / shares.sum()
    w, b = weight.clone().requires_grad_(), bias.clone().requires_grad_()
    for _ in range(steps):
        gain = (shares * (keys[near.indices] @ w.T + b).log_softmax(1)[torch.arange(5), words[near.indices]]).sum()
        gw, gb = torch.autograd.grad(gain, (w, b))
        w, b = (w + 0.1 * gw).detach().requires_grad_(), (b + 0.1 * gb).detach().requires_grad_()
    wanted = -float((query @ w.T + b).detach().log_softmax(0)[target])
    got = adapted_loss(query, target, keys, words, weight, bias, neighbours=5, steps=steps, rate=0.1)
    assert got == pytest.approx(wanted, rel=1e-4)
