"""A board painted by hand: what is asked is answered, nonsense is refused and ends nothing."""

import time

import numpy as np
import pytest

from engine.composition.compose import METHODS, Skills
from engine.composition.grids import Grid, standard_grid
from engine.experiments.composition_play import Session, run
from engine.experiments.composition_settings import PlayConfiguration
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.runs import Record, RecordWriter


def play(folder, *commands, **settings):
    configuration, control = PlayConfiguration(**settings), Control()
    for command in (*commands, {"command": "finish"}):
        control.command(command)
    with RecordWriter.create(folder, experiment="composition-play", configuration={}) as writer:
        session = Session(configuration, Context(writer, control=control))
        while session.busy and not session.finished:
            for command in Context(writer, control=control).commands(timeout=0):
                session.obey(command)
                session.work()
    return Record.open(writer.folder)


def test_the_newest_mixture_is_answered_as_the_solver_says(tmp_path):
    record = play(tmp_path, {"command": "weights", "weights": [0.2, 0.8], "request": 7})
    rows = record.table("maps").read()
    assert rows["updates"].tolist() == [7] * len(METHODS)
    found = Skills(standard_grid("tricky").problem(0.95, 0.1)).compose(np.array([0.2, 0.8]))
    for row in rows:
        name = METHODS[row["method"]]
        assert row["value"].mean() == pytest.approx(found.values[name].mean(), rel=1e-5)
        # Where the regret arises sums to the regret itself.
        assert row["density"].sum() == pytest.approx(found.regret(name), abs=1e-5)


def test_a_painted_world_is_another_case_with_walls_left_out(tmp_path):
    walls = np.zeros((8, 8), bool)
    walls[2, 1:7] = True
    rewards = standard_grid("left-up").rewards
    record = play(tmp_path, {"command": "world", "walls": walls.tolist(), "rewards": rewards.tolist(), "alpha": 0.3})
    rows, case = record.table("maps").read(), record.events("cases")[-1]
    assert (case["case"], case["alpha"], case["islands"]) == (1, 0.3, 1)
    assert np.isnan(rows["value"][rows["case"] == 1][0][walls]).all()
    wanted = Skills(Grid(walls, rewards).problem(0.95, 0.3)).compose(np.array([0.5, 0.5]))
    assert np.nanmean(rows["value"][-1]) == pytest.approx(wanted.values["dc_cheap"].mean(), rel=1e-5)


def test_curves_over_the_mixture_come_when_nothing_waits(tmp_path):
    control = Control()
    with RecordWriter.create(tmp_path, experiment="composition-play", configuration={}) as writer:
        session = Session(PlayConfiguration(pair="left-right"), Context(writer, control=control))
        while session.busy:
            session.work()
    rows = Record.open(writer.folder).table("scores").read()
    co = rows[rows["method"] == METHODS.index("co")]
    assert len(co) == 21
    assert co["regret"][[0, -1]] == pytest.approx(0, abs=1e-9)
    assert co["regret"][10] == pytest.approx(1.245924, abs=1e-5)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"command": "sing"}, "no command"),
        ({"command": "weights", "weights": [0.5, 0.6]}, "sum to 1"),
        ({"command": "weights", "weights": [-0.5, 1.5]}, "negative"),
        ({"command": "weights", "weights": [1.0]}, "2 numbers"),
        ({"command": "weights", "weights": ["a", "b"]}, "numbers"),
        ({"command": "world", "walls": [[1] * 8] * 8}, "all wall"),
        ({"command": "world", "walls": [[0] * 3] * 3}, "keeps its size"),
        ({"command": "world", "rewards": [[[None] * 8] * 8] * 2}, "finite"),
        ({"command": "world", "alpha": 0}, "temperature"),
        ({"command": "world", "alpha": float("nan")}, "number"),
        ({"command": "world", "gamma": 1}, "discount"),
        ({"command": "world", "moves": "hops"}, "moves may be"),
        ({"command": "world", "colour": "red"}, "A world has"),
    ],
)
def test_nonsense_is_refused_in_words(tmp_path, command, words):
    record = play(tmp_path, command)
    assert words in record.events("refused")[0]["reason"]
    assert len(record.events("cases")) == 1


def test_three_tasks_on_a_board_of_another_size(tmp_path):
    command = {"command": "weights", "weights": [0.2, 0.3, 0.5], "request": 1}
    record = play(tmp_path, command, rows=5, columns=7, tasks=3)
    rows = record.table("maps").read()
    optimal, dc = (rows[rows["method"] == METHODS.index(name)]["value"][-1] for name in ("optimal", "dc"))
    assert rows["value"].shape[1:] == (5, 7)
    np.testing.assert_allclose(dc, optimal, atol=1e-5)


def test_a_session_runs_to_its_end_and_an_answer_takes_well_under_a_frame_of_patience(tmp_path):
    control = Control()
    control.command({"command": "finish"})
    with RecordWriter.create(tmp_path, experiment="composition-play", configuration={}) as writer:
        assert run(PlayConfiguration(), Context(writer, control=control)) == {"worlds": 1, "mixtures": 0}
    with RecordWriter.create(tmp_path, experiment="composition-play", configuration={}) as writer:
        session = Session(PlayConfiguration(), Context(writer, control=Control()))
        session.work()
        began = time.process_time()
        session.obey({"command": "weights", "weights": [0.3, 0.7], "request": 1})
        session.work()
        assert time.process_time() - began < 0.1
