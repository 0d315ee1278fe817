"""What the Language page knows of one evaluation: situations, transcripts, figures of every turn. No Qt in here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.runs.files import RecordError
from gui.pages.alchemy.model import Situations
from gui.pages.language.transcripts import ANSWER, Talk, message_of
from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import Record

TURN_COLUMNS = ("episode", "question", "node", "next_node", "prompt_tokens", "completion_tokens", "cost", "seconds",
                "valid", "summary")  # fmt: skip
EPISODE_COLUMNS = ("episode", "score", "oracle", "trial_scores", "oracle_trial_scores")


class Evaluation:
    """One record of text Alchemy, read as it grows.

    Attributes: ``situations`` its trace as on the Alchemy page, ``talks`` the transcript of each episode by number,
    ``turns`` and ``episodes`` its tables as structured arrays, ``parts`` for each episode the numbers its parts have in
    the trace with the trial each begins at, ``key_wanted`` providers whose key a run waits for.
    """

    def __init__(self, record: Record) -> None:
        self.record = record
        settings = record.metadata.configuration
        if record.metadata.experiment != "text-alchemy":
            raise BadInput(tr("{id} is no evaluation of text Alchemy", id=record.id))
        self.settings: dict[str, Any] = settings
        self.trials = _whole(settings.get("trials"), 10)
        self.wanted = _whole(settings.get("episodes"), 1)
        self.situations = Situations(record)
        self.talks: dict[int, Talk] = {}
        self.turns: NDArray[np.void] = np.zeros(0)
        self.episodes: NDArray[np.void] = np.zeros(0)
        self.parts: dict[int, list[tuple[int, int]]] = {}
        self.key_wanted: list[str] = []
        self._leaves: dict[int, int] = {}
        self._answered: dict[tuple[int, int], int] = {}
        self._seen = dict.fromkeys(("transcript", "changes", "key-wanted"), 0)
        self._known_nodes = 0

    def refresh(self) -> bool:
        """Take in what was appended since the last call; true where anything came. Raises BadInput for damage."""
        came = self.situations.refresh()
        fresh = self.situations.nodes[self._known_nodes :]
        if len(fresh):
            for k, number in enumerate(fresh["episode"].tolist()):
                self._leaves[number] = self._known_nodes + k
            self._known_nodes += len(fresh)
        came |= self._take_turns()
        self.episodes, grown = self._grown("episodes", self.episodes, EPISODE_COLUMNS)
        came |= grown
        for stream in self._seen:
            events = self.record.events(stream, self._seen[stream])
            for k, event in enumerate(events):
                self._take(stream, self._seen[stream] + k, event)
            self._seen[stream] += len(events)
            came |= bool(events)
        return came

    def _take_turns(self) -> bool:
        have = len(self.turns)
        self.turns, grown = self._grown("turns", self.turns, TURN_COLUMNS)
        if grown:
            fresh = self.turns[have:]
            pairs = zip(fresh["episode"].tolist(), fresh["question"].tolist(), strict=True)
            self._answered |= {pair: have + k for k, pair in enumerate(pairs)}
        return grown

    def _grown(self, name: str, rows: NDArray[np.void], columns: tuple[str, ...]) -> tuple[NDArray[np.void], bool]:
        try:
            table = self.record.table(name)
        except RecordError:
            return rows, False  # a record that has only just been made has no table yet
        missing = [column for column in columns if column not in (table.dtype.names or ())]
        if missing:
            raise BadInput(
                tr("The table {name} of {id} has no column {missing}", name=name, id=self.record.id, missing=missing[0])
            )
        if len(table) <= len(rows):
            return rows, False
        fresh = table.read(len(rows))
        return (np.concatenate([rows, fresh]) if len(rows) else fresh), True

    def _take(self, stream: str, number: int, event: dict[str, Any]) -> None:
        if stream == "key-wanted":
            self.key_wanted.append(str(event.get("provider", "")))
        elif stream == "changes":
            number, traced, first = (int(event[name]) for name in ("episode", "traced_as", "first_trial"))
            self.parts.setdefault(number, [(number, 0)]).append((traced, first))
        elif (message := message_of(number, event)) is not None:
            talk = self.talks.setdefault(int(event["episode"]), Talk(int(event["episode"])))
            talk.messages.append(message)
            talk.trial = max(talk.trial, message.trial)
            if message.kind == ANSWER:
                talk.answers += 1
                talk.invalid += not message.valid

    def leaf(self, traced: int) -> int:
        """The newest situation of one part of an episode, -1 where it was not traced."""
        return self._leaves.get(traced, -1)

    def parts_of(self, episode: int) -> list[tuple[int, int]]:
        """(number in the trace, first trial) of each part of an episode."""
        return self.parts.get(episode, [(episode, 0)])

    def turn(self, episode: int, question: int) -> NDArray[np.void] | None:
        """The figures of an answer, None while they are not there."""
        at = self._answered.get((episode, question))
        return None if at is None else self.turns[at]

    def ended(self, episode: int) -> NDArray[np.void] | None:
        """The row of an episode that was played to its end."""
        if not len(self.episodes):
            return None
        found = np.flatnonzero(self.episodes["episode"] == episode)
        return self.episodes[found[0]] if len(found) else None

    def spent(self) -> tuple[int, float, float]:
        """Tokens, US dollars and seconds of all answers so far."""
        if not len(self.turns):
            return 0, 0.0, 0.0
        turns = self.turns
        tokens = int(turns["prompt_tokens"].sum() + turns["completion_tokens"].sum())
        return tokens, float(turns["cost"].sum()), float(turns["seconds"].sum())


def _whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and 0 < value <= 1_000_000 else default
