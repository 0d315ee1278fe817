"""What the Sets page knows of one record: operations, filters made on the way, measured sizes. No Qt in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

STREAMS = ("bench", "keys", "rate", "refused", "saved", "shuffled", "methods", "summaries")
TABLES = ("operations", "checks", "pictures", "sets")
NEEDED = {
    "operations": ("kind", "key", "n", "check", "address", "word", "memory", "logit", "network", "backup", "member",
                   "places", "bloom"),
    "checks": ("operation", "n", "threshold", "missed", "bits", "bloom_bits", "baselines", "wrong", "range", "members",
               "others"),
    "pictures": ("pixels",),
    "sets": ("n", "fpr", "method", "set", "bits", "wrong"),
}  # fmt: skip


class SetsRecord:
    """One record, read as it grows.

    Attributes: ``bench`` the event that says what it is (empty for a measurement); ``operations``, ``checks``,
    ``pictures``, ``sets`` all rows of the tables so far; ``keys`` texts by index; ``news`` (stream, event) of refusals,
    saved files and shuffles, for whoever tells the person; ``summaries`` of a measurement; ``problem`` why a table
    cannot be used.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        self.bench: dict[str, Any] = {}
        self.keys: dict[int, str] = {}
        self.rates: list[dict[str, Any]] = []
        self.news: list[tuple[str, dict[str, Any]]] = []
        self.methods: dict[int, str] = {}
        self.summaries: list[dict[str, Any]] = []
        self.rows: dict[str, NDArray[np.void]] = {name: np.zeros(0) for name in TABLES}
        self.problem = ""
        self._seen = dict.fromkeys(STREAMS, 0)

    @property
    def operations(self) -> NDArray[np.void]:
        return self.rows["operations"]

    @property
    def checks(self) -> NDArray[np.void]:
        return self.rows["checks"]

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came. Raises BadInput."""
        came = False
        for stream in STREAMS:
            events = self.record.events(stream, self._seen[stream])
            self._seen[stream] += len(events)
            for event in events:
                self._take(stream, event)
            came |= bool(events)
        present = self.record.tables()
        for name in TABLES:
            if name in present and not self.problem:
                came |= self._grow(name)
        return came

    def _grow(self, name: str) -> bool:
        table, before = self.record.table(name), len(self.rows[name])
        if len(table) == before:
            return False
        new = table.read(before)
        missing = set(NEEDED[name]) - set(new.dtype.names or ())
        if missing:
            self.problem = tr(
                "The table {name} of {id} lacks {missing}",
                name=name,
                id=self.record.id,
                missing=", ".join(sorted(missing)),
            )
            return False
        self.rows[name] = new if not before else np.concatenate([self.rows[name], new])
        return True

    def _take(self, stream: str, event: dict[str, Any]) -> None:
        match stream:
            case "bench":
                self.bench = event
            case "keys":
                self.keys[_whole(event.get("index"))] = str(event.get("text", ""))
            case "rate":
                self.rates.append(event)
            case "methods":
                self.methods[_whole(event.get("index"))] = str(event.get("name", ""))
            case "summaries":
                if all(isinstance(event.get(name), (int, float)) for name in ("n", "fpr", "bits", "wrong")):
                    self.summaries.append(event)
            case _:
                self.news.append((stream, event))

    def classical(self, position: int) -> tuple[int, int, int]:
        """Bits, hashes and planned keys of the classical filter in force after operation ``position``."""
        bits, hashes = _whole(self.bench.get("bloom_bits")), _whole(self.bench.get("hashes"))
        for rate in self.rates:
            if _whole(rate.get("from")) <= position:
                bits, hashes = _whole(rate.get("bloom_bits")), _whole(rate.get("hashes"))
        return bits, hashes, _whole(self.bench.get("planned"))

    def bits_before(self, position: int) -> tuple[int, NDArray[np.bool_]]:
        """The classical filter in force when it was made, and the first operation that could change it."""
        size = max(self.classical(position)[0], 1)
        first, bits = 0, np.zeros(size, bool)
        for rate in self.rates:
            if _whole(rate.get("from")) <= position:
                first = _whole(rate.get("from"))
                packed = np.frombuffer(bytes.fromhex(str(rate.get("array", ""))), np.uint8)
                known = np.unpackbits(packed)[:size].astype(bool)
                bits = np.zeros(size, bool)
                bits[: len(known)] = known
        return first, bits

    def rate(self, position: int) -> float:
        """The rate asked for at an operation."""
        found = float(self.bench.get("fpr") or 0.01)
        for rate in self.rates:
            if _whole(rate.get("from")) <= position:
                found = float(rate.get("fpr") or found)
        return found

    @property
    def is_bench(self) -> bool:
        """Whether there are operations to step through."""
        return bool(self.bench)

    @property
    def refusal(self) -> BadInput | None:
        """What is wrong with the record, as the error it is."""
        return BadInput(self.problem) if self.problem else None


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) and value == value and abs(value) < 1e15 else 0
