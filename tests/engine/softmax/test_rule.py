"""The rule itself, exactly: what is overwritten, by how much, and what stays as gradient descent left it."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.softmax.layer import HebbianSoftmax
from engine.softmax.rule import Rule, overwrite, takes_effect


def reference(weight, activations, targets, counts, rule):
    """The rule as written in the paper, one class after another, in double precision."""
    weight, counts = weight.astype(np.float64), counts.copy()
    for row in sorted(set(targets.tolist())):
        own = activations[targets == row].astype(np.float64)
        counts[row] += len(own)
        rate = (len(own) if rule.weighting == "batch" else 1) / counts[row]
        rate = 0.0 if counts[row] >= rule.limit else min(max(rate, rule.gamma), 1.0)
        weight[row] = (1 - rate) * weight[row] + rate * own.mean(0)
    return weight, counts


@given(
    seed=st.integers(0, 10_000),
    batch=st.integers(1, 12),
    gamma=st.sampled_from([0.01, 0.1, 0.5, 1.0]),
    limit=st.sampled_from([1, 2, 5, 50]),
    weighting=st.sampled_from(["occurrence", "batch"]),
)
@settings(deadline=None, max_examples=60)
def test_the_rule_is_that_of_the_paper(seed, batch, gamma, limit, weighting):
    random = np.random.default_rng(seed)
    weight, counts = random.normal(size=(5, 3)).astype(np.float32), random.integers(0, 6, 5)
    activations, targets = random.normal(size=(batch, 3)).astype(np.float32), random.integers(0, 5, batch)
    rule = Rule(gamma, limit, weighting)
    wanted, counted = reference(weight, activations, targets, counts, rule)
    got, held = torch.from_numpy(weight.copy()), torch.from_numpy(counts.copy())
    written = overwrite(got, torch.from_numpy(activations), torch.from_numpy(targets), held, rule)
    np.testing.assert_allclose(got.numpy(), wanted, atol=1e-5)
    np.testing.assert_array_equal(held.numpy(), counted)
    others = np.setdiff1d(np.arange(5), written.rows.numpy())
    np.testing.assert_array_equal(got.numpy()[others], weight[others])  # bit for bit
    np.testing.assert_array_equal(written.before.numpy(), weight[written.rows.numpy()])


def test_a_new_class_becomes_its_activation_exactly():
    weight = torch.randn(4, 3)
    activation = torch.randn(1, 3)
    overwrite(weight, activation, torch.tensor([2]), torch.zeros(4, dtype=torch.int64), Rule(limit=50))
    assert torch.equal(weight[2], activation[0])


def test_the_batch_weighting_keeps_the_running_mean():
    seen = torch.randn(9, 3)
    weight, counts = torch.randn(2, 3), torch.zeros(2, dtype=torch.int64)
    for part in (seen[:4], seen[4:5], seen[5:]):
        overwrite(weight, part, torch.ones(len(part), dtype=torch.int64), counts, Rule(gamma=0.01, limit=500))
    torch.testing.assert_close(weight[1], seen.mean(0))


def test_an_ignored_class_is_neither_counted_nor_bound():
    weight, counts = torch.zeros(3, 2), torch.zeros(3, dtype=torch.int64)
    overwrite(weight, torch.ones(2, 2), torch.tensor([0, 1]), counts, Rule(), ignore=0)
    assert counts.tolist() == [0, 1, 0]
    assert weight.tolist() == [[0, 0], [1, 1], [0, 0]]


@pytest.mark.parametrize(("scale", "norm"), [("rows", 2.5), ("target", 5.0)])
def test_what_is_written_has_the_norm_asked_for(scale, norm):
    weight = torch.tensor([[0.0, 0.0], [3.0, 4.0]])
    written = overwrite(
        weight, torch.tensor([[0.3, 0.1]]), torch.tensor([1]), torch.zeros(2, dtype=torch.int64), Rule(scale=scale)
    )
    assert written.activations.norm() == pytest.approx(norm)


def test_centring_takes_off_what_every_context_shares():
    weight = torch.zeros(2, 2)
    overwrite(weight, torch.tensor([[3.0, 1.0]]), torch.tensor([1]), torch.zeros(2, dtype=torch.int64),
              Rule(centred=True), mean=torch.tensor([3.0, 0.0]))  # fmt: skip
    assert weight[1].tolist() == [0.0, 1.0]


def test_the_detector_tells_a_rule_that_edits_a_copy():
    def edits_a_copy(weight, activations, targets, counts):
        mask = torch.zeros(len(weight), dtype=torch.bool)
        mask[targets] = True
        weight[mask].mul_(0.0).add_(activations)

    assert not takes_effect(edits_a_copy)
    assert takes_effect(lambda *arguments: overwrite(*arguments, Rule(limit=50)))
    assert not takes_effect(lambda *arguments: overwrite(*arguments, Rule(limit=1)))  # T reached: gradient descent


def layers(rule, tied=None, cosine=False):
    torch.manual_seed(0)
    return HebbianSoftmax(6, 4, rule, weight=tied, cosine=cosine, ignore=-1)


def train(layer, steps=5, optimizer=torch.optim.SGD):
    torch.manual_seed(1)
    chosen = optimizer(layer.parameters(), lr=0.1)
    for _ in range(steps):
        h, y = torch.randn(3, 4), torch.randint(0, 3, (3,))
        chosen.zero_grad()
        torch.nn.functional.cross_entropy(layer(h), y).backward()
        chosen.step()
        layer.imprint(h, y)
    return layer


def test_beyond_the_limit_the_layer_is_its_gradient_twin_bit_for_bit():
    assert torch.equal(train(layers(Rule(limit=1))).weight, train(layers(None)).weight)


def test_classes_that_never_came_are_those_of_the_gradient_twin_after_one_step():
    bound, twin = train(layers(Rule(limit=50)), steps=1), train(layers(None), steps=1)
    never = twin.counts == 0
    assert never.any()
    assert torch.equal(bound.weight[never], twin.weight[never])
    assert not torch.equal(bound.weight[~never], twin.weight[~never])
    assert torch.equal(bound.counts, twin.counts)


def test_the_layer_trains_and_its_counter_is_saved_with_it():
    layer = train(layers(Rule(limit=50)))
    again = HebbianSoftmax(6, 4)
    again.load_state_dict(layer.state_dict())
    assert again.counts.sum() == 15


def test_a_tied_weight_is_overwritten_too():
    embedding = torch.nn.Embedding(6, 4)
    layer = layers(Rule(limit=50), tied=embedding.weight)
    h = torch.randn(1, 4)
    layer.imprint(h, torch.tensor([5]))
    assert torch.equal(embedding.weight[5], h[0])


def test_cosine_logits_bind_unit_vectors_and_leave_out_classes_to_come():
    layer = layers(Rule(limit=50), cosine=True)
    layer.imprint(torch.tensor([[3.0, 4.0, 0.0, 0.0]]), torch.tensor([2]))
    torch.testing.assert_close(layer.weight[2].detach(), torch.tensor([0.6, 0.8, 0.0, 0.0]))
    assert layer(torch.randn(2, 4), 3).shape == (2, 3)
