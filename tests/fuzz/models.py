"""Readers of trained networks (a card in JSON and weights), of saved filters, and of local language models."""

from __future__ import annotations

import functools
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.fuzz.mutate import mutate
from tests.fuzz.reader import Making, Reader, broken_header


def _numpy(module: Any, prefix: str = "") -> dict[str, np.ndarray]:
    return {f"{prefix}{key}": value.detach().numpy() for key, value in module.state_dict().items()}


def _saved(tensors: dict[str, np.ndarray], metadata: dict[str, str] | None = None) -> bytes:
    from safetensors.numpy import save

    return save({key: np.array(value, order="C") for key, value in tensors.items()}, metadata)


@functools.cache
def _memory() -> tuple[bytes, bytes]:
    from engine.memory.catalogue import build
    from engine.memory.interface import Sizes
    from engine.memory.models import Card

    sizes = Sizes(3, 2, 4, 8, 4, 1, 2, 2)
    card = Card("sam", "copy", sizes, 1, (1, 3), {}, ())
    return json.dumps(card.to_json()).encode(), _saved(_numpy(build("sam", sizes), "network/"))


@functools.cache
def _sets() -> tuple[bytes, bytes]:
    from engine.filters.calibration import RATES, Calibration
    from engine.filters.models import Card
    from engine.filters.network import Sizes
    from engine.filters.rivals import build

    sizes = Sizes(side=8, hidden=2, code=4, slots=2, word=2, query=4)
    calibration = Calibration((10,), (tuple(0.5 for _ in RATES),))
    card = Card("nbf", "digits-class", sizes, (1, 10), calibration, {})
    return json.dumps(card.to_json()).encode(), _saved(_numpy(build("nbf", sizes)))


@functools.cache
def _energy() -> tuple[bytes, bytes]:
    from engine.associative.model import Card, Ebmm

    card = Card("dense", "bits", (1, 8, 1), 3, 4, 0, 2, 1, 2)
    tensors = _numpy(Ebmm(card), "memory/") | {"examples": np.zeros((2, 8), np.uint8)}
    return json.dumps(card.to_json()).encode(), _saved(tensors)


@functools.cache
def _policy() -> tuple[bytes, bytes]:
    from torch import nn

    from engine.control.models import Card, tensors_of
    from engine.control.networks import Actor, Sizes
    from engine.control.policy import Policy
    from engine.control.readout import Readout

    sizes = Sizes(2, 1, "lstm", 3)
    card = Card("pendulum-p", sizes, False, "rdpg", {})
    shapes = {"weight": (1, 3), "bias": (1,), "mean": (3,), "axes": (3, 3), "spread": (3,)}
    readout = Readout(**{name: np.ones(shape) for name, shape in shapes.items()})
    tensors = tensors_of(Policy(nn.Identity(), Actor(sizes, False)), readout)
    return json.dumps(card.to_json()).encode(), _saved({key: value.numpy() for key, value in tensors.items()})


@functools.cache
def _agent() -> tuple[bytes, bytes]:
    from engine.agents.learned.bodies import BodySizes
    from engine.agents.learned.models import Card
    from engine.agents.learned.policy import Network

    card = Card("lstm", 8, 2, "nothing", {})
    return json.dumps(card.to_json()).encode(), _saved(_numpy(Network("lstm", BodySizes(8, 2)), "network/"))


def _pair_reader(load: str, made: Callable[[], tuple[bytes, bytes]]) -> Callable[[Path], object]:
    """``load`` (module:function) takes the path of weights with the card beside them; a file in JSON is the card."""
    written: set[Path] = set()

    def read(path: Path) -> object:
        import importlib

        module, _, name = load.partition(":")
        folder = path.parent / module
        if folder not in written:
            folder.mkdir(exist_ok=True)
            written.add(folder)
        data = path.read_bytes()
        card, weights = made()
        is_card = path.suffix == ".json"
        (folder / "m.json").write_bytes(data if is_card else card)
        (folder / "m.safetensors").write_bytes(weights if is_card else data)
        return getattr(importlib.import_module(module), name)(folder / "m.safetensors")

    return read


def pair(name: str, load: str, made: Callable[[], tuple[bytes, bytes]]) -> tuple[Reader, Reader]:
    """The card of a model, and its weights."""
    read = _pair_reader(load, made)
    return (
        Reader(f"{name}.json", read, lambda: [made()[0]]),
        Reader(f"{name}.safetensors", read, lambda: [made()[1]], lambda: broken_header(made()[1])),
    )


