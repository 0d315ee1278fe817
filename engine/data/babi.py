"""bAbI: twenty question-answering tasks on short stories, read word by word.

Source: Weston et al. 2015 (arXiv 1502.05698), data version 1.2; word by word as one-hot inputs as in Graves et al. 2016
and Rae et al. 2016, supplement G. Two forms are read: ``babi_v1_2_en.zip`` and the authors' ``tasks_1-20_v1-2.tar.gz``
(packed or unpacked). The files have no published checksum, so every line is checked instead.
"""

from __future__ import annotations

import functools
import gzip
import itertools
import re
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.data.archives import Frugal, open_zip, read_member
from engine.data.folders import folders, not_found
from engine.data.memory_tasks import Batch
from engine.errors import BadInput

PACKED = "babi_v1_2_en.zip"
ORIGINALS = ("tasks_1-20_v1-2.tar.gz", "tasks_1-20_v1-2")
NAME = re.compile(r"(en|en-10k)/qa(\d+)_[^/]*_(train|test)\.txt$")
LARGEST = 16 << 20  # bytes of one text; the largest real one has 5.3 MB
LEFT_OUT = 0.3  # share of sentences without use that a training passage lacks
ALIKE = (
    frozenset(
        ["antoine", "bill", "daniel", "fred", "jason", "jeff", "john", "julie", "mary", "sandra", "sumit", "yann"]
    ),
    frozenset(["bathroom", "bedroom", "cinema", "garden", "hallway", "kitchen", "office", "park", "school"]),
    frozenset(["apple", "football", "milk", "pajamas"]),
)
"""People, places and things: a story with two of a kind exchanged throughout is as true as before."""
WORD = re.compile(r"[a-z0-9'-]+|\?")


class Line(NamedTuple):
    """A sentence in words; a question has an ``answer`` and ``needs`` earlier lines, counted from 0."""

    words: tuple[str, ...]
    answer: str | None = None
    needs: tuple[int, ...] = ()


Story = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """Stories of some tasks, ``test`` by task; ``words`` and ``answers`` that occur, in alphabetical order."""

    train: tuple[Story, ...]
    test: dict[int, tuple[Story, ...]]
    words: tuple[str, ...]
    answers: tuple[str, ...]


@functools.cache
def questions(*tasks: int) -> Questions:
    """Stories of these tasks (1 to 20), or of all for 0, with 10,000 training questions each where the file has them.

    Raises BadInput that names the file and its fault.
    """
    for folder in folders():
        for name in (PACKED, *ORIGINALS):
            if (folder / name).exists():
                return read(folder / name, *tasks)
    raise BadInput(f"{not_found(PACKED)}. The authors' own {ORIGINALS[0]}, packed or unpacked, does as well")


def read(source: Path, *tasks: int) -> Questions:
    """Stories out of an archive or a folder; raises BadInput."""
    texts: dict[tuple[int, str], tuple[str, str, str]] = {}
    wanted = tuple(range(1, 21)) if 0 in tasks else tuple(sorted(set(tasks)))
    for path, text in _texts(source, wanted):
        match = NAME.search(path)
        if match:
            version, number, part = match.groups()
            if version >= texts.get((int(number), part), ("",))[0]:  # en-10k comes after en
                texts[int(number), part] = version, path, text
    parts: dict[tuple[int, str], tuple[Story, ...]] = {}
    for at in itertools.product(wanted, ("train", "test")):
        if at not in texts:
            raise BadInput(f"{source} has no {at[1]} file of bAbI task {at[0]}")
        _, path, text = texts[at]
        parts[at] = tuple(parse(text, f"{source.name}, {path}"))
    everything = tuple(itertools.chain.from_iterable(parts.values()))
    words = sorted({word for story in everything for line in story for word in line.words})
    answers = sorted({line.answer for story in everything for line in story if line.answer is not None})
    train = tuple(itertools.chain.from_iterable(parts[number, "train"] for number in wanted))
    return Questions(train, {number: parts[number, "test"] for number in wanted}, tuple(words), tuple(answers))


