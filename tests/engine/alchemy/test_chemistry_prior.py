"""The prior over chemistries against the published proportions."""

import numpy as np
import pytest
from numpy.random import RandomState
from scipy.stats import chisquare

from engine.alchemy.batched import BatchedAlchemy
from engine.alchemy.chemistry import GRAPH_PRIOR, GRAPHS
from engine.alchemy.levels import BENCHMARK, EVALUATION, Level, sample_chemistry
from engine.errors import BadInput

OPEN_EDGES = {12: 0.25, 10: 0.25, 9: 0.0625, 8: 0.1875, 7: 0.25}


def drawn_one_by_one(count: int) -> np.ndarray:
    random, level = RandomState(0), Level.parse(BENCHMARK)
    chemistries = [sample_chemistry(random, level) for _ in range(count)]
    return np.array([(c.potion_map, c.stone_map, c.graph, c.rotation) for c in chemistries])


@pytest.mark.parametrize("drawn", [drawn_one_by_one, lambda count: BatchedAlchemy(count, seed=7).chemistry.copy()])
def test_ten_thousand_chemistries_follow_the_prior(drawn):
    indices = drawn(10_000)
    edges = GRAPHS[indices[:, 2]].sum(axis=1)
    observed = [np.count_nonzero(edges == n) for n in OPEN_EDGES]
    assert chisquare(observed, [10_000 * p for p in OPEN_EDGES.values()]).pvalue > 0.001
    for column, size in ((0, 48), (1, 8), (3, 4)):
        assert chisquare(np.bincount(indices[:, column], minlength=size)).pvalue > 0.001
    assert chisquare(np.bincount(indices[:, 2], minlength=109), 10_000 * GRAPH_PRIOR).pvalue > 0.001


def test_prior_and_number_of_graphs():
    assert len(GRAPHS) == 109
    assert GRAPH_PRIOR.sum() == pytest.approx(1)
    assert -(GRAPH_PRIOR * np.log2(GRAPH_PRIOR)).sum() == pytest.approx(5.689, abs=0.001)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        (BENCHMARK, Level(True, None, True)),
        (EVALUATION, Level(True, None, False)),
        ("alchemy/perceptual_mapping_randomized", Level(True, 108, False)),
        ("perceptual_mapping_randomized_with_rotation", Level(True, 108, True)),
        ("alchemy/all_fixed", Level(False, 108, False)),
    ],
)
def test_level_names(name, level):
    assert Level.parse(name) == level
    assert Level.parse(level.name) == level


@pytest.mark.parametrize(("name", "edges"), [("bottleneck1", 9), ("bottleneck2", 10), ("bottleneck3", 7)])
def test_named_bottlenecks(name, edges):
    graph = Level.parse(f"alchemy/all_fixed_{name}").graph
    assert GRAPHS[graph].sum() == edges


@pytest.mark.parametrize("name", ["", "chess", "alchemy/evaluation_episodes/3", "all_fixed; rm", "x" * 10**5])
def test_unknown_levels_say_what_a_name_may_contain(name):
    with pytest.raises(BadInput, match="may contain perceptual_mapping_randomized"):
        Level.parse(name)