@functools.cache
def _twins() -> tuple[dict[str, np.ndarray], str]:
    import torch

    from engine.data.vocabulary import Vocabulary
    from engine.softmax.language_model import Sizes
    from engine.softmax.pairs import Pair, pair_tensors
    from engine.softmax.rule import Rule
    from engine.softmax.twins import Twin

    words = ["<unk>", "a", "b"]
    vocabulary = Vocabulary.from_words(words, np.array([1, 2, 3]))
    sizes, rule = Sizes(3, 2, 2), Rule()
    twins = tuple(
        Twin(sizes, vocabulary.counts, seed=0, rate=0.01, output_rate=1.0, rule=chosen) for chosen in (None, rule)
    )
    tensors, metadata = pair_tensors(Pair(vocabulary, sizes, rule, (0.01, 1.0), twins), {})
    torch.manual_seed(0)
    return {key: value.detach().numpy() for key, value in tensors.items()}, metadata["pair"]


def _load_twins(path: Path) -> object:
    from engine.softmax.pairs import load_pair

    return load_pair(path)


def _broken_twins() -> Making:
    tensors, card = _twins()

    def make(chance: random.Random) -> bytes:
        return _saved(tensors, {"pair": mutate(card.encode(), chance).decode("utf-8", "replace")})

    return make


@functools.cache
def _set_memory() -> Any:
    from engine.filters.network import Sizes
    from engine.filters.rivals import build

    return build("nbf", Sizes(encoder="text-lstm", hidden=2, code=4, slots=2, word=2, query=4))


def _find(name: str, fingerprint: str) -> Any:
    return _set_memory()


def _load_filter(path: Path) -> object:
    from engine.filters.saved import load_filter

    made, title = load_filter(path, _find)
    return made.contains([b"a key"]), made.space, title


FILTER = {
    "format": 1, "title": "t", "network": "words", "network_sha256": "0", "precision": 32, "n": 2, "missed": 1,
    "threshold": 0.5, "network_rate": 0.1, "backup_rate": 0.1, "sealed_backup": True,
    "backups": [{"kind": "fingerprints", "width": 8, "room": 1}, {"kind": "bloom", "bits": 20, "hashes": 3}],
}  # fmt: skip


def _filter_file(text: str, tensors: dict[str, np.ndarray] | None = None) -> bytes:
    from engine.filters.saved import _checksum

    made = tensors or {
        "memory": np.zeros(4, np.float32),
        "backup/0": np.array([7], np.uint64),
        "backup/1": np.zeros(3, np.uint8),
    }
    return _saved(made, {"filter": text, "sha256": _checksum(made, text)})


def _broken_filter(chance: random.Random) -> bytes:
    if chance.random() < 0.7:
        return _filter_file(mutate(json.dumps(FILTER).encode(), chance).decode("utf-8", "replace"))
    tensors: dict[str, np.ndarray] = {
        "memory": np.zeros(chance.choice((0, 1, 3, 5)), chance.choice(("f4", "f8", "i4", "?"))),
        "backup/0": np.zeros(chance.choice((0, 2)), chance.choice(("u8", "i8", "f4", "?"))),
        "backup/1": np.zeros(chance.choice(((0,), (3, 1), (3,))), chance.choice(("u1", "i4", "f4"))),
    }
    return _filter_file(json.dumps(FILTER), tensors)


def _gguf(path: Path) -> object:
    from engine.language.local import model_file

    return model_file(str(path))


def _reply(path: Path) -> object:
    from engine.language.actions import said

    return said(path.read_bytes().decode("utf-8", "replace"))


def _cached_answer(path: Path) -> object:
    from engine.language.cache import AnswerCache

    cache = AnswerCache(path.parent / "answers")
    (path.parent / "answers" / "aa").mkdir(parents=True, exist_ok=True)
    (path.parent / "answers" / "aa" / "aaaa.json").write_bytes(path.read_bytes())
    return cache.find("aaaa")


READERS = (
    *pair("memory", "engine.memory.models:load_model", _memory),
    *pair("sets", "engine.filters.models:load_model", _sets),
    *pair("energy", "engine.associative.files:load_bundle", _energy),
    *pair("policy", "engine.control.models:load_model", _policy),
    *pair("agent", "engine.agents.learned.models:load_file", _agent),
    Reader("twins.safetensors", _load_twins, lambda: [_saved(_twins()[0], {"pair": _twins()[1]})], _broken_twins),
    Reader("filter.safetensors", _load_filter, lambda: [_filter_file(json.dumps(FILTER))], lambda: _broken_filter),
    Reader("model.gguf", _gguf, lambda: [b"GGUF\3\0\0\0" + bytes(16)]),
    Reader("answer.json", _cached_answer, lambda: [b'{"text": "a", "finish": "stop", "usage": [1, 2, 0.5]}']),
    Reader(
        "reply.txt",
        _reply,
        lambda: [
            b"Reasoning: blue.\nAction: place stone 1 in potion 2",
            b'{"action": "place stone 3 in the cauldron"}',
            b"**Action**\nend the trial",
        ],
    ),
)