def parse(text: str, where: str) -> Iterator[Story]:
    """Stories of one file; raises BadInput naming ``where`` and the line.

    A line is its number in the story and a sentence; in questions a tab, the answer, a tab and the supporting lines
    follow. An answer of several words (tasks 8 and 19) is taken as one symbol.
    """
    story: list[Line] = []
    for number, line in enumerate(text.splitlines(), start=1):
        head, _, rest = line.partition(" ")
        expected = len(story) + 1
        if not head.isdecimal() or int(head) not in (1, expected) or not rest.strip():
            raise BadInput(f"{where}, line {number}: expected a sentence numbered {expected} or 1, not {line[:60]!r}")
        if int(head) == 1 and story:
            yield tuple(story)
            story = []
        sentence, *more = rest.split("\t")
        words = tuple(WORD.findall(sentence.lower()))
        if not more:
            story.append(Line(words))
            continue
        if not more[0].strip() or not sentence.rstrip().endswith("?"):
            raise BadInput(f"{where}, line {number}: a question needs a question mark and an answer: {line[:60]!r}")
        needs = [int(each) - 1 for each in more[-1].split() if each.isdecimal() and 0 < int(each) <= len(story)]
        story.append(Line(words, more[0].strip().lower(), tuple(needs)))
    if not story:
        raise BadInput(f"{where} is empty")
    yield tuple(story)


