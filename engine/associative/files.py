"""Energy-based memories as files: the memory, its twin that never writes, and patterns to try it on."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save

from engine.associative.model import Card, Ebmm, fit
from engine.associative.training import weights_of
from engine.data.patterns import Floats, Patterns, load
from engine.errors import BadInput
from engine.runs.checkpoints import list_checkpoints, load_checkpoint
from engine.runs.schema import check_name
from engine.weights import read_card, read_model

PRETRAINED = "pretrained/"
MEMORY, TWIN = "memory", "twin"


@dataclass(frozen=True)
class Bundle:
    """A trained memory: ``twin`` is None where none was trained; ``examples`` float32 [n, d] of unseen classes."""

    memory: Ebmm
    twin: Ebmm | None
    examples: Floats

    @property
    def data(self) -> Patterns:
        """Its patterns' shape, error and damage; the data set itself is not needed."""
        card = self.memory.card
        return Patterns(card.data, card.shape, card.data in ("bits", "omniglot"), None, self.examples)


def shipped() -> Path:
    """Folder of the memories that come with Athanor."""
    return Path(__file__).resolve().parents[2] / "assets" / "models" / "recall"


def shipped_names() -> list[str]:
    """Names of the memories that come with Athanor, in alphabetical order."""
    return sorted(path.stem for path in shipped().glob("*.safetensors"))


def save_bundle(folder: Path, name: str, bundle: Bundle, card: Card) -> Path:
    """Write NAME.safetensors, weights in half precision, and NAME.json into ``folder``; returns the former's path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    tensors = {f"{MEMORY}/{key}": value for key, value in bundle.memory.state_dict().items()}
    if bundle.twin is not None:
        tensors |= {f"{TWIN}/{key}": value for key, value in bundle.twin.state_dict().items()}
    tensors["examples"] = torch.from_numpy(np.round((bundle.examples + 1) * 127.5).astype(np.uint8))
    path.write_bytes(save({key: _small(value.detach().cpu()).contiguous() for key, value in tensors.items()}))
    text = json.dumps(card.to_json(), indent=1, ensure_ascii=False)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return path


def _small(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def load_bundle(path: Path) -> Bundle:
    """The memory in a file with its JSON beside it; raises BadInput naming the file."""
    values, tensors = read_model(path, "an energy-based memory")
    try:
        examples = tensors.pop("examples").numpy().astype(np.float32) / 127.5 - 1
    except (KeyError, TypeError) as problem:
        raise BadInput(f"{path} cannot be read as an energy-based memory: {problem}") from problem
    card = Card.from_json(values, str(path.with_suffix(".json")))
    memory = Ebmm(card)
    fit(memory, weights_of(tensors, f"{MEMORY}/"))
    twin, theirs = None, weights_of(tensors, f"{TWIN}/")
    if theirs:
        twin = Ebmm(replace(card, writes=0))
        fit(twin, theirs)
    bundle = Bundle(memory, twin, examples)
    if examples.shape[1:] != (bundle.data.size,):
        raise BadInput(f"{path} has examples of {examples.shape[1:]} values for patterns of {bundle.data.size}")
    return bundle


def open_source(source: str, runs: Path) -> Bundle:
    """The memory ``pretrained/NAME`` or that of a run in the folder ``runs``; raises BadInput."""
    if source.startswith(PRETRAINED):
        name = source.removeprefix(PRETRAINED)
        if name not in shipped_names():
            raise BadInput(f"source may be pretrained/ and one of {', '.join(shipped_names()) or 'none'}, not {source}")
        return load_bundle(shipped() / f"{name}.safetensors")
    folder = runs / check_name(source, "run id")
    if not folder.is_dir():
        raise BadInput(f"There is no run {source} in {runs}")
    return bundle_of_run(folder)


def bundle_of_run(folder: Path) -> Bundle:
    """What a run of energy-memory has trained so far; raises BadInput."""
    models: list[Ebmm] = []
    for name in (MEMORY, TWIN):
        if name == TWIN and TWIN not in list_checkpoints(folder):
            break
        tensors, metadata = load_checkpoint(folder, name, as_torch=True)
        card = Card.from_json(read_card(metadata, f"The checkpoint of {folder}"), str(folder))
        models.append(Ebmm(card))
        fit(models[-1], weights_of(tensors))
    card = models[0].card
    data = load(card.data, card.shape[1])
    examples = data.sample(
        np.random.default_rng(0), 1, 64 if data.test is None else min(64, len(data.test)), held_out=True
    )
    return Bundle(models[0], models[1] if len(models) > 1 else None, examples[0])
