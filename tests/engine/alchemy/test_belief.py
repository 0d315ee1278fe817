"""The packed posterior against a slow, obvious one: a weight for each of the 167,424 chemistries."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.alchemy.belief import Belief
from engine.alchemy.chemistry import (
    CHEMISTRIES,
    GRAPH_PRIOR,
    GRAPHS,
    INDICATORS,
    PERMUTATIONS,
    Chemistry,
    colour_to_potion,
    transitions,
    vertex_to_appearance,
)
from engine.alchemy.hypotheses import hypothesis, hypothesis_index
from engine.alchemy.levels import EVALUATION, Level
from engine.errors import BadInput

APPEARANCES, TRANSITIONS, POTIONS = vertex_to_appearance(), transitions(), colour_to_potion()
GRID = np.array(list(itertools.product(range(48), range(8), range(109), range(4))))
PM, SM, GRAPH, ROTATION = GRID.T


class SlowBelief:
    """Float weights over all chemistries in plain product order; an observation multiplies by 0 or 1."""

    def __init__(self, rotated):
        self.weight = GRAPH_PRIOR[GRAPH] * (rotated | (ROTATION == 0))
        self.weight = self.weight / self.weight.sum()

    def _vertices(self, appearance, indicator):
        match = (appearance == APPEARANCES).all(axis=-1)[ROTATION, SM] & (indicator == INDICATORS)
        return np.where(match.any(axis=1), match.argmax(axis=1), -1)

    def see(self, appearance, indicator):
        self.weight = self.weight * (self._vertices(appearance, indicator) >= 0)

    def outcome(self, appearance, indicator, colour):
        """Vertex after the potion under each hypothesis, -1 where the stone is impossible."""
        before = self._vertices(appearance, indicator)
        return np.where(before >= 0, TRANSITIONS[GRAPH, before, POTIONS[PM, colour]], -1)

    def act(self, appearance, indicator, colour, appearance_after, indicator_after):
        after = self.outcome(appearance, indicator, colour)
        same = (APPEARANCES[ROTATION, SM, after] == appearance_after).all(axis=1) & (
            INDICATORS[after] == indicator_after
        )
        self.weight = self.weight * ((after >= 0) & same)

    @property
    def p(self):
        return self.weight / self.weight.sum()


def entropy(p):
    p = p[p > 0]
    return float(-(p * np.log2(p)).sum())


def played(seed, rotated, steps):
    """A random chemistry, the slow and the packed belief after a few random observations, and the stones' vertices."""
    random = np.random.RandomState(seed)
    chemistry = Chemistry(
        random.randint(48), random.randint(8), random.randint(109), random.randint(4) if rotated else 0
    )
    looks = APPEARANCES[chemistry.rotation, chemistry.stone_map]
    slow, packed = SlowBelief(rotated), Belief.prior(None if rotated else Level.parse(EVALUATION))
    stones = [int(random.randint(8)) for _ in range(3)]
    for vertex in stones:
        slow.see(looks[vertex], INDICATORS[vertex])
        packed = packed.see(looks[vertex], int(INDICATORS[vertex]))
    for _ in range(steps):
        stone, colour = random.randint(3), random.randint(6)
        before = stones[stone]
        after = int(TRANSITIONS[chemistry.graph, before, POTIONS[chemistry.potion_map, colour]])
        observation = (looks[before], int(INDICATORS[before]), colour, looks[after], int(INDICATORS[after]))
        slow.act(*observation)
        packed = packed.act(*observation)
        stones[stone] = after
    return chemistry, slow, packed, stones


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31 - 1), st.booleans(), st.integers(0, 8))
def test_posterior_equals_the_weight_vector(seed, rotated, steps):
    chemistry, slow, packed, _ = played(seed, rotated, steps)
    p = slow.p
    assert packed.remaining == np.count_nonzero(p)
    assert packed.possible(hypothesis_index(chemistry))
    np.testing.assert_allclose(packed.graph_marginal(), np.bincount(GRAPH, p, 109), atol=1e-12)
    np.testing.assert_allclose(packed.potion_map_marginal(), np.bincount(PM, p, 48), atol=1e-12)
    np.testing.assert_allclose(packed.stone_map_marginal(), np.bincount(SM, p, 8), atol=1e-12)
    np.testing.assert_allclose(packed.rotation_marginal(), np.bincount(ROTATION, p, 4), atol=1e-12)
    np.testing.assert_allclose(packed.edge_marginal(), p @ GRAPHS[GRAPH], atol=1e-12)
    np.testing.assert_allclose(packed.sign_marginal(), [p @ (SM >> k & 1) for k in range(3)], atol=1e-12)
    potion = [[p @ (POTIONS[PM, c] == latent) for latent in range(6)] for c in range(6)]
    np.testing.assert_allclose(packed.potion_marginal(), potion, atol=1e-12)
    total, maps = entropy(p), entropy(np.bincount(PM, p))
    with_stones = entropy(np.bincount(PM * 32 + SM * 4 + ROTATION, p))
    np.testing.assert_allclose(packed.entropy(), (total, maps, with_stones - maps, total - with_stones), atol=1e-9)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 2**31 - 1), st.booleans(), st.integers(0, 5))
