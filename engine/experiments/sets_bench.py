"""The bench behind the session: a live set, the filter it makes, a classical filter and the baselines beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.sets_record import BINS, INSERT, QUERY, BenchRecorder
from engine.filters.baselines import Label, prior
from engine.filters.bloom import HASHES, BloomFilter, hash_keys
from engine.filters.filter import SetFilter, codes_of, seal
from engine.filters.live import LiveSet, label_size, lookalikes, string_fence
from engine.filters.models import Card
from engine.filters.network import NeuralBloomFilter
from engine.filters.tasks import Keys, OneClass, Skewed, make_keys

ASKED = 2000  # non-members that every filter on the way is asked
CHECKS = 60  # filters made while a list is inserted


class Bench:
    """See the module. ``fpr`` is the rate asked for now."""

    def __init__(
        self,
        context: Context,
        card: Card,
        network: NeuralBloomFilter,
        fpr: float,
        precision: int,
        loaded: SetFilter | None,
    ):
        self.fpr = fpr
        self._context, self._card, self._network, self._precision = context, card, network, precision
        self._pictures = network.sizes.encoder.startswith("image")
        self._set = LiveSet(network, card.calibration)
        self._loaded = loaded
        self._recorder = BenchRecorder(context, network.sizes, self._pictures)
        self._keys = _pool(card)
        self._order: list[int] = []
        self._next = 0
        self._label: Label | None = None
        if isinstance(self._keys, OneClass):
            train = make_keys(card.task, "train")  # type: ignore[arg-type]
            self._label = Label(codes_of(network, train.names), train.labels)
        self._made: SetFilter | None = loaded
        self._bloom = BloomFilter(1, fpr)
        self._others: list[bytes] = []
        self._known = True  # whether most keys are of the network's own task

    def announce(self, source: str, title: str, planned: int) -> None:
        """Say what this bench is; the classical filter is sized for ``planned`` keys."""
        planned = max(planned, self._loaded.n if self._loaded else 0, 20)
        self._bloom = BloomFilter(planned, self.fpr)
        sizes, low, high = self._network.sizes, *self._card.trained
        self._context.event(
            "bench",
            {
                "source": source, "title": title, "task": self._card.task, "encoder": sizes.encoder, "fpr": self.fpr,
                "slots": sizes.slots, "word": sizes.word, "precision": self._precision, "trained": [low, high],
                "planned": planned, "bloom_bits": self._bloom.bits, "hashes": self._bloom.k,
                "pictures": self._pictures, "side": sizes.side, "loaded": self._loaded is not None,
                "weights": sum(weight.numel() for weight in self._network.parameters()),
            },
        )  # fmt: skip

    # Keys of the network's own task

    def draw(self, count: int) -> list[bytes]:
        """The next keys of a set of the task's own kind. Raises BadInput where there are no keys to draw."""
        keys = self._task_keys()
        if not self._order:
            random = self._context.rng("set")
            self._order = keys.draw(random, min(keys.most, 2 * max(count, self._card.trained[1]))).tolist()
            if isinstance(keys, OneClass):
                self._order = random.permutation(self._order).tolist()
        found = self._order[self._next : self._next + count]
        if len(found) < count:
            raise BadInput(f"Only {len(found):,} more keys of this kind are left, not {count:,}")
        self._next += count
        return [keys.names[i] for i in found]

    def sample(self, count: int, member: bool) -> list[bytes]:
        """Members that were inserted, or keys that were not."""
        own = list(self._set.keys)
        random = self._context.rng("questions", self._recorder.operations)
        if member:
            if not own:
                raise BadInput(
                    "No key was inserted yet" + ("; a saved filter does not know its keys" if self._loaded else "")
                )
            return [own[i] for i in random.integers(0, len(own), count)]
        pool = self._non_members()
        if not pool:
            raise BadInput("There are no other keys here to ask for; type one")
        return [pool[i] for i in random.integers(0, len(pool), count)]

    def _task_keys(self) -> Keys:
        if self._keys is None:
            raise BadInput("The keys of this network's task are not on this computer; insert a list of your own")
        return self._keys

    # Doing

    def insert(self, keys: Sequence[bytes]) -> None:
        """Insert keys one after the other, each once."""
        if not keys:
            return
        if self._loaded is not None:
            self._insert_later(keys)
            return
        fresh = [key for key in dict.fromkeys(keys) if key not in self._set.keys]
        if not fresh:
            raise BadInput(
                "The key is already in the set" if len(keys) == 1 else "All these keys are already in the set"
            )
        before = len(self._set.keys)
        written = self._set.insert(fresh)
        hashes = hash_keys(fresh)
        every = max(1, math.ceil(len(fresh) / CHECKS))
        for i, (key, done) in enumerate(zip(fresh, written, strict=True)):
            self._context.check()
            n = before + i + 1
            self._bloom.add(hashes[i : i + 1])
            if i % every == every - 1 or i == len(fresh) - 1 or n <= 10:
                self._check(n)
            assert self._made is not None
            row = self._answer(key, self._made.logits(self._set.codes[n - 1 : n]), hashes[i : i + 1])
            row["backup"] |= not row["network"]  # where no filter was made for this key alone, its next one holds it
            row |= {"member": True, "address": done.address, "word": done.word, "memory": done.memory}
            self._recorder.operation(kind=INSERT, n=n, **row)
            self._context.progress(i + 1, len(fresh), "keys")
        self._other_questions()

    def _insert_later(self, keys: Sequence[bytes]) -> None:
        """A saved filter's memory is never touched again: new keys go into a filter behind it."""
        assert self._loaded is not None
        self._loaded.insert(keys)
        self._set.keys |= dict.fromkeys(keys)
        self._bloom.add(hash_keys(keys))
        self.query(list(keys), INSERT)

    def query(self, keys: Sequence[bytes], kind: int = QUERY) -> None:
        """Ask for keys."""
        if self._made is None:
            raise BadInput("Insert a key first: there is no filter to ask")
        codes, hashes = codes_of(self._network, keys), hash_keys(keys)
        _, addresses, words = (part.numpy() for part in self._network.parts(codes))
        memory = self._set.memory.astype(np.float32)
        if self._loaded is not None:
            memory = (self._loaded.memory * self._loaded.n).reshape(memory.shape)
        n = self._made.n if self._loaded is not None else len(self._set.keys)
        for i, key in enumerate(keys):
            row = self._answer(key, self._made.logits(codes[i : i + 1]), hashes[i : i + 1])
            row |= {"member": key in self._set.keys, "address": addresses[i], "word": words[i], "memory": memory}
            self._recorder.operation(kind=kind, n=n, **row)

    def set_rate(self, fpr: float) -> None:
        """Another rate from now on."""
        if self._loaded is not None:
            raise BadInput("A saved filter keeps the rate it was made for")
        self.fpr = fpr
        if self._set.keys:
            self._bloom = BloomFilter(max(len(self._set.keys), 20), fpr)
            self._bloom.add(self._set.hashes)
            event = {
                "fpr": fpr,
                "bloom_bits": self._bloom.bits,
                "hashes": self._bloom.k,
                "from": self._recorder.operations,
            }
            self._context.event("rate", event | {"array": np.packbits(self._bloom.array).tobytes().hex()})
            self._check(len(self._set.keys))

    def shuffle(self) -> float:
        """See ``LiveSet``."""
        if not self._set.keys:
            raise BadInput("Insert keys first")
        return self._set.shuffled_difference(self._context.rng("shuffle", self._recorder.operations))

    def sealed(self) -> SetFilter:
        """The filter as it is now. Raises BadInput if there is none."""
        if self._made is None:
            raise BadInput("There is no filter to save yet: insert a key first")
        return self._made

    def result(self) -> dict[str, Any]:
        """What the session ends with."""
        if self._made is None:
            return {"n": 0}
        return {"n": self._made.n, "bits_total": self._made.space.total, "missed": self._made.missed}

    # Seeing

    def _answer(self, key: bytes, logits: Any, hashes: Any) -> dict[str, Any]:
        assert self._made is not None
        places = np.full(HASHES, -1, np.int32)
        places[: self._bloom.k] = self._bloom.places(hashes)[0]
        return {
            "key": self._recorder.key(key, self._name(key)),
            "check": self._recorder.checks - 1,
            "logit": float(logits[0]),
            "network": bool(logits[0] >= self._made.choice.threshold),
            "backup": bool(self._made.in_backup(hashes)[0]),
            "places": places,
            "bloom": bool(self._bloom.contains(hashes)[0]),
        }

    def _name(self, key: bytes) -> str:
        if not self._pictures or self._keys is None:
            return ""
        row = self._rows.get(key)
        return "a picture" if row is None else f"a {self._keys.labels[row]}, picture {row}"

    @property
    def _rows(self) -> dict[bytes, int]:
        if not hasattr(self, "_row_of"):
            self._row_of = {name: i for i, name in enumerate(self._keys.names)} if self._keys else {}
        return self._row_of

    def _check(self, n: int) -> None:
        """Make the filter of the first n keys, ask it, and write down what it costs."""
        codes, hashes = self._set.codes[:n], self._set.hashes[:n]
        others = self._non_members()
        foreign = None if self._known else self._other_codes
        self._made = made = seal(
            self._network, self._card.calibration, codes, hashes, self.fpr, self._precision, foreign
        )
        own = list(self._set.keys)
        other_codes = self._other_codes
        high, low = made.logits(codes), made.logits(other_codes)
        wrong = (low >= made.choice.threshold) | made.in_backup(self._other_hashes)
        both = np.concatenate([high, low, [made.choice.threshold]])
        both = both[np.isfinite(both)]
        edges = np.linspace(both.min() - 0.5, both.max() + 0.5, BINS + 1)
        bits, rates = self._baselines(own[:n], codes, others)
        space = made.space
        self._recorder.check(
            operation=self._recorder.operations,
            n=n,
            threshold=made.choice.threshold,
            missed=made.missed,
            false_negatives=int((~made.answers(codes, hashes)).sum()),
            bits=(space.memory, space.counters, space.backup),
            bloom_bits=float(BloomFilter(n, self.fpr).bits),
            baselines=bits,
            wrong=(wrong.mean() if len(wrong) else np.nan, self._bloom_wrong(), *rates),
            asked=len(others),
            range=(edges[0], edges[-1]),
            members=np.histogram(high, edges)[0],
            others=np.histogram(low, edges)[0],
        )

    def _bloom_wrong(self) -> float:
        return float(self._bloom.contains(self._other_hashes).mean()) if len(self._others) else math.nan

    def _baselines(self, own: list[bytes], codes: Any, others: list[bytes]) -> tuple[list[float], list[float]]:
        """Bits and rates of fence, prior and label."""
        nothing = (math.nan, math.nan)
        fence, known, label = nothing, nothing, nothing
        if not self._pictures and others:
            fence = string_fence(own, others, self.fpr)
        if self._label is not None and others:
            label = label_size(self._label, codes, self._other_codes, self.fpr)
        if isinstance(self._keys, Skewed):
            rows = np.array([self._rows[key] for key in own if key in self._rows])
            built = prior(self._keys, rows, self.fpr) if len(rows) == len(own) else None
            if built is not None:
                known = float(built.bits), self.fpr
        pairs = (fence, known, label)
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def _non_members(self) -> list[bytes]:
        """Keys to ask that are no members, some 2,000; of the task where it has any, else made up to look like ours."""
        if not self._others:
            self._other_questions()
        return self._others

    def _other_questions(self) -> None:
        random, own = self._context.rng("others"), self._set.keys
        rows = np.array([self._rows[key] for key in own if key in self._rows], np.int64)
        self._known = self._keys is not None and 2 * len(rows) >= len(own) > 0  # a stray key changes no question
        if self._keys is not None and self._known:
            chosen = np.unique(self._keys.others(random, rows, ASKED))
            self._others = [self._keys.names[i] for i in chosen if self._keys.names[i] not in own]
        elif own and not self._pictures:
            self._others = lookalikes(list(own), random, ASKED)
        else:
            self._others = []
        self._other_codes = codes_of(self._network, self._others) if self._others else torch.zeros(0, 1)
        if not self._others and own:
            self._other_codes = self._set.codes[:0]
        self._other_hashes = hash_keys(self._others)


def _pool(card: Card) -> Keys | None:
    """Test keys of the task; None where its data is not on this computer."""
    try:
        return make_keys(card.task, "test")  # type: ignore[arg-type]
    except BadInput:
        return None
