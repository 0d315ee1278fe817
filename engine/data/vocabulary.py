"""A closed vocabulary and texts as numbers."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from engine.data.texts import UNKNOWN, Document
from engine.errors import BadInput


@dataclass(frozen=True)
class Vocabulary:
    """``words`` by falling frequency, word 0 is ``UNKNOWN``; ``counts`` int64 [words] in the training text."""

    words: tuple[str, ...]
    counts: NDArray[np.int64]
    numbers: dict[str, int] = field(repr=False)

    @classmethod
    def of(cls, training: Iterable[Sequence[str]], size: int) -> Vocabulary:
        """The ``size`` most frequent words; of equally frequent ones, those with the lowest checksum.

        A checksum, because the alphabet or the order in the text would choose a special kind of rare word.
        """
        found: Counter[str] = Counter()
        for words in training:
            found.update(words)
        unknown = found.pop(UNKNOWN, 0)
        order = sorted(found, key=lambda word: (-found[word], zlib.crc32(word.encode())))
        kept, left = order[: size - 1], order[size - 1 :]
        if len(kept) < 2:
            raise BadInput("The training text has fewer than two different words")
        counts = [unknown + sum(found[word] for word in left), *(found[word] for word in kept)]
        return cls.from_words((UNKNOWN, *kept), np.array(counts, np.int64))

    @classmethod
    def from_words(cls, words: Sequence[str], counts: NDArray[np.int64]) -> Vocabulary:
        """A vocabulary from its words and their counts."""
        return cls(tuple(words), counts, {word: number for number, word in enumerate(words)})

    def encode(self, words: Iterable[str]) -> NDArray[np.int32]:
        """Numbers of words, 0 for unknown ones."""
        get = self.numbers.get
        return np.fromiter((get(word, 0) for word in words), np.int32)


def limited(documents: Sequence[Document], words: int) -> list[list[str]]:
    """The first words of each document, as many of each as make ``words`` in all; whole documents where 0."""
    lengths = np.sort([len(document.words) for document in documents])
    if not words or lengths.sum() <= words:
        return [document.words for document in documents]
    left, rest = words, len(lengths)
    for length in lengths:  # the short ones give all they have, the others share what is left
        if length * rest > left:
            break
        left, rest = left - int(length), rest - 1
    most = -(-left // max(rest, 1))
    return [document.words[:most] for document in documents]
