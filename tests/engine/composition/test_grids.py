"""The suite with known answers, and what a painted board may be."""

import time

import numpy as np
import pytest

from engine.composition.compose import Skills
from engine.composition.grids import MOVES, PAIRS, Grid, standard_grid
from engine.composition.tabular import evaluate
from engine.errors import BadInput

EVEN = np.array([0.5, 0.5])
# moves, pair: mean V*, regret of CO, of GPI, max C, value of the first skill alone; solved independently.
KNOWN = {
    ("cardinal", "left-right"): (11.315676, 1.245924, 0.000000, 7.68866, 10.32636),
    ("cardinal", "left-up"): (17.061793, 0.207063, 0.253552, 2.73079, 11.51378),
    ("cardinal", "tricky"): (13.741300, 3.531763, 2.091757, 6.04298, 10.04770),
    ("diagonal", "left-right"): (10.962098, 1.114029, 0.011439, 7.84591, 10.14788),
    ("diagonal", "left-up"): (14.491859, 0.298259, 0.038624, 8.21985, 12.75414),
    ("diagonal", "tricky"): (14.424036, 7.062931, 2.749954, 5.50544, 10.35200),
}


@pytest.mark.parametrize(("moves", "pair"), KNOWN)
def test_the_suite_has_its_known_answers(moves, pair):
    problem = standard_grid(pair, moves).problem(0.95, 0.1)
    skills = Skills(problem)
    found = skills.compose(EVEN)
    alone = evaluate(problem, problem.mixed(EVEN)[None], skills.log_policies[:1])[1].mean()
    measured = (found.values["optimal"].mean(), found.regret("co"), found.regret("gpi"), found.correction.max(), alone)
    np.testing.assert_allclose(measured, KNOWN[moves, pair], atol=1e-5)
    assert abs(found.regret("dc")) <= 1e-9


def test_dc_is_the_optimum_for_every_mixture_of_the_suite_within_seconds():
    began = time.process_time()
    for moves in MOVES:
        for pair in PAIRS:
            skills = Skills(standard_grid(pair, moves).problem(0.95, 0.1))
            for b in np.linspace(0, 1, 21):
                found = skills.compose(np.array([b, 1 - b]))
                assert np.abs(found.action_values["dc"] - found.action_values["optimal"]).max() <= 1e-9
    assert time.process_time() - began < 5


def test_the_cheap_correction_is_dc_at_the_middle_and_worse_than_optimism_elsewhere():
    skills = Skills(standard_grid("left-right").problem(0.95, 0.1))
    assert abs(skills.compose(EVEN).regret("dc_cheap")) <= 1e-9
    found = skills.compose(np.array([0.3, 0.7]))
    assert found.regret("dc_cheap") == pytest.approx(1.65, abs=0.005)
    assert found.regret("co") == pytest.approx(0.034, abs=0.0005)


def test_walls_stop_a_move_and_are_no_states():
    walls = np.array([[False, True, False], [False, False, False]])
    grid = Grid(walls, np.zeros((1, 2, 3)))
    law = grid.problem(0.9, 1.0).dynamics
    assert law.next[:, :, 0].tolist() == [[0, 0, 2, 0], [1, 1, 4, 1], [0, 3, 2, 2], [3, 4, 3, 2], [1, 4, 4, 3]]
    assert grid.islands() == 1
    assert Grid(np.array([[False, True, False]]), np.zeros((1, 1, 3))).islands() == 2


def test_diagonal_moves_split_the_board_and_slip_shares_a_move():
    assert standard_grid("tricky", "diagonal").islands() == 2
    law = standard_grid("tricky", slip=0.4).problem(0.9, 1.0).dynamics
    assert law.dense()[27, 0].max() == pytest.approx(0.7)
    np.testing.assert_allclose(law.dense().sum(2), 1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"walls": np.ones((2, 2), bool)}, "all wall"),
        ({"walls": np.zeros((40, 2), bool), "rewards": np.zeros((1, 40, 2))}, "1 to 24"),
        ({"rewards": np.zeros((1, 3, 2))}, "every cell"),
        ({"rewards": np.full((1, 2, 2), np.nan)}, "not a number"),
        ({"moves": "hops"}, "cardinal, diagonal"),
        ({"slip": 1.5}, "slip"),
    ],
)
def test_a_board_that_cannot_be_says_why(change, words):
    with pytest.raises(BadInput, match=words):
        Grid(**({"walls": np.zeros((2, 2), bool), "rewards": np.zeros((1, 2, 2))} | change))
