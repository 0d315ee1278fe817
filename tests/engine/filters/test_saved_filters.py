"""Saved filters with either kind of backup and with keys added later, and files that are refused in a sentence."""

import json
import os

import numpy as np
import pytest
from safetensors.numpy import load, save

from engine.errors import BadInput
from engine.filters.bloom import BloomFilter, Fingerprints
from engine.filters.calibration import RATES, Calibration
from engine.filters.filter import make_filter
from engine.filters.saved import _checksum, load_filter, save_filter
from tests.engine.filters.untrained import make_network, make_words

WORDS = make_words(6)


@pytest.fixture(scope="module")
def network():
    return make_network(WORDS)


@pytest.fixture(scope="module")
def make(network):
    thresholds = tuple(np.linspace(60, 50, len(RATES)))  # so high that the network answers no and the backup holds all
    calibration = Calibration((10, 1000), (thresholds, thresholds))
    return lambda keys: make_filter(network, calibration, keys, 0.01)


def change(path, arrays=None, **fields):
    """Rewrite what the file says and holds, under a checksum that fits."""
    data = path.read_bytes()
    tensors = load(data) | (arrays or {})
    text = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])["__metadata__"]["filter"]
    text = json.dumps(json.loads(text) | fields, sort_keys=True)
    path.write_bytes(save(tensors, {"filter": text, "sha256": _checksum(tensors, text)}))


@pytest.mark.parametrize(("n", "kind"), [(1, Fingerprints), (400, BloomFilter)])
def test_either_kind_of_backup_comes_back(tmp_path, network, make, n, kind):
    made = make(WORDS[:n])
    assert isinstance(made.backup, kind)
    save_filter(tmp_path / "a.filter", made, "untrained", "some words")
    again, title = load_filter(tmp_path / "a.filter", lambda name, sha: network)
    assert title == "some words"
    assert isinstance(again.backup, kind)
    assert again.space == made.space
    np.testing.assert_array_equal(again.contains(WORDS), made.contains(WORDS))
    assert os.listdir(tmp_path) == ["a.filter"]


def test_keys_that_were_added_later_come_back(tmp_path, network, make):
    made = make(WORDS[:200])
    made.insert(WORDS[200:300])
    assert made.later
    save_filter(tmp_path / "a.filter", made, "untrained")
    again, _ = load_filter(tmp_path / "a.filter", lambda name, sha: network)
    assert len(again.later) == len(made.later)
    assert again.contains(WORDS[:300]).all()
    np.testing.assert_array_equal(again.contains(WORDS), made.contains(WORDS))
    shape = {"kind": "fingerprints", "width": 8, "room": 9}
    lists = {f"backup/{i}": np.arange(3, dtype=np.uint64) for i in range(1 + len(made.later))}
    change(tmp_path / "a.filter", lists, backups=[shape] * len(lists))
    with pytest.raises(BadInput, match=r"a\.filter is not a filter that this Athanor can read: its later filters"):
        load_filter(tmp_path / "a.filter", lambda name, sha: network)


def test_what_the_file_says_is_not_believed(tmp_path, network, make):
    path = tmp_path / "a.filter"
    save_filter(path, make(WORDS[:50]), "untrained")

    def nowhere(name, sha):
        raise BadInput(f"The network {name!r} is not here")

    with pytest.raises(BadInput, match="The network 'untrained' is not here"):
        load_filter(path, nowhere)
    bloom, listed = {"kind": "bloom", "bits": 8, "hashes": 3}, {"kind": "fingerprints", "width": 80, "room": 3}
    byte = {"backup/0": np.zeros(1, np.uint8)}
    for arrays, fields, words in (
        ({}, {"format": 99}, "is a filter of a format that this Athanor does not read"),
        ({}, {"precision": 3}, "is not a filter that this Athanor can read: its memory is damaged"),
        ({"memory": np.zeros(3, np.float32)}, {}, "its memory has 3 numbers"),
        ({}, {"n": -5}, "its memory has"),
        ({}, {"missed": None}, "is not a filter that this Athanor can read"),
        ({}, {"threshold": "high"}, "is not a filter that this Athanor can read"),
        ({}, {"backups": []}, "is not a filter that this Athanor can read"),
        ({}, {"backups": [listed]}, "a list of fingerprints is damaged"),
        (byte, {"backups": [bloom | {"hashes": 0}]}, "a filter of bits is damaged"),
        (byte, {"backups": [bloom | {"bits": 9}]}, "a filter of bits is damaged"),
        (byte, {"backups": [bloom | {"bits": -5}]}, "a filter of bits is damaged"),
    ):
        save_filter(path, make(WORDS[:50]), "untrained")
        change(path, arrays, **fields)
        with pytest.raises(BadInput, match=rf"a\.filter .*{words}"):
            load_filter(path, lambda name, sha: network)


def test_what_is_no_filter_at_all(tmp_path, make):
    path = tmp_path / "a.filter"
    tensors = {"memory": np.zeros(3, np.float32)}
    for text in ("no json", "[" * 500 + "]" * 500):
        path.write_bytes(save(tensors, {"filter": text, "sha256": _checksum(tensors, text)}))
        with pytest.raises(BadInput, match=r"a\.filter does not say what kind of filter it holds"):
            load_filter(path, None)
    for data in (b"", b"no tensors", save(tensors), save(tensors, {"filter": "{}"})):
        path.write_bytes(data)
        with pytest.raises(BadInput, match=r"a\.filter is not a whole filter file"):
            load_filter(path, None)
    with open(path, "wb") as file:
        file.truncate((1 << 30) + 1)  # a sparse file
    with pytest.raises(BadInput, match=r"a\.filter is larger than 1024 MiB: it is not a filter"):
        load_filter(path, None)
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput, match=r"folder cannot be written: Is a directory"):
        save_filter(tmp_path / "folder", make(WORDS[:20]), "untrained")
    assert sorted(os.listdir(tmp_path)) == ["a.filter", "folder"], "no part of a file is left"
