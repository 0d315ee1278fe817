"""The filter bench: insert keys and ask for them one by one; what each adds to the memory, why each answer is given.

The session waits for commands (JSON objects with ``command``):

- ``insert``: ``keys`` (texts), or ``samples`` (so many more of the set's own kind): insert them one after the other;
- ``query``: ``keys``, or ``samples`` and ``member`` (whether members or others are drawn): ask for them;
- ``rate``: ``fpr``: another rate from now on;
- ``shuffle``: write all keys again in another order, event ``shuffled``;
- ``save``: ``path``: save the filter as it is now, event ``saved``;
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from engine.data.string_keys import clean_key, clean_keys, read_keys
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.sets_bench import Bench
from engine.experiments.sets_models import open_run
from engine.experiments.sets_settings import LOWEST_RATE, PlayConfiguration
from engine.filters.models import PRETRAINED, Card, fingerprint, load_shipped, shipped_names
from engine.filters.network import NeuralBloomFilter, SetMemory
from engine.filters.saved import load_filter, save_filter
from engine.runs.schema import check_name

MOST_KEYS = 20_000  # of one list: every insertion is a row that can be looked at
MOST_SAMPLES = 5_000


def run(configuration: PlayConfiguration, context: Context) -> dict[str, Any]:
    """Insert the first keys, then do as told until told to finish."""
    torch.set_num_threads(1)
    session = Session(configuration, context)
    for command in context.commands(timeout=None):
        if session.obey(command):
            break
    return session.bench.result()


class Session:
    """One bench and its commands."""

    def __init__(self, configuration: PlayConfiguration, context: Context) -> None:
        self._context = context
        runs = context.record.folder.parent
        source, loaded, title = configuration.source, None, ""
        if configuration.filter_file is not None:
            loaded, title = load_filter(configuration.filter_file, lambda name, sha: _find(name, sha, runs))
            card, network = load_shipped(_shipped_of(loaded.network))
            source = PRETRAINED + _shipped_of(loaded.network)
        else:
            card, network = open_source(source, runs)
        if not isinstance(network, NeuralBloomFilter):
            raise BadInput(f"{source} is a {card.model}; the bench shows neural Bloom filters")
        self.bench = Bench(context, card, network, configuration.fpr, configuration.precision, loaded)
        self._source, self._title = source, title
        own = read_keys(configuration.keys_file) if configuration.keys_file else None
        if own is not None and len(own) > MOST_KEYS:
            raise BadInput(f"{configuration.keys_file} has {len(own):,} keys; the bench takes at most {MOST_KEYS:,}")
        first = own if own is not None else [] if loaded else self.bench.draw(configuration.n)
        self.bench.announce(source, title, len(first))
        self.bench.insert(first)
        context.flush()

    def obey(self, command: dict[str, Any]) -> bool:
        """Carry out a command, or say in the record why not; returns whether it was the last one."""
        try:
            match command.get("command"):
                case "insert":
                    self.bench.insert(self._keys(command, lambda count: self.bench.draw(count)))
                case "query":
                    member = bool(command.get("member", False))
                    self.bench.query(self._keys(command, lambda count: self.bench.sample(count, member)))
                case "rate":
                    fpr = command.get("fpr")
                    if not isinstance(fpr, (int, float)) or not LOWEST_RATE <= fpr <= 0.5:
                        raise BadInput(f"fpr may be from {LOWEST_RATE:.6f} to 0.5, not {fpr!r}")
                    self.bench.set_rate(float(fpr))
                case "shuffle":
                    self._context.event("shuffled", {"difference": self.bench.shuffle()})
                case "save":
                    path = Path(str(command.get("path", "")))
                    save_filter(path, self.bench.sealed(), self._source, self._title)
                    self._context.event("saved", {"path": str(path)})
                case "finish":
                    return True
                case other:
                    raise BadInput(f"There is no command {other!r}")
        except (BadInput, ValueError, RuntimeError) as problem:
            self._context.event("refused", {"command": command, "reason": str(problem)})
        self._context.flush()
        return False

    def _keys(self, command: dict[str, Any], draw: Any) -> list[bytes]:
        if "samples" in command:
            count = command["samples"]
            if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_SAMPLES:
                raise BadInput(f"samples may be a whole number from 1 to {MOST_SAMPLES:,}, not {count!r}")
            found: list[bytes] = draw(count)
            return found
        keys = command.get("keys")
        if not isinstance(keys, list) or not keys or not all(isinstance(key, str) for key in keys):
            raise BadInput("keys must be a list of texts, at least one")
        if len(keys) > MOST_KEYS:
            raise BadInput(f"At most {MOST_KEYS:,} keys at once, not {len(keys):,}")
        return clean_keys(keys) if len(keys) > 1 else [clean_key(keys[0])]


def open_source(source: str, runs: Path) -> tuple[Card, SetMemory]:
    """Card and network of ``pretrained/NAME`` or of a run in the folder ``runs``; raises BadInput."""
    if source.startswith(PRETRAINED):
        return load_shipped(source.removeprefix(PRETRAINED))
    folder = runs / check_name(source, "run id")
    if not folder.is_dir():
        raise BadInput(f"There is no run {source} in {runs}")
    return open_run(folder)


def _find(name: str, sha: str, runs: Path) -> SetMemory:
    """The network that a saved filter needs."""
    for shipped in shipped_names():
        _, network = load_shipped(shipped)
        if fingerprint(network) == sha:
            return network
    raise BadInput(f"The filter needs the network {name!r} (weights {sha[:12]}), which is not among those here")


def _shipped_of(network: SetMemory) -> str:
    """Name of the shipped network with these weights."""
    sha = fingerprint(network)
    return next(name for name in shipped_names() if fingerprint(load_shipped(name)[1]) == sha)
