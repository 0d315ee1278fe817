"""NTM, DAM and DNC against the papers' equations written as loops over slots, in float64."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from engine.errors import BadInput
from engine.memory import MODELS, Sizes, build
from engine.memory.addressing import allocation, circular_shift, content_weights, sharpen
from engine.memory.dnc import next_links

SIZES = Sizes(inputs=4, outputs=3, hidden=6, slots=7, word=5, heads=2, reads=3, links=7)


def network(name):
    torch.manual_seed(3)
    net = build(name, SIZES).double()
    for parameter in net.parameters():
        parameter.data *= 2
    return net


def inputs(steps=8, seed=0):
    return torch.randn(steps, 2, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def softplus(x):
    return math.log1p(math.exp(x))


def softmax(x):
    powers = [math.exp(v - max(x)) for v in x]
    return [v / sum(powers) for v in powers]


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt((a @ a + 1e-6) * (b @ b + 1e-6))


def by_content(memory, key, beta):
    return softmax([beta * cosine(key, row) for row in memory])


def ntm_address(memory, before, p):
    n, key = len(memory), p[:-6]
    beta, gate, shift, gamma = 1 + softplus(p[-6]), sigmoid(p[-5]), softmax(p[-4:-1]), 1 + softplus(p[-1])
    content = by_content(memory, key, beta)
    gated = [gate * content[i] + (1 - gate) * before[i] for i in range(n)]
    shifted = [sum(shift[d + 1] * gated[(i - d) % n] for d in (-1, 0, 1)) for i in range(n)]
    powers = [w**gamma for w in shifted]
    return np.array([w / sum(powers) for w in powers])


def ntm_step(net, x, s):
    heads, word = SIZES.heads, SIZES.word
    addresses = net.addresses(s["hidden"])[0].detach().numpy().reshape(2, heads, word + 6)
    erase, add = net.changes(s["hidden"])[0].detach().numpy().reshape(2, heads, word)
    writing = [ntm_address(s["memory"], s["writing"][h], addresses[0, h]) for h in range(heads)]
    memory = s["memory"].copy()
    for h in range(heads):
        for i in range(len(memory)):
            for j in range(word):
                memory[i, j] = memory[i, j] * (1 - writing[h][i] * sigmoid(erase[h, j])) + writing[h][i] * add[h, j]
    reading = [ntm_address(memory, s["reading"][h], addresses[1, h]) for h in range(heads)]
    return {"memory": memory, "writing": writing, "reading": reading}


def dam_step(net, x, s):
    heads, word, n = SIZES.heads, SIZES.word, SIZES.slots
    p = net.interface(s["hidden"])[0].detach().numpy().reshape(heads, 2 * word + 3)
    oldest = sorted(range(n), key=lambda i: s["usage"][i])[:heads]
    memory, writing = s["memory"].copy(), np.zeros((heads, n))
    for i in oldest:
        memory[i] = 0
    for h in range(heads):
        alpha, gamma = sigmoid(p[h, -2]), sigmoid(p[h, -1])
        for i in range(n):
            writing[h, i] = alpha * (gamma * s["reading"][h][i] + (1 - gamma) * (i == oldest[h]))
            memory[i] += writing[h, i] * p[h, word : 2 * word]
    reading = [by_content(memory, p[h, :word], 1 + softplus(p[h, -3])) for h in range(heads)]
    usage = [0.99 * s["usage"][i] + sum(writing[h, i] + reading[h][i] for h in range(heads)) for i in range(n)]
    return {"memory": memory, "reading": reading, "usage": usage}


def dnc_step(net, x, s):
    heads, word, n = SIZES.heads, SIZES.word, SIZES.slots
    reader = net.reader(s["hidden"])[0].detach().numpy().reshape(heads, word + 5)
    writer = net.writer(s["hidden"])[0].detach().numpy()
    key, erase, value, (beta, allocate, gate) = np.split(writer, [word, 2 * word, 3 * word])
    old = s["writing"][0]
    usage = np.zeros(n)
    for i in range(n):
        kept = math.prod(1 - sigmoid(reader[h, word + 1]) * s["reading"][h][i] for h in range(heads))
        usage[i] = (s["usage"][i] + old[i] - s["usage"][i] * old[i]) * kept
    lifted = 1e-6 + (1 - 1e-6) * usage
    free, product = np.zeros(n), 1.0
    for i in sorted(range(n), key=lambda i: lifted[i]):
        free[i], product = (1 - lifted[i]) * product, product * lifted[i]
    content = by_content(s["memory"], key, 1 + softplus(beta))
    a = sigmoid(allocate)
    w = np.array([sigmoid(gate) * (a * free[i] + (1 - a) * content[i]) for i in range(n)])
    memory, link = s["memory"].copy(), np.zeros((n, n))
    for i in range(n):
        for j in range(word):
            memory[i, j] = memory[i, j] * (1 - w[i] * sigmoid(erase[j])) + w[i] * value[j]
        for j in range(n):
            if i != j:
                link[i, j] = (1 - w[i] - w[j]) * s["link"][i, j] + w[i] * s["precedence"][j]
    precedence = (1 - w.sum()) * s["precedence"] + w
    reading = []
    for h in range(heads):
        modes = softmax(reader[h, word + 2 :])
        looked_up = by_content(memory, reader[h, :word], 1 + softplus(reader[h, word]))
        before = s["reading"][h]
        reading.append(modes[0] * link.T @ before + modes[1] * np.array(looked_up) + modes[2] * link @ before)
    names = {"memory": memory, "usage": usage, "link": link, "precedence": precedence, "writing": [w]}
    return names | {"reading": reading}


@pytest.mark.parametrize(("name", "step"), [("ntm", ntm_step), ("dam", dam_step), ("dnc", dnc_step)])
def test_equals_the_equations_as_loops(name, step):
    net, state = network(name), network(name).initial_state(2)
    fields = {
        field: getattr(state, field)[0].numpy() for field in state._fields if field not in ("hidden", "cell", "read")
    }
    with torch.no_grad():
        for x in inputs():
            output, state = net(x, state)
            fields = step(net, x, fields | {"hidden": state.hidden[:1]})
            for field, expected in fields.items():
                np.testing.assert_allclose(getattr(state, field)[0], expected, atol=1e-9, err_msg=field)
            read = np.concatenate([np.asarray(w) @ fields["memory"] for w in fields["reading"]])
            np.testing.assert_allclose(state.read[0], read, atol=1e-9)
            joined = torch.cat([state.hidden[0], torch.from_numpy(read)])
            torch.testing.assert_close(output[0], net.output(joined), rtol=0, atol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_runs_and_learns_from_any_length(name):
    net = network(name)
    for steps in (1, 5):
        net.zero_grad()
        outputs, _ = net.sequence(inputs(steps), net.initial_state(2))
        assert outputs.shape == (steps, 2, 3)
        outputs.square().sum().backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


@pytest.mark.parametrize("name", [name for name in MODELS if name != "lstm"])
def test_the_loss_reaches_words_written_earlier(name):
    """The first input must matter for the last output through memory alone: the controller's own path is cut."""
    net, x = network(name), inputs(4)
    x.requires_grad_()
    state = net.initial_state(2)
    for row in x:
        output, state = net(row, state)
        state = state._replace(hidden=state.hidden.detach(), cell=state.cell.detach(), read=state.read.detach())
    output.square().sum().backward()
    assert x.grad[-2].abs().sum() > 0


