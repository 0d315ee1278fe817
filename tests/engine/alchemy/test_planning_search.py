"""Planning under uncertainty: published expected values, an independent expectimax, and the bounds between planners."""

import itertools
import subprocess
import sys

import numpy as np
import pytest

from engine.alchemy import planning_kernels as kernels
from engine.alchemy.belief import Belief
from engine.alchemy.chemistry import INDICATORS, STEPS, Chemistry, colour_to_potion, transitions, vertex_to_appearance
from engine.alchemy.hypotheses import hypothesis
from engine.alchemy.levels import EVALUATION, Level
from engine.alchemy.planning_search import NO_LOOK, Planner, Table, look, warm_up
from engine.errors import BadInput

CORNER = np.ones(3, np.int8)
NONE = (0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("indicator", "held", "expected"),
    [
        (1, (1, 1, 0, 0, 0, 0), 4 / 3),
        (-1, (1, 0, 1, 0, 0, 0), 0.583333),
        (1, NONE, 1),
        (-1, NONE, 0),
        (3, (1, 1, 1, 1, 1, 1), 3),
    ],
)
def test_expected_values_of_the_reference(indicator, held, expected):
    belief = Belief.prior(Level.parse("alchemy/perceptual_mapping_randomized")).see(CORNER, indicator)
    planner = Planner(belief.remaining, 10**6, strict=True, best_bonus=0)
    worth = planner.worth(belief, Table((look(CORNER, indicator), NO_LOOK, NO_LOOK), held, STEPS))
    assert worth.points == pytest.approx(expected, abs=1e-5)
    assert worth.complete


def expectimax(belief, stones, held, bonus=12):
    """Slow and obvious: chemistries as a dictionary, every potion on every stone, no bounds and no memory."""
    weights = {}
    prior = Belief.prior(Level.parse(EVALUATION)).graph_marginal()
    for index in belief.indices():
        chemistry = hypothesis(int(index))
        looks = vertex_to_appearance()[chemistry.rotation, chemistry.stone_map]
        vertices = tuple(int(np.flatnonzero((looks == a).all(axis=1))[0]) for a, _ in stones)
        weights[chemistry, vertices] = prior[chemistry.graph]

    def pay(indicator):
        return max(0, indicator) + (bonus if indicator == 3 else 0)

    def value(weights, indicators, held):
        best = sum(pay(i) for i in indicators)
        for stone, colour in itertools.product(range(len(indicators)), range(6)):
            if not held[colour]:
                continue
            outcomes = {}
            for (chemistry, vertices), weight in weights.items():
                potion = colour_to_potion()[chemistry.potion_map, colour]
                after = int(transitions()[chemistry.graph, vertices[stone], potion])
                seen = tuple(vertex_to_appearance()[chemistry.rotation, chemistry.stone_map, after])
                moved = vertices[:stone] + (after,) + vertices[stone + 1 :]
                outcomes.setdefault((seen, int(INDICATORS[after])), {})[chemistry, moved] = weight
            rest = tuple(n - (c == colour) for c, n in enumerate(held))
            total = 0.0
            for (_, indicator), part in outcomes.items():
                after = indicators[:stone] + (indicator,) + indicators[stone + 1 :]
                total += sum(part.values()) * value(part, after, rest)
            best = max(best, total / sum(weights.values()))
        return best

    return value(weights, tuple(i for _, i in stones), held)


def situation(seed, potions, steps):
    """A belief after a few random uses of potions, and what then lies on the table."""
    random = np.random.RandomState(seed)
    chemistry = Chemistry(random.randint(48), random.randint(8), random.randint(109))
    looks = vertex_to_appearance()[0, chemistry.stone_map]
    belief, stones = Belief.prior(Level.parse(EVALUATION)), [int(random.randint(8)) for _ in range(2)]
    for vertex in stones:
        belief = belief.see(looks[vertex], int(INDICATORS[vertex]))
    for _ in range(steps):
        i, colour = random.randint(2), random.randint(6)
        before = stones[i]
        after = int(transitions()[chemistry.graph, before, colour_to_potion()[chemistry.potion_map, colour]])
        belief = belief.act(looks[before], int(INDICATORS[before]), colour, looks[after], int(INDICATORS[after]))
        stones[i] = after
    held = tuple(int(n) for n in np.bincount(random.randint(6, size=potions), minlength=6))
    shown = [(looks[v], int(INDICATORS[v])) for v in stones]
    return belief, shown, held


