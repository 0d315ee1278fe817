"""bAbI: twenty question-answering tasks on short stories, read word by word.

Source: Weston et al. 2015 (arXiv 1502.05698), data version 1.2; word by word as one-hot inputs as in Graves et al. 2016
and Rae et al. 2016, supplement G. Two forms are read: ``babi_v1_2_en.zip`` and the authors' ``tasks_1-20_v1-2.tar.gz``
(packed or unpacked). The files have no published checksum, so every line is checked instead.
"""

from __future__ import annotations

import functools
import re
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from engine.data.folders import find, folders
from engine.data.memory_tasks import Batch
from engine.errors import BadInput

PACKED = "babi_v1_2_en.zip"
ORIGINALS = ("tasks_1-20_v1-2.tar.gz", "tasks_1-20_v1-2")
NAME = re.compile(r"(en|en-10k)/qa(\d+)_[^/]*_(train|test)\.txt$")
LARGEST = 16 << 20  # bytes of one text; the largest real one has 5.3 MB
WORD = re.compile(r"[a-z0-9'-]+|\?")


@dataclass(frozen=True, slots=True)
class Story:
    """``words``: the words in order; ``asked``: positions of the question marks; ``answers``: one for each of them.

    ``needed``: position at which the first sentence that a question needs begins, one for each question.
    """

    words: tuple[str, ...]
    asked: tuple[int, ...]
    answers: tuple[str, ...]
    needed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """Stories of one or all tasks; ``words`` and ``answers`` that occur, in alphabetical order."""

    train: tuple[Story, ...]
    test: tuple[Story, ...]
    words: tuple[str, ...]
    answers: tuple[str, ...]


@functools.cache
def questions(task: int) -> Questions:
    """Stories of a task (1 to 20), or of all for 0, with 10,000 training questions each where the file has them.

    Raises BadInput that names the file and its fault.
    """
    for folder in folders():
        for name in (PACKED, *ORIGINALS):
            if (folder / name).exists():
                return read(folder / name, task)
    return read(find(PACKED), task)


def read(source: Path, task: int) -> Questions:
    """Stories out of an archive or a folder; raises BadInput."""
    texts: dict[tuple[int, str], tuple[str, str, str]] = {}
    for path, text in _texts(source, task):
        match = NAME.search(path)
        if match:
            version, number, part = match.groups()
            if version >= texts.get((int(number), part), ("",))[0]:  # en-10k comes after en
                texts[int(number), part] = version, path, text
    wanted = range(1, 21) if task == 0 else (task,)
    parts: dict[str, list[Story]] = {"train": [], "test": []}
    for number in wanted:
        for part, stories in parts.items():
            if (number, part) not in texts:
                raise BadInput(f"{source} has no {part} file of bAbI task {number}")
            _, path, text = texts[number, part]
            stories += parse(text, f"{source.name}, {path}")
    everything = parts["train"] + parts["test"]
    words = sorted({word for story in everything for word in story.words})
    answers = sorted({answer for story in everything for answer in story.answers})
    return Questions(tuple(parts["train"]), tuple(parts["test"]), tuple(words), tuple(answers))


def parse(text: str, where: str) -> Iterator[Story]:
    """Stories of one file; raises BadInput naming ``where`` and the line.

    A line is its number in the story and a sentence; in questions a tab, the answer, a tab and the supporting lines
    follow. An answer of several words (tasks 8 and 19) is taken as one symbol.
    """
    words: list[str] = []
    asked: list[int] = []
    answers: list[str] = []
    needed: list[int] = []
    begins: list[int] = []  # position of each sentence
    expected = 1
    for number, line in enumerate(text.splitlines(), start=1):
        head, _, rest = line.partition(" ")
        if not head.isdecimal() or int(head) not in (1, expected) or not rest.strip():
            raise BadInput(f"{where}, line {number}: expected a sentence numbered {expected} or 1, not {line[:60]!r}")
        if int(head) == 1 and words:
            if asked:
                yield Story(tuple(words), tuple(asked), tuple(answers), tuple(needed))
            words, asked, answers, needed, begins = [], [], [], [], []
        expected = int(head) + 1
        sentence, *more = rest.split("\t")
        begins.append(len(words))
        words += WORD.findall(sentence.lower())
        if more:
            if not more[0].strip() or not sentence.rstrip().endswith("?"):
                raise BadInput(f"{where}, line {number}: a question needs a question mark and an answer: {line[:60]!r}")
            asked.append(len(words) - 1)
            answers.append(more[0].strip().lower())
            lines = [int(line) for line in more[-1].split() if line.isdecimal() and 0 < int(line) < int(head)]
            needed.append(begins[min(lines, default=1) - 1])
    if asked:
        yield Story(tuple(words), tuple(asked), tuple(answers), tuple(needed))
    elif not words:
        raise BadInput(f"{where} is empty")


