"""A plain twin and a Hebbian one as one file: weights, and in the metadata the vocabulary they share."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from engine.data.vocabulary import Vocabulary
from engine.errors import BadInput
from engine.runs.files import decode_json
from engine.softmax.language_model import LanguageModel, Sizes
from engine.softmax.rule import Rule
from engine.softmax.twins import Twin
from engine.weights import UNUSABLE, check_room

FORMAT = 1
NAMES = ("plain", "hebbian")


@dataclass
class Pair:
    """``twins``: the plain one and the Hebbian one; ``rates``: learning rate and the factor for the output rows."""

    vocabulary: Vocabulary
    sizes: Sizes
    rule: Rule
    rates: tuple[float, float]
    twins: tuple[Twin, Twin]


def pair_tensors(pair: Pair, made: Mapping[str, Any]) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a pair, for `restore_pair`; ``made``: where it comes from, for people."""
    tensors = {
        f"{name}/{key}": value
        for name, twin in zip(NAMES, pair.twins, strict=True)
        for key, value in twin.model.state_dict().items()
    }
    card = {
        "format": FORMAT,
        "sizes": pair.sizes.to_json(),
        "rule": asdict(pair.rule),
        "rates": list(pair.rates),
        "words": list(pair.vocabulary.words),
        "counts": pair.vocabulary.counts.tolist(),
        "made": dict(made),
    }
    return tensors, {"pair": json.dumps(card, ensure_ascii=False)}


def restore_pair(tensors: Mapping[str, Tensor], metadata: Mapping[str, str], where: str) -> Pair:
    """The pair; raises BadInput naming ``where`` it was read, if it is not one or does not fit together."""
    try:
        card = decode_json(metadata["pair"].encode("utf-8", "replace"))
        if card["format"] != FORMAT:
            raise BadInput(f"{where} is of format {card['format']}; this Athanor reads format {FORMAT}")
        words = [str(word) for word in card["words"]]
        vocabulary = Vocabulary.from_words(words, np.array(card["counts"], np.int64))
        sizes, rule = Sizes(**card["sizes"]), Rule(**card["rule"])
        rate, output_rate = (float(value) for value in card["rates"])
        if sizes.words != len(words) or len(vocabulary.counts) != len(words):
            raise ValueError(f"it has rows for {sizes.words} words and names {len(words)}")
        check_room(lambda: LanguageModel(sizes, rule, torch.zeros(len(words))), tensors, where)
        twins = []
        for name, chosen in zip(NAMES, (None, rule), strict=True):
            twin = Twin(sizes, vocabulary.counts, seed=0, rate=rate, output_rate=output_rate, rule=chosen)
            start = f"{name}/"
            weights = {key.removeprefix(start): value for key, value in tensors.items() if key.startswith(start)}
            if any(not torch.isfinite(value).all() for value in weights.values()):
                raise ValueError("a weight is not a finite number")
            twin.model.load_state_dict(weights)
            twins.append(twin)
    except (RuntimeError, ArithmeticError, *UNUSABLE) as problem:
        if isinstance(problem, BadInput):
            raise
        raise BadInput(f"{where} cannot be read as twins: {problem}") from problem
    return Pair(vocabulary, sizes, rule, (rate, output_rate), (twins[0], twins[1]))


def load_pair(path: Path) -> Pair:
    """A pair from a safetensors file; raises BadInput naming the file."""
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
            metadata = dict(file.metadata() or {})
    except (OSError, SafetensorError, *UNUSABLE) as problem:
        raise BadInput(f"{path} cannot be read as twins: {problem}") from problem
    return restore_pair(tensors, metadata, str(path))


def shipped() -> Path:
    """Folder of the twins that come with Athanor."""
    return Path(__file__).resolve().parents[2] / "assets" / "models" / "softmax"


def copy_of(model: LanguageModel) -> dict[str, Tensor]:
    """Weights of a model, apart from it: what a lesson is put back to."""
    return {key: value.detach().clone() for key, value in model.state_dict().items()}
