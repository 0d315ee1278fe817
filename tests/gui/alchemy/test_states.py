import numpy as np
import pytest

from engine.alchemy import actions, chemistry
from engine.alchemy.chemistry import COORDINATES, EDGES, REWARDS
from gui.pages.alchemy import choices, overview, states
from gui.widgets import alchemy_words as words


def test_the_words_of_the_pictures_are_those_of_the_engine():
    assert words.COLOURS == chemistry.COLOUR_NAMES
    assert (words.SHADES, words.SIZES, words.SHAPES) == chemistry.AXIS_WORDS
    assert words.EDGES == EDGES
    assert tuple(REWARDS.tolist()) == words.VALUES
    for action in range(1, actions.ACTIONS):
        stone, slot = actions.decode(action)
        place = words.CAULDRON if slot == actions.CAULDRON else slot
        assert words.decode(action) == (stone, place)
        assert words.encode(stone, place) == action


def test_the_bench_shows_values_of_the_true_vertices_and_the_perceived_colours(situations, path):
    for index, row in enumerate(path.rows):
        node, state = situations.nodes[row], states.bench_state(situations, path, index)
        shown = [stone.value if stone else None for stone in state.stones]
        assert shown == [int(REWARDS[v]) if v >= 0 else None for v in node["stones"]]
        assert state.potions == tuple(node["colours"])


def test_the_truth_on_the_cube_is_the_chemistry_and_the_belief_never_rules_it_out(situations, path):
    truth = states.truth_of(situations, 0)
    edges = situations.chemistries[0]["edges_open"]
    for row in path.rows[::7]:
        node = situations.nodes[row]
        assert states.cube_state(situations, row, truth=True).edges == tuple(map(float, edges))
        belief = states.cube_state(situations, row, truth=False)
        assert all((p > 0) if is_open else (p < 1) for p, is_open in zip(belief.edges, edges, strict=True))
        assert all(node["potion_marginal"][colour, latent] > 0 for colour, latent in enumerate(truth))
        for token in belief.tokens:
            assert token.vertices[node["stones"][token.number - 1]] > 0
            assert sum(token.vertices) == pytest.approx(1)


def test_a_stone_is_shown_with_the_exact_posterior_and_nowhere_where_that_was_not_recorded(situations, path):
    row = path.rows[12]
    node = situations.nodes[row]
    for stone in np.flatnonzero(node["stones"] >= 0):
        shares = states.vertices(node, stone, truth=False)
        assert shares == pytest.approx(node["stone_marginal"][stone], abs=1e-5)
        assert states.vertices(node, stone, truth=True)[node["stones"][stone]] == 1
    older = np.zeros(1, [(name, situations.nodes.dtype[name]) for name in ("stones", "appearances")])[0]
    assert states.vertices(older, 0, truth=False) == (0.0,) * 8


def test_numbers_have_no_signed_zero_and_one_chemistry_is_singular():
    assert [words.number(v, 2) for v in (-0.001, -0.0, -1234.5, 0.005)] == ["0.00", "0.00", "−1,234.50", "0.01"]
    assert [words.signed(v) for v in (-0.2, 0, 3, -3)] == ["0", "0", "+3", "−3"]
    assert states.remaining_words(1, 0.0) == "1 chemistry left"
    assert states.remaining_words(1200, 3.21) == "1,200 chemistries left · 3.2 bits"


def test_every_bit_on_screen_is_at_least_zero(situations, path):
    axis = overview.axis_of(situations, [path])
    for index in range(len(path.rows)):
        state = overview.information_state(situations, path, index, axis)
        assert min(state.gained) >= 0
        assert not state.possible < 0
        assert min(states.belief_state(situations, path, index, truth=False).bits) >= 0


def test_true_potions_move_a_stone_the_way_the_engine_moves_it(situations):
    potions = states.truth_of(situations, 0)
    known = situations.chemistries[0]
    dims, directions = known["potion_dim_map"], known["potion_dir_map"]
    for colour, latent in enumerate(potions):
        axis, sign = latent // 2, 1 if latent % 2 else -1
        assert axis == dims[colour // 2]
        assert sign == (1 if colour % 2 else -1) * directions[axis]


def test_the_pairs_are_assigned_one_to_one_with_their_own_probability():
    matrix = np.full((6, 6), 1 / 6)
    state = states._axes(matrix)
    assert sorted(axis.pair for axis in state) == [0, 1, 2]
    assert all(axis.probability == pytest.approx(1 / 3, abs=1e-4) and axis.sure == 0.5 for axis in state)
    certain = np.eye(6)[[5, 4, 0, 1, 2, 3]]  # pair 0 on axis 2 reversed, pair 1 on axis 0, pair 2 on axis 1
    state = states._axes(certain)
    assert [axis.pair for axis in state] == [1, 2, 0]
    assert [axis.plus for axis in state] == [3, 5, 0]
    assert all(axis.probability == axis.sure == 1 for axis in state)


def test_points_by_trial_add_up_to_the_score(situations):
    for name in situations.lines:
        series = overview.line_series(situations, name, 0)
        assert sum(series.scores) == pytest.approx(series.total)
        assert len(series.scores) == 10


def test_probabilities_of_one_colour_are_added_and_its_best_value_is_taken(situations, path):
    row = path.rows[0]
    node = situations.nodes[row]
    colours = states.colours_of(node)
    agent = situations.agent_index("random-heuristic")
    shares = situations.decision(row, agent)["probabilities"]
    state = choices.decision_state(situations, path, 0, "random-heuristic")
    assert sum(choice.share for choice in state.choices) == pytest.approx(float(np.nansum(shares)), abs=1e-3)
    taken = int(situations.nodes["action"][path.rows[1]])
    assert state.chosen == words.action_words(taken, colours)
    assert sum(choice.chosen for choice in state.choices) == 1


def test_regret_is_zero_for_the_ideal_action_and_the_difference_of_values_otherwise(situations, path):
    row = path.rows[0]
    ideal = situations.ideal(row)
    assert choices.regret(situations, row, int(ideal["action"])) == 0
    worst = int(np.nanargmin(ideal["values"]))
    kind = choices.kind_of(worst, states.colours_of(situations.nodes[row]))
    same = [a for a in range(40) if choices.kind_of(a, states.colours_of(situations.nodes[row])) == kind]
    best = max(float(np.nanmax(ideal["values"])), float(ideal["stop_value"]))
    expected = best - float(np.nanmax(ideal["values"][same]))
    assert choices.regret(situations, row, worst) == pytest.approx(expected)
    regrets = choices.Regrets(situations)
    steps = [regrets.so_far(path, k) for k in range(1, 20)]
    assert steps == sorted(steps)
    assert regrets.so_far(path, 19) == pytest.approx(steps[-1])


def test_information_names_the_best_expected_gain_before_the_last_action(situations, path):
    axis = overview.axis_of(situations, [path])
    state = overview.information_state(situations, path, 5, axis)
    before = situations.nodes[path.rows[4]]
    assert state.possible == pytest.approx(float(np.nanmax(before["expected_information"])))
    assert state.last == pytest.approx(float(situations.nodes["information"][path.rows[5]]), abs=1e-4)
    assert COORDINATES.shape == (8, 3)