def test_expected_information_is_the_entropy_of_the_outcome(seed, rotated, steps):
    chemistry, slow, packed, stones = played(seed, rotated, steps)
    looks = APPEARANCES[chemistry.rotation, chemistry.stone_map]
    colours = np.array([0, 3, 5, -1, 0, -1, -1, -1, -1, -1, -1, -1], np.int8)
    present = np.array([True, False, True])
    information = packed.expected_information(looks[stones], INDICATORS[stones], present, colours)
    assert information[0] == information[1] == information[27] == 0
    assert not information[14:27].any()  # the stone that is gone
    assert information[2] == information[6]  # two potions of one colour
    for stone, slot in ((0, 0), (0, 1), (2, 2)):
        vertex = stones[stone]
        after = slow.outcome(looks[vertex], INDICATORS[vertex], colours[slot])
        look = (APPEARANCES[ROTATION, SM, after] + 1) @ [9, 3, 1] * 4 + (INDICATORS[after] + 3) // 2
        assert information[13 * stone + slot + 2] == pytest.approx(entropy(np.bincount(look, slow.p)), abs=1e-9)


def test_realised_information_averages_to_the_expected():
    packed = played(5, False, 2)[2]
    appearance, indicator = APPEARANCES[0, 0][3], None
    indicator = next(i for i in (-3, -1, 1, 3) if _possible(lambda i=i: packed.see(appearance, i)))
    packed = packed.see(appearance, indicator)
    mean = 0.0
    for after in APPEARANCES[0, 0]:
        for value in (-3, -1, 1, 3):
            try:
                later = packed.act(appearance, indicator, 4, after, value)
            except BadInput:
                continue
            bits = packed.information_of(later)
            mean += bits * 2**-bits
    table = (np.stack([appearance] * 3), np.full(3, indicator), np.ones(3, bool), np.full(12, 4))
    assert mean == pytest.approx(packed.expected_information(*table)[2], abs=1e-9)


def _possible(update):
    try:
        update()
    except BadInput:
        return False
    return True


