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
    """``words``: the words in order; ``asked``: positions of the question marks; ``answers``: one for each of them."""

    words: tuple[str, ...]
    asked: tuple[int, ...]
    answers: tuple[str, ...]


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
    expected = 1
    for number, line in enumerate(text.splitlines(), start=1):
        head, _, rest = line.partition(" ")
        if not head.isdecimal() or int(head) not in (1, expected) or not rest.strip():
            raise BadInput(f"{where}, line {number}: expected a sentence numbered {expected} or 1, not {line[:60]!r}")
        if int(head) == 1 and words:
            if asked:
                yield Story(tuple(words), tuple(asked), tuple(answers))
            words, asked, answers = [], [], []
        expected = int(head) + 1
        sentence, *more = rest.split("\t")
        words += WORD.findall(sentence.lower())
        if more:
            if not more[0].strip() or not sentence.rstrip().endswith("?"):
                raise BadInput(f"{where}, line {number}: a question needs a question mark and an answer: {line[:60]!r}")
            asked.append(len(words) - 1)
            answers.append(more[0].strip().lower())
    if asked:
        yield Story(tuple(words), tuple(asked), tuple(answers))
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


@dataclass(frozen=True)
class Stories:
    """Read a story word by word; at each question mark, say the answer. Level: questions after which a story ends.

    Most tasks have five questions a story; short beginnings are what a network learns first.
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
        return self.batch(random.integers(0, len(self), batch).tolist(), level)

    def batch(self, which: list[int], level: int | None = None) -> Batch:
        """The stories of these numbers in the order of the file, whole or up to question ``level``."""
        stories = [self._encoded[i] for i in which]
        if level is not None:
            stories = [(words[: at[:level][-1] + 1], at[:level], answers[:level]) for words, at, answers in stories]
        steps = max(len(words) for words, _, _ in stories)
        inputs = np.zeros((steps, len(which), self.inputs), np.float32)
        targets = np.zeros((steps, len(which), self.outputs), np.float32)
        asked = np.zeros((steps, len(which)), bool)
        for b, (words, at, answers) in enumerate(stories):
            inputs[np.arange(len(words)), b, words] = 1
            targets[at, b, answers] = 1
            asked[at, b] = True
        return Batch(inputs, targets, asked, classes=True)

    @functools.cached_property
    def _encoded(self) -> list[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]]:
        """Words, positions and answers of each story as numbers."""
        word = {name: i for i, name in enumerate(self.questions.words)}
        answer = {name: i for i, name in enumerate(self.questions.answers)}
        return [
            (
                np.array([word[name] for name in story.words]),
                np.array(story.asked),
                np.array([answer[name] for name in story.answers]),
            )
            for story in (self.questions.test if self.held_out else self.questions.train)
        ]

    def __len__(self) -> int:
        return len(self._encoded)
