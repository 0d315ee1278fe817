"""Tasks draw what they say; baselines without a memory miss nothing and are as large as they say."""

import numpy as np
import pytest

from engine.filters.baselines import Fence, Label, prior
from engine.filters.bloom import backup_bits
from engine.filters.learned import raw
from engine.filters.live import lookalikes, string_fence
from engine.filters.tasks import Mixture, OneClass, Ranges, Skewed, Uniform

NAMES = sorted({f"{a}{b}{i:03}".encode() for a in "bdfhkmprst" for b in "aeiou" for i in range(60)})
NONE = np.full(len(NAMES), -1)


def test_ranges_are_neighbours_and_near_negatives_are_outside():
    random, keys = np.random.default_rng(0), Ranges(NAMES, NONE)
    members = keys.draw(random, 50)
    assert (np.diff(members) == 1).all()
    assert not set(keys.near(random, members, 500)) & set(members)


def test_a_mixture_is_mostly_three_ranges():
    random, keys = np.random.default_rng(1), Mixture(NAMES, NONE)
    for n in (1, 2, 3, 100, 300):
        members = keys.draw(random, n)
        assert len(members) == n == len(set(members.tolist()))
        assert not set(keys.near(random, members, 300)) & set(members)
    members = np.sort(keys.draw(random, 300))
    runs = np.split(members, np.flatnonzero(np.diff(members) > 1) + 1)
    assert 170 < sum(len(run) for run in runs if len(run) >= 30) <= 260  # ranges may overlap or touch strays


def test_a_skewed_set_follows_its_probabilities():
    random, keys = np.random.default_rng(2), Skewed(NAMES[:200], NONE[:200], skew=0.97)
    first = np.array([keys.draw(random, 1)[0] for _ in range(6000)])
    expected = 0.97 ** np.arange(200) / (0.97 ** np.arange(200)).sum()
    counts = np.bincount(first, minlength=200)
    assert np.abs(counts[:10] / 6000 - expected[:10]).max() < 4 * np.sqrt(expected[0] / 6000)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_a_plain_fence_accepts_all_members_and_costs_its_bytes(width):
    random, keys = np.random.default_rng(3), Ranges(NAMES, NONE)
    members = keys.draw(random, 120)
    made = Fence(NAMES).build(members, width, 1, 0.01)
    assert made.accepted[members].all()
    assert made.missed == 0
    assert made.bits == 16 * width
    inside = np.array([NAMES[members[0]][:width] <= name[:width] <= NAMES[members[-1]][:width] for name in NAMES])
    np.testing.assert_array_equal(made.accepted, inside)


def test_three_fences_leave_strays_to_the_backup():
    random, keys = np.random.default_rng(4), Mixture(NAMES, NONE)
    members = keys.draw(random, 200)
    made = Fence(NAMES).build(members, 4, 3, 0.01)
    assert 0 < made.missed <= 60
    assert made.missed == (~made.accepted[members]).sum()
    assert made.bits >= backup_bits(made.missed, 0.005)


def test_the_prior_is_smaller_than_bloom_only_where_keys_are_popular():
    random, keys = np.random.default_rng(5), Skewed(NAMES, NONE, skew=0.99)
    members = keys.draw(random, 150)
    made = prior(keys, members, 0.05)
    assert made.bits < backup_bits(150, 0.05)
    assert made.wrong_rate(np.setdiff1d(np.arange(len(NAMES)), members)) <= 0.051
    assert prior(Uniform(NAMES, NONE), members, 0.05) is None


def test_a_label_is_a_few_bits_where_the_classifier_is_right():
    import torch

    torch.manual_seed(0)
    labels = np.arange(400) % 10
    codes = torch.nn.functional.one_hot(torch.from_numpy(labels)).float() * 4 + torch.randn(400, 10) * 0.3
    guesses = Label(codes, labels).guess(codes)
    assert (guesses == labels).mean() > 0.99
    made = Label.build(guesses, np.flatnonzero(labels == 3), 0.01)
    assert made.bits <= 4 + 16 + backup_bits(2, 0.005)
    keys = OneClass([bytes([i % 256, i // 256]) for i in range(400)], labels)
    members = keys.draw(np.random.default_rng(0), 20)
    assert len(set(labels[members])) == 1
    assert (labels[keys.others(np.random.default_rng(0), members, 100)] != labels[members[0]]).all()


def test_lookalikes_look_alike_and_are_never_members():
    random = np.random.default_rng(6)
    own = NAMES[:80]
    found = lookalikes(own, random, 500)
    assert len(found) == len(set(found)) == 500
    assert not set(found) & set(own)
    assert {name[:1] for name in found} <= {name[:1] for name in own} | {bytes([i]) for i in range(97, 123)}
    bits, wrong = string_fence(own, NAMES[400:], 0.01)
    assert bits in (16, 32, 48, 64)
    assert wrong <= 0.01


def test_the_learned_index_sees_raw_keys():
    assert raw([b"ab"], False).shape == (1, 16)
    assert float(raw([bytes([255] * 64)], True).min()) == 1.0
