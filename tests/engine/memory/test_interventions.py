"""A frozen head leaves the memory as it is; a word set by hand is read back."""

from __future__ import annotations

import pytest
import torch

from engine.errors import BadInput
from engine.memory import MODELS, Sizes, build
from engine.memory.interventions import freeze_head

SIZES = Sizes(inputs=4, outputs=3, hidden=6, slots=12, word=5, heads=2, reads=3)


def network(name):
    torch.manual_seed(0)
    return build(name, SIZES)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "lstm"])
def test_with_every_head_frozen_nothing_is_written(name):
    net, frozen = network(name), network(name)
    for head in range(1 if name in ("dnc", "sdnc") else 2):
        frozen = freeze_head(frozen, head)
    x, everything = torch.randn(6, 1, 4), torch.arange(12)
    with torch.no_grad():
        _, moved = net.sequence(x, net.initial_state(1))
        start = frozen.initial_state(1)
        before = frozen.rows(start, everything).clone()
        _, still = frozen.sequence(x, start)
    assert torch.equal(frozen.rows(still, everything), before)
    assert not torch.equal(net.rows(moved, everything), before)
    with pytest.raises(BadInput, match="write head"):
        freeze_head(net, 2)


@pytest.mark.parametrize("name", [name for name in MODELS if name != "lstm"])
def test_a_word_set_by_hand_is_there_and_the_old_state_is_untouched(name):
    net = network(name)
    with torch.no_grad():
        _, state = net.sequence(torch.randn(3, 2, 4), net.initial_state(2))
        before = net.rows(state, torch.tensor([5])).clone()
        changed = net.overwrite(state, torch.tensor([5]), torch.full((1, 5), 7.0))
    assert (net.rows(changed, torch.tensor([5])) == 7).all()
    assert torch.equal(net.rows(state, torch.tensor([5])), before)


def test_a_network_without_memory_says_so():
    net = network("lstm")
    with pytest.raises(BadInput, match="no external memory"):
        freeze_head(net, 0)
    with pytest.raises(BadInput, match="no external memory"):
        net.overwrite(net.initial_state(1), torch.tensor([0]), torch.zeros(1, 5))