def test_prior_entropies_and_sizes():
    everything, unrotated = Belief.prior(), Belief.prior(Level.parse(EVALUATION))
    assert (everything.remaining, unrotated.remaining) == (CHEMISTRIES, CHEMISTRIES // 4)
    assert everything.entropy().total == pytest.approx(16.2737, abs=1e-4)
    assert unrotated.entropy().total == pytest.approx(14.2737, abs=1e-4)
    parts = everything.entropy()
    assert parts.total == pytest.approx(sum(parts[1:]))
    np.testing.assert_allclose(everything.graph_marginal(), GRAPH_PRIOR)
    assert everything.edge_marginal() == pytest.approx(np.full(12, 0.776), abs=5e-4)
    known = Belief.prior(Level.parse("alchemy/all_fixed"))
    assert known.remaining == 1
    assert hypothesis(int(known.indices()[0])) == Chemistry(7, 7, Level.parse("alchemy/all_fixed").graph, 0)


def test_numbering_is_one_to_one():
    indices = np.random.RandomState(0).randint(CHEMISTRIES, size=300)
    assert [hypothesis_index(hypothesis(i)) for i in indices] == list(indices)
    packed = played(3, True, 3)[2]
    assert len(packed.indices()) == packed.remaining
    assert all(packed.possible(int(i)) for i in packed.indices()[:200])


def test_samples_follow_the_posterior():
    packed = played(8, False, 4)[2]
    drawn = packed.sample(np.random.RandomState(1), 20_000)
    graphs = np.bincount([hypothesis(i).graph for i in drawn], minlength=109) / len(drawn)
    np.testing.assert_allclose(graphs, packed.graph_marginal(), atol=0.02)


def test_contradictions_are_refused_in_words():
    everything = Belief.prior()
    best = everything.see(np.array([1, 1, 1], np.int8), 3)
    with pytest.raises(BadInput, match="No possible chemistry agrees"):
        best.see(np.array([1, 1, 1], np.int8), -3)
    with pytest.raises(BadInput, match="No possible chemistry agrees"):
        best.act(np.array([1, 1, 1], np.int8), 3, 0, np.array([-1, -1, 1], np.int8), 1)
    with pytest.raises(BadInput, match="colour is 0 to 5"):
        best.act(np.array([1, 1, 1], np.int8), 3, 6, np.array([1, 1, 1], np.int8), 3)
    with pytest.raises(BadInput, match="three values"):
        best.see(np.array([2, 2, 2], np.int8), 3)
    table = (np.full((3, 3), -1), np.full(3, 3), np.ones(3, bool), np.zeros(12, int))
    with pytest.raises(BadInput, match="see them first"):
        best.expected_information(*table)


def test_beliefs_do_not_change():
    everything = Belief.prior()
    everything.see(np.array([1, 1, 1], np.int8), 3)
    assert everything.remaining == CHEMISTRIES
    with pytest.raises(ValueError, match="read-only"):
        everything.words[0] = 0


def test_vector_of_the_reference():
    unrotated = Level.parse(EVALUATION)
    assert (Belief.prior().vector() == 0.5).all()
    start = Belief.prior(unrotated).vector()
    assert (start[:24] == 0.5).all()
    assert start[24:].tolist() == [1, 0, 0, 0]
    for seed in range(6):
        chemistry, slow, packed, _ = played(seed, False, 7)
        vector = packed.vector()
        truth = np.concatenate(
            [
                GRAPHS[chemistry.graph],
                np.eye(6)[chemistry.potion_map // 8],
                [chemistry.potion_map >> k & 1 for k in range(3)],
                [chemistry.stone_map >> k & 1 for k in range(3)],
                np.eye(4)[chemistry.rotation],
            ]
        )
        assert np.array_equal(vector[vector != 0.5], truth[vector != 0.5])
        possible = np.bincount(PM // 8, slow.p, len(PERMUTATIONS)) > 0
        if possible.sum() > 1:
            assert vector[12:18].tolist() == [0.5 if p else 0.0 for p in possible]
        else:
            assert vector[12:18].tolist() == possible.tolist()


def test_rotation_hides_everything_until_it_is_known():
    for seed in range(6):
        chemistry, slow, packed, _ = played(seed, True, 6)
        rotations = np.count_nonzero(np.bincount(ROTATION, slow.p, 4))
        assert (packed.vector() == 0.5).all() == (rotations > 1)
        if rotations == 1:
            assert packed.vector()[24:].tolist() == np.eye(4)[chemistry.rotation].tolist()