@pytest.mark.parametrize("seed", range(5))
def test_strict_search_equals_plain_expectimax(seed):
    belief, shown, held = situation(seed, 3, 7)
    assert 1 < belief.remaining < 2000
    table = Table((look(*shown[0]), look(*shown[1]), NO_LOOK), held, STEPS)
    worth = Planner(2000, 10**7, strict=True).worth(belief, table)
    assert worth.points == pytest.approx(expectimax(belief, shown, held), abs=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_bounds_of_the_value(seed):
    belief, shown, held = situation(seed, 4, 5)
    table = Table((look(*shown[0]), look(*shown[1]), NO_LOOK), held, STEPS)
    exact = Planner(60_000, 10**7, strict=True).worth(belief, table)
    hindsight = Planner(60_000, 1).worth(belief, table)  # one potion deep: average of known chemistries behind it
    deep = Planner(60_000, 10**7, depth=4).worth(belief, table)
    assert exact.stop - 1e-9 <= exact.points <= hindsight.points + 1e-9
    assert deep.points == pytest.approx(exact.points, abs=1e-6)
    assert deep.complete


def test_warm_up_leaves_nothing_to_compile():
    warm_up()
    compiled = len(kernels.search.signatures)
    belief, shown, held = situation(2, 12, 0)
    Planner(64, 1000).worth(belief, Table((look(*shown[0]), look(*shown[1]), NO_LOOK), held, STEPS), bit_worth=0.1)
    assert len(kernels.search.signatures) == compiled == 1


def test_strict_planner_says_when_it_is_too_much():
    belief, shown, held = situation(0, 6, 0)  # two stones, six potions, nothing known yet
    table = Table((look(*shown[0]), look(*shown[1]), NO_LOOK), held, STEPS)
    with pytest.raises(BadInput, match="more than 1,000 evaluations"):
        Planner(60_000, 1000, strict=True).worth(belief, table)
    with pytest.raises(BadInput, match="at most 10 different chemistries"):
        Planner(10, 10**6, strict=True).worth(belief, table)


def test_belief_must_have_seen_the_table():
    belief = Belief.prior().see(CORNER, 3)
    with pytest.raises(BadInput, match="see them first"):
        Planner(32, 1000).worth(belief, Table((look(CORNER, -3), NO_LOOK, NO_LOOK), (1, 1, 1, 1, 1, 1), STEPS))


def test_knowing_more_is_worth_something_only_where_trials_follow():
    belief, shown, _ = situation(1, 0, 1)
    table = Table((look(*shown[0]), look(*shown[1]), NO_LOOK), NONE, STEPS)
    planner = Planner(200_000, 1000)
    assert planner.worth(belief, table).bonus == 0
    worth = planner.worth(belief, table, bit_worth=0.3)
    assert worth.bonus == pytest.approx(-0.3 * belief.entropy().total, rel=1e-6)
    assert worth.stop_bonus == pytest.approx(worth.bonus)


def test_few_steps_left_are_kept_for_cashing():
    chemistry = Chemistry(7, 7, 0)
    looks = vertex_to_appearance()[0, 7]
    belief = Belief.prior(Level.parse("alchemy/all_fixed")).see(looks[6], 1)
    table = (look(looks[6], 1), look(looks[7], 3), NO_LOOK)
    axis = next(c for c in range(6) if colour_to_potion()[chemistry.potion_map, c] == 1)
    held = tuple(int(c == axis) for c in range(6))
    planner = Planner(8, 1000, depth=2)
    assert [round(planner.worth(belief, Table(table, held, moves)).points, 4) for moves in (0, 1, 2, 3)] == [
        0,
        15,
        16,
        30,
    ]


def test_belief_does_not_import_the_compiler():
    code = "import sys, engine.alchemy.belief, engine.alchemy.planning; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
