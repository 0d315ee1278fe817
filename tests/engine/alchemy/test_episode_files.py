"""Episode files: what is written is read back, and nothing hostile gets further than a clear sentence."""

import gzip
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.random import RandomState

from engine.alchemy import episodes as files
from engine.alchemy.episodes import Level, read_episodes, read_recordings, sample_episode, write_episodes
from engine.errors import BadInput

GOOD = sample_episode(RandomState(5), Level()).to_json()
DEEP = "[" * 100_000


def written(tmp_path, text, name="episodes.jsonl"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize("name", ["episodes.jsonl", "episodes.jsonl.gz"])
def test_round_trip(tmp_path, name):
    random = RandomState(0)
    episodes = [sample_episode(random, Level(), trials) for trials in (1, 10, 3)]
    write_episodes(tmp_path / name, episodes)
    again = read_episodes(tmp_path / name)
    assert [e.to_json() for e in again] == [e.to_json() for e in episodes]
    assert all(e.stones.dtype == e.potions.dtype == np.int8 for e in again)
    assert sorted(p.name for p in tmp_path.iterdir()) == [name]


@pytest.mark.parametrize(
    ("extra", "rotation"),
    [
        ({"rotation": 2}, 2),
        ({"rotation": [[1, 0, 0], [0, 1, 1], [0, -1, 1]]}, 3),
        ({"rotation": None}, 0),
        ({"rotation": None, "rotation_degrees": [0.0, 0, -45.0]}, 1),
        ({"rotation": None, "rotation_degrees": [0, -45, 0]}, 2),
        ({"rotation": None, "rotation_degrees": [-45, 0, 0]}, 3),
    ],
)
def test_the_ways_to_write_a_rotation(tmp_path, extra, rotation):
    path = written(tmp_path, json.dumps(GOOD | extra))
    assert read_episodes(path)[0].chemistry.rotation == rotation


def changed(**changes):
    return json.dumps({**GOOD, **changes})


def recorded(actions, rewards=None):
    value = {"actions": actions, "rewards": [0] * 10 if rewards is None else rewards}
    return changed(agents={"a": value})


HOSTILE = [
    "not json",
    "[]",
    "3",
    "{}",
    DEEP,
    '{"trials":' + DEEP,
    changed(trials=[]),
    changed(trials=[[]]),
    changed(trials=[{"stones": [0, 1], "potions": [0] * 12}]),
    changed(trials=[{"stones": [0, 1, 8], "potions": [0] * 12}]),
    changed(trials=[{"stones": [0, 1, 2], "potions": [6] * 12}]),
    changed(trials=[{"stones": [0, 1, True], "potions": [0] * 12}]),
    changed(trials=[{"stones": [0, 1, 2.0], "potions": [0] * 12}]),
    changed(trials=[{"stones": [0, 1, float("nan")], "potions": [0] * 12}]),
    changed(trials=[{"stones": [0, 1, 10**400], "potions": [0] * 12}]),
    changed(trials=[{"stones": [0, 1, 2], "potions": [0] * 12}] * 1001),
    '{"trials": 1' + "0" * 5000 + "}",
    changed(potion_dim_map=[0, 0, 1]),
    changed(potion_dim_map="012"),
    changed(potion_dir_map=[1, 0, 1]),
    changed(stone_map=None),
    changed(edges_open=[0] * 12),
    changed(edges_open=[1] * 11),
    changed(rotation=4),
    changed(rotation=-1),
    changed(rotation=[[1, 0, 0]] * 3),
    changed(rotation=[[1, 0], [0, 1], [0, 0]]),
    changed(rotation={}),
    changed(rotation=None, rotation_degrees=[0, 0, 30]),
    changed(rotation=None, rotation_degrees=[0, 0, float("nan")]),
    changed(rotation=None, rotation_degrees=[float("inf"), 0, 0]),
    changed(rotation=None, rotation_degrees="x"),
]


@pytest.mark.parametrize("line", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_lines_are_named(tmp_path, line):
    path = written(tmp_path, json.dumps(GOOD) + "\n\n" + line + "\n")
    with pytest.raises(BadInput, match=r"episodes\.jsonl, line 3: ") as caught:
        read_episodes(path)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "line",
    [
        changed(agents=[]),
        changed(agents={"a": 3}),
        recorded([]),
        recorded([[]] * 9),
        recorded([[[0, 12]]] + [[]] * 9),
        recorded([[[-1, 0]]] + [[]] * 9),
        recorded([[[3, 0]]] + [[]] * 9),
        recorded([[[0, -2]]] + [[]] * 9),
        recorded([[[0, 1, 2]]] + [[]] * 9),
        recorded([[[0, 1]] * 21] + [[]] * 9),
        recorded([[[0, 0.5]]] + [[]] * 9),
        recorded([[]] * 10, [0] * 9),
        recorded([[]] * 10, [10**9] + [0] * 9),
    ],
)
def test_hostile_recordings_are_named(tmp_path, line):
    with pytest.raises(BadInput, match="line 1: "):
        read_recordings(written(tmp_path, line))


def test_recordings_are_actions_of_the_game(tmp_path):
    path = written(tmp_path, recorded([[[1, 5], [0, -1]]] + [[]] * 9, [7] + [0] * 9))
    assert read_recordings(path)[0]["a"].actions[0] == (20, 1)
    assert read_recordings(path)[0]["a"].rewards[0] == 7


def test_damaged_files(tmp_path):
    packed = gzip.compress((json.dumps(GOOD) + "\n").encode() * 50)
    for name, content in {
        "truncated.jsonl.gz": packed[: len(packed) // 2],
        "flipped.jsonl.gz": packed[:40] + b"\xff" * 20 + packed[60:],
        "plain.jsonl.gz": b"hello\n",
        "bytes.jsonl": b"\xff\xfe\x00",
    }.items():
        with pytest.raises(BadInput, match=name):
            read_episodes(written(tmp_path, content, name))
    for missing in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(BadInput, match="no episode file"):
            read_episodes(missing)


def test_a_decompression_bomb_is_stopped(tmp_path, monkeypatch):
    with pytest.raises(BadInput, match="line 1: longer than"):
        read_episodes(written(tmp_path, gzip.compress(b" " * 3 * 2**20), "line.jsonl.gz"))
    monkeypatch.setattr(files, "MAX_BYTES", 2**20)
    with pytest.raises(BadInput, match="holds more than 1 MiB"):
        read_episodes(written(tmp_path, gzip.compress(b"\n" * 3 * 2**20), "bomb.jsonl.gz"))


def test_an_episode_out_of_a_record_is_checked_like_one_of_a_file():
    assert files.episode_from_json(GOOD).to_json() == GOOD
    with pytest.raises(BadInput, match="record, line 1: trials must be a list"):
        files.episode_from_json(GOOD | {"trials": []})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)


@given(field=st.sampled_from(sorted(GOOD)), value=JSON)
def test_any_value_in_any_field_is_read_or_refused(tmp_path_factory, field, value):
    path = written(tmp_path_factory.getbasetemp(), changed(**{field: value}), "any.jsonl")
    try:
        (episode,) = read_episodes(path)
    except BadInput:
        return
    assert episode.to_json()["trials"]