def _texts(source: Path, tasks: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    """Path and text of every file of these tasks."""

    def wanted(path: str, size: int) -> bool:
        match = NAME.search(path)
        if match is None or int(match[2]) not in tasks:
            return False
        if size > LARGEST:
            raise BadInput(f"{source}, {path}: {size:,} bytes are more than any bAbI file has")
        return True

    try:
        if source.is_dir():
            for path in sorted(source.rglob("qa*.txt")):
                if wanted(path.as_posix(), path.stat().st_size):
                    yield path.as_posix(), path.read_text("utf-8")
        elif source.suffix == ".zip":
            with open_zip(source) as archive:
                for info in archive.infolist():
                    if wanted(info.filename, info.file_size):
                        yield info.filename, read_member(archive, info, LARGEST).decode("utf-8")
        else:
            with Frugal(gzip.open(source), LARGEST) as plain, tarfile.open(fileobj=plain, mode="r:") as tar:
                for member in tar:
                    if member.isfile() and wanted(member.name, member.size) and (file := tar.extractfile(member)):
                        yield member.name, file.read().decode("utf-8")
    except BadInput:
        raise
    except Exception as problem:  # a damaged archive fails in many ways: zlib, zipfile, tarfile, names that are no text
        raise BadInput(f"{source} cannot be read as bAbI data: {problem}") from problem


class Passage(NamedTuple):
    """What is read, as numbers: ``words`` int [n], ``asked`` int [questions] positions, ``answers`` int [questions]."""

    words: NDArray[np.intp]
    asked: NDArray[np.intp]
    answers: NDArray[np.intp]


@dataclass(frozen=True)
class Stories:
    """Read a story word by word; at each question mark, say the answer. Level: questions of a passage.

    Most tasks have five questions a story. A passage begins after any question and goes on for ``level`` more; those
    that need an earlier sentence are not counted. Short passages are what a network learns first. In training,
    sentences that no counted question needs are left out now and then: 2,000 stories, always the same, a network learns
    by heart. ``renamed``: in training, people, places and things also change their names at random, each throughout a
    passage.
    """

    questions: Questions
    held_out: bool = False
    renamed: bool = False
    shortest: int = 1

    @property
    def inputs(self) -> int:
        """Words."""
        return len(self.questions.words)

    @property
    def outputs(self) -> int:
        """Answers."""
        return len(self.questions.answers)

    def sample(self, random: Generator, batch: int, level: int) -> Batch:
        """See ``Task``; ``batch`` passages, as many steps as the longest has words."""
        if level < self.shortest:
            raise BadInput(f"level must be at least {self.shortest} for this task, not {level}")
        stories = [self._stories[i] for i in random.integers(0, len(self), batch).tolist()]
        passages = [self._passage(*self._part(story, random, level)) for story in stories]
        if self.renamed and not self.held_out:
            passages = [self._rename(passage, random) for passage in passages]
        return self._batch(passages)

    def batch(self, which: list[int]) -> Batch:
        """Whole stories of these numbers, in the order of the file."""
        stories = [self._stories[i] for i in which]
        return self._batch([self._passage(story, [line.answer is not None for line in story]) for story in stories])

    def __len__(self) -> int:
        return len(self._stories)

    @property
    def _stories(self) -> tuple[Story, ...]:
        return self._examined if self.held_out else self.questions.train

    @functools.cached_property
    def _examined(self) -> tuple[Story, ...]:
        return tuple(itertools.chain.from_iterable(self.questions.test.values()))

    def _part(self, story: Story, random: Generator, level: int) -> tuple[list[Line], list[bool]]:
        """Lines of a passage, and which of them are questions that count."""
        asked = [i for i, line in enumerate(story) if line.answer is not None]
        first = int(random.integers(0, max(0, len(asked) - level) + 1))
        while True:
            begin = asked[first - 1] + 1 if first else 0
            part = range(begin, asked[first : first + level][-1] + 1)
            counted = [i for i in part if story[i].answer is not None and min(story[i].needs, default=0) >= begin]
            if counted or not first:
                break
            first -= 1  # at 0 everything is known
        needed = {i for at in counted for i in story[at].needs} | set(counted)
        left_out = random.random(len(part)) < (0 if self.held_out else LEFT_OUT)
        kept = [i for i, out in zip(part, left_out, strict=True) if i in needed or not out]
        return [story[i] for i in kept], [i in counted for i in kept]

    def _passage(self, lines: Sequence[Line], counted: Sequence[bool]) -> Passage:
        words, asked, answers = [], [], []
        for line, counts in zip(lines, counted, strict=True):
            words += [self._word[word] for word in line.words]
            if counts and line.answer is not None:
                asked.append(len(words) - 1)
                answers.append(self._answer[line.answer])
        return Passage(np.array(words), np.array(asked, int), np.array(answers, int))

    def _rename(self, passage: Passage, random: Generator) -> Passage:
        words, answers = np.arange(self.inputs), np.arange(self.outputs)
        for group in self._alike:
            mixed = random.permutation(group)
            words[group] = mixed
            for old, new in zip(group, mixed, strict=True):
                if (name := self.questions.words[old]) in self._answer:
                    answers[self._answer[name]] = self._answer[self.questions.words[new]]
        return Passage(words[passage.words], passage.asked, answers[passage.answers])

    @functools.cached_property
    def _alike(self) -> list[NDArray[np.intp]]:
        """Words that may take each other's names; those that can be answers only those of others that can."""
        groups = []
        for kind in ALIKE:
            for answers in (True, False):
                names = [word for word in self.questions.words if word in kind and (word in self._answer) == answers]
                groups.append(np.array([self._word[name] for name in names], np.intp))
        return groups

    def _batch(self, passages: list[Passage]) -> Batch:
        steps = max(len(passage.words) for passage in passages)
        inputs = np.zeros((steps, len(passages), self.inputs), np.float32)
        targets = np.zeros((steps, len(passages), self.outputs), np.float32)
        asked = np.zeros((steps, len(passages)), bool)
        for b, passage in enumerate(passages):
            inputs[np.arange(len(passage.words)), b, passage.words] = 1
            targets[passage.asked, b, passage.answers] = 1
            asked[passage.asked, b] = True
        return Batch(inputs, targets, asked, classes=True)

    @functools.cached_property
    def _word(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.questions.words)}

    @functools.cached_property
    def _answer(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.questions.answers)}