def _texts(source: Path, task: int) -> Iterator[tuple[str, str]]:
    """Path and text of every file of the task (all for 0)."""

    def wanted(path: str, size: int) -> bool:
        match = NAME.search(path)
        if match is None or task not in (0, int(match[2])):
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
            with zipfile.ZipFile(source) as archive:
                for info in archive.infolist():
                    if wanted(info.filename, info.file_size):
                        yield info.filename, archive.read(info).decode("utf-8")
        else:
            with tarfile.open(source) as tar:
                for member in tar:
                    if member.isfile() and wanted(member.name, member.size) and (file := tar.extractfile(member)):
                        yield member.name, file.read().decode("utf-8")
    except (OSError, EOFError, zipfile.BadZipFile, tarfile.TarError, zlib.error, UnicodeDecodeError) as problem:
        raise BadInput(f"{source} cannot be read as bAbI data: {problem}") from problem


class Passage(NamedTuple):
    """A story, or part of one, as numbers: see ``Story``; int [words] and int [questions]."""

    words: NDArray[np.intp]
    asked: NDArray[np.intp]
    answers: NDArray[np.intp]
    needed: NDArray[np.intp]

    def passage(self, random: Generator, level: int) -> Passage:
        """``level`` questions with the sentences before them, from any place where at least one can be answered."""
        latest = max(0, len(self.asked) - level)
        first = int(random.integers(0, latest + 1))
        while True:
            begin = int(self.asked[first - 1]) + 1 if first else 0
            part = slice(first, first + level)
            known = self.needed[part] >= begin
            if known.any():
                break
            first -= 1  # ends at 0, where everything is known
        asked = self.asked[part]
        words = self.words[begin : asked[-1] + 1]
        return Passage(words, asked[known] - begin, self.answers[part][known], self.needed[part][known] - begin)


@dataclass(frozen=True)
class Stories:
    """Read a story word by word; at each question mark, say the answer. Level: questions of a passage.

    Most tasks have five questions a story. A passage begins after any question and goes on for ``level`` more; those
    that need an earlier sentence are not counted. Short passages are what a network learns first, and from whole
    stories alone, of which there are only 2,000 a task, it would learn them by heart.
    """

    questions: Questions
    held_out: bool = False
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
        """See ``Task``; ``batch`` stories, as many steps as the longest has words."""
        if level < self.shortest:
            raise BadInput(f"level must be at least {self.shortest} for this task, not {level}")
        stories = [self._encoded[i] for i in random.integers(0, len(self), batch).tolist()]
        return self._batch([story.passage(random, level) for story in stories])

    def batch(self, which: list[int]) -> Batch:
        """Whole stories of these numbers, in the order of the file."""
        return self._batch([self._encoded[i] for i in which])

    def _batch(self, stories: list[Passage]) -> Batch:
        steps = max(len(story.words) for story in stories)
        inputs = np.zeros((steps, len(stories), self.inputs), np.float32)
        targets = np.zeros((steps, len(stories), self.outputs), np.float32)
        asked = np.zeros((steps, len(stories)), bool)
        for b, story in enumerate(stories):
            inputs[np.arange(len(story.words)), b, story.words] = 1
            targets[story.asked, b, story.answers] = 1
            asked[story.asked, b] = True
        return Batch(inputs, targets, asked, classes=True)

    @functools.cached_property
    def _encoded(self) -> list[Passage]:
        """Each story as numbers."""
        word = {name: i for i, name in enumerate(self.questions.words)}
        answer = {name: i for i, name in enumerate(self.questions.answers)}
        return [
            Passage(
                np.array([word[name] for name in story.words]),
                np.array(story.asked),
                np.array([answer[name] for name in story.answers]),
                np.array(story.needed),
            )
            for story in (self.questions.test if self.held_out else self.questions.train)
        ]

    def __len__(self) -> int:
        return len(self._encoded)
