"""Problems from files: what is read, what is refused, and what the solution holds."""

import json

import numpy as np
import pytest

from engine.cli import main
from engine.composition import files
from engine.composition.compose import Skills
from engine.composition.files import read_problem
from engine.errors import BadInput

METHODS = ("optimal", "dc", "co", "gpi", "dc_cheap")


def contents(**change):
    random = np.random.default_rng(0)
    law = random.dirichlet(np.ones(5), (5, 3)) * 0.95
    given = {"P": law, "r": random.normal(size=(3, 5, 3)), "gamma": 0.9, "alpha": 0.2, "w": [0.2, 0.3, 0.5]}
    return given | change


def save(folder, **change):
    path = folder / "problem.npz"
    np.savez(path, **{key: value for key, value in contents(**change).items() if value is not None})
    return path


def law_with(place, value):
    law = contents()["P"].copy()
    law[place] = value
    return law


def test_a_file_is_solved_and_its_solution_written(tmp_path, capsys):
    path, out = save(tmp_path), tmp_path / "solution.npz"
    status = main(
        ["run", "composition", "--set", "suite=file", "--set", f"path={path}", "--set", f"out={out}", "--json"]
    )
    assert status == 0
    result = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    assert [row["method"] for row in result["rows"]] == list(METHODS)
    given = contents()
    with np.load(out, allow_pickle=False) as found:
        assert sorted(found) == sorted(f"{kind}_{name}" for kind in "QV" for name in METHODS)
        np.testing.assert_allclose(found["Q_dc"], found["Q_optimal"], atol=1e-9)
        # The optimum solves its own soft Bellman equation, and the missing mass is worth nothing.
        q, reward = found["Q_optimal"], np.tensordot(given["w"], given["r"], 1)
        value = 0.2 * np.log(np.exp(q / 0.2).sum(1))
        np.testing.assert_allclose(q, reward + 0.9 * given["P"] @ value, atol=1e-9)
        np.testing.assert_allclose(found["V_optimal"], value, atol=1e-9)
        # Each policy's value solves the linear equation of that policy.
        for name in METHODS:
            mass = np.exp((found[f"Q_{name}"] - found[f"Q_{name}"].max(1, keepdims=True)) / 0.2)
            mass /= mass.sum(1, keepdims=True)
            gain = (mass * (reward - 0.2 * np.log(mass))).sum(1)
            moves = np.einsum("sa,sat->st", mass, given["P"])
            np.testing.assert_allclose(found[f"V_{name}"], gain + 0.9 * moves @ found[f"V_{name}"], atol=1e-9)
            row = next(row for row in result["rows"] if row["method"] == name)
            assert row["value"] == pytest.approx(found[f"V_{name}"].mean(), abs=1e-9)
            assert row["regret"] == pytest.approx((value - found[f"V_{name}"]).mean(), abs=1e-9)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"P": law_with((1, 2), 0.3)}, r"P\[1, 2\] sums to 1.5"),
        ({"P": law_with((0, 0, 3), -0.1)}, "must not be negative"),
        ({"P": law_with((4, 1, 2), np.nan)}, r"P holds a value that is not a finite number at \[4, 1, 2\]"),
        ({"P": np.zeros((5, 3, 4))}, r"\[S, A, S\]"),
        ({"P": np.zeros((0, 3, 0))}, r"\[S, A, S\]"),
        ({"P": contents()["P"].astype(complex)}, "real numbers"),
        ({"r": np.zeros((3, 5, 2))}, r"r must have shape \[n, 5, 3\]"),
        ({"r": np.full((3, 5, 3), np.inf)}, "r holds"),
        ({"alpha": 0.0}, "temperature"),
        ({"alpha": -1.0}, "temperature"),
        ({"alpha": 1e12}, "temperature"),
        ({"alpha": np.nan}, "alpha holds"),
        ({"alpha": [1.0, 2.0]}, "alpha must be one number"),
        ({"gamma": 1.0}, "discount"),
        ({"gamma": -0.1}, "discount"),
        ({"w": [0.5, 0.5]}, r"w must have shape \[3\]"),
        ({"w": [0.5, 0.5, 0.5]}, "must sum to 1, not to 1.5"),
        ({"w": [1.5, -0.5, 0.0]}, "must not be negative"),
        ({"w": [np.nan, 0.5, 0.5]}, "w holds"),
        ({"w": None}, "lacks w"),
        ({"P": np.array([{"a": 1}], dtype=object)}, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path, change, words):
    with pytest.raises(BadInput, match=words):
        read_problem(save(tmp_path, **change))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 torn", b"no archive at all"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, data):
    (tmp_path / "x.npz").write_bytes(data)
    with pytest.raises(BadInput, match="cannot be read as"):
        read_problem(tmp_path / "x.npz")


def test_a_file_of_too_many_states_or_bytes_is_refused_before_it_is_computed(tmp_path, monkeypatch):
    path = save(tmp_path)
    monkeypatch.setattr(files, "MOST_STATES", 4)
    with pytest.raises(BadInput, match="P may have at most 4 states, not 5"):
        read_problem(path)
    monkeypatch.setattr(files, "LARGEST_BYTES", 200)
    with pytest.raises(BadInput, match=r"path: problem\.npz .* it unpacks to [\d,]+ bytes, more than 200"):
        read_problem(path)


def test_no_file_and_stray_settings_end_with_status_two(tmp_path, capsys):
    for texts in (["suite=file"], ["suite=file", f"path={tmp_path / 'none.npz'}"], ["suite=grid", "out=x.npz"]):
        assert main(["run", "composition", *(word for text in texts for word in ("--set", text)), "--json"]) == 2
        assert "path" in capsys.readouterr().err


def test_an_unreachable_state_is_solved_and_named(tmp_path):
    law = contents()["P"].copy()
    law[:, :, 2] = 0
    *_, remarks = read_problem(save(tmp_path, P=law))
    assert remarks == [
        "State 2 is unreachable: no other state leads there, so only an episode that starts there is described"
    ]
    assert read_problem(save(tmp_path))[2] == []


def test_an_output_that_cannot_be_written_is_one_sentence(tmp_path, capsys):
    path = save(tmp_path)
    texts = ["suite=file", f"path={path}", f"out={tmp_path / 'no' / 'folder.npz'}"]
    assert main(["run", "composition", *(word for text in texts for word in ("--set", text))]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_a_single_task_and_a_single_action_are_worlds_too(tmp_path):
    law, reward = np.full((2, 1, 2), 0.5), np.array([[[1.0], [3.0]]])
    path = save(tmp_path, P=law.astype(np.float32), r=reward, w=np.ones(1, np.float32), gamma=np.float32(0.5))
    problem, weights, _ = read_problem(path)
    found = Skills(problem).compose(weights)
    for name in METHODS:  # nothing to choose and nothing to mix: rewards 1 and 3, then 2 for ever after
        np.testing.assert_allclose(found.values[name], [3, 5], atol=1e-6)