def test_properties_of_addressing():
    generator = torch.Generator().manual_seed(0)
    memory = torch.randn(2, 6, 5, generator=generator)
    weights = content_weights(memory, memory[:, 2:3], torch.tensor([[50.0], [50.0]]))
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 1))
    assert (weights.argmax(-1) == 2).all()
    on = torch.tensor([0.0, 0.0, 1.0]).expand(2, 1, 3)
    torch.testing.assert_close(circular_shift(weights, on), weights.roll(1, -1))
    assert sharpen(weights, torch.full((2, 1), 9.0)).max() >= weights.max()
    free = allocation(torch.tensor([[0.9, 0.0, 1.0]]))
    torch.testing.assert_close(free, torch.tensor([[0.0, 1.0, 0.0]]), atol=1e-5, rtol=0)
    assert allocation(torch.ones(1, 4)).abs().max() < 1e-5


def test_links_and_precedence_stay_sub_distributions():
    link, precedence = torch.zeros(1, 6, 6), torch.zeros(1, 6)
    generator = torch.Generator().manual_seed(0)
    for _ in range(50):
        write = torch.rand(1, 6, generator=generator).softmax(-1) * torch.rand(1, generator=generator)
        link, precedence = next_links(link, precedence, write)
        assert link.min() >= 0
        assert link.sum(1).max() <= 1 + 1e-5
        assert link.sum(2).max() <= 1 + 1e-5
        assert link.diagonal(dim1=1, dim2=2).abs().sum() == 0
        assert precedence.sum() <= 1 + 1e-5


def test_unknown_model_is_bad_input():
    with pytest.raises(BadInput, match="lstm, ntm, dnc, dam, sam, sdnc"):
        build("transformer", SIZES)
