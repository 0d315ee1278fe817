"""The external memory of SAM and SDNC on the CPU: one lazily allocated copy, whatever the number of slots.

Everything is zero at the start, and zero means "nothing here yet" (slots are stored as slot + 1), so the operating
system hands out pages only for rows that are really used. A word that was never written is never read, and fresh words
are handed out in index order: the words that matter are the first ``touched`` ones of each memory, which is what makes
the exact search independent of the number of slots.
"""

from __future__ import annotations

import math
import mmap
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.memory.compiled import inner, kernel
from engine.memory.sparse_index import Index, no_index, put

OLDEST, NEWEST, TOUCHED = 0, 1, 2  # columns of Ring.ends
SMALLEST_NORM = 1e-6  # shorter words have similarity 0 to everything and pass no gradient


class Ring(NamedTuple):
    """Words in order of their last access, one doubly linked list per batch element [Rae et al. 2016, A.3].

    ``newer``, ``older`` int32 [batch, slots]: neighbour + 1, 0 at an end; ``ends`` int64 [batch, 3]: least recently
    accessed word + 1, most recently accessed word + 1, number of words ever accessed.
    """

    newer: NDArray[np.int32]
    older: NDArray[np.int32]
    ends: NDArray[np.int64]


class Links(NamedTuple):
    """Sparse temporal links L(i, j), "i was written after j", by rows and by columns [Rae et al. 2016, D].

    ``before`` [batch, slots, links] lists j + 1 of row i with ``before_value``; ``after`` lists i + 1 of column j with
    ``after_value``: the same entries twice. ``precedence`` [batch, links] holds slot + 1 of the largest precedence
    weights, ``precedence_value`` the weights. ``mark`` int32 [slots] is scratch, zero between steps. No links: size 0.
    """

    before: NDArray[np.int32]
    before_value: NDArray[Any]
    after: NDArray[np.int32]
    after_value: NDArray[Any]
    precedence: NDArray[np.int32]
    precedence_value: NDArray[Any]
    mark: NDArray[np.int32]


class Memory(NamedTuple):
    """``words`` M and ``gradient`` dL/dM [batch, slots, word]; ``inverse`` 1/|M(i)| [batch, slots]."""

    words: NDArray[Any]
    gradient: NDArray[Any]
    inverse: NDArray[Any]
    ring: Ring
    links: Links
    buckets: Index


def lazy_zeros(shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
    """Zeros that cost nothing until touched, 4 KB at a time.

    numpy asks Linux for 2 MB pages in large arrays, so that each touched corner would cost 2 MB.
    """
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if size < 1 << 20:
        return np.zeros(shape, dtype)
    pages = mmap.mmap(-1, size)
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        pages.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(pages, dtype).reshape(shape)


def empty_memory(batch: int, slots: int, word: int, links: int, dtype: Any) -> Memory:
    """A memory that was never accessed; O(1) in time and resident space."""
    linked = slots if links else 1
    return Memory(
        words=lazy_zeros((batch, slots, word), dtype),
        gradient=lazy_zeros((batch, slots, word), dtype),
        inverse=lazy_zeros((batch, slots), dtype),
        ring=Ring(
            lazy_zeros((batch, slots), np.int32), lazy_zeros((batch, slots), np.int32), np.zeros((batch, 3), np.int64)
        ),
        links=Links(
            before=lazy_zeros((batch, linked, links), np.int32),
            before_value=lazy_zeros((batch, linked, links), dtype),
            after=lazy_zeros((batch, linked, links), np.int32),
            after_value=lazy_zeros((batch, linked, links), dtype),
            precedence=np.zeros((batch, links), np.int32),
            precedence_value=np.zeros((batch, links), dtype),
            mark=lazy_zeros((linked,), np.int32),
        ),
        buckets=no_index(dtype),
    )


@inner
def fill(row: NDArray[Any], value: float) -> None:
    """``row`` [W] = ``value``. Plain loops here and below: array expressions take seconds to compile."""
    for j in range(row.shape[0]):
        row[j] = value


@inner
def assign(row: NDArray[Any], source: NDArray[Any]) -> None:
    """``row`` [W] = ``source``."""
    for j in range(row.shape[0]):
        row[j] = source[j]


@inner
def add_scaled(row: NDArray[Any], factor: float, source: NDArray[Any]) -> None:
    """``row`` [W] += ``factor`` * ``source``."""
    for j in range(row.shape[0]):
        row[j] += factor * source[j]


@inner
def inverse_norm(word: NDArray[Any]) -> Any:
    """1 / |word|, or 0 for a word too short to have a direction."""
    square = word.dtype.type(0)
    for j in range(word.shape[0]):
        square += word[j] * word[j]
    return word.dtype.type(0) if square < SMALLEST_NORM * SMALLEST_NORM else word.dtype.type(1 / math.sqrt(square))


@inner
def unlink(newer: NDArray[np.int32], older: NDArray[np.int32], ends: NDArray[np.int64], slot: int) -> None:
    """Take a word out of one ring, O(1)."""
    after, before = newer[slot], older[slot]
    if after:
        older[after - 1] = before
    else:
        ends[NEWEST] = before
    if before:
        newer[before - 1] = after
    else:
        ends[OLDEST] = after
    newer[slot] = older[slot] = 0


@inner
def insert(newer: NDArray[np.int32], older: NDArray[np.int32], ends: NDArray[np.int64], slot: int, before: int) -> None:
    """Put a word into one ring behind word ``before`` - 1, or at its oldest end if ``before`` is 0, O(1)."""
    if before:
        after = newer[before - 1]
        newer[before - 1] = slot + 1
    else:
        after = ends[OLDEST]
        ends[OLDEST] = slot + 1
    older[slot] = before
    newer[slot] = after
    if after:
        older[after - 1] = slot + 1
    else:
        ends[NEWEST] = slot + 1


@kernel
def access(ring: Ring, b: int, slot: int) -> int:
    """Make a word the most recently accessed one; returns its old neighbour + 1, which ``undo_access`` needs."""
    newer, older, ends = ring.newer[b], ring.older[b], ring.ends[b]
    before = int(older[slot])
    if ends[NEWEST] != slot + 1:
        unlink(newer, older, ends, slot)
        insert(newer, older, ends, slot, ends[NEWEST])
    return before


@kernel
def take_oldest(ring: Ring, b: int) -> tuple[int, int]:
    """The least recently accessed word, made the most recent one: (slot, old neighbour + 1, or -1 if never accessed).

    Words never accessed come first, in index order.
    """
    newer, older, ends = ring.newer[b], ring.older[b], ring.ends[b]
    if ends[TOUCHED] < newer.shape[0]:
        slot = ends[TOUCHED]
        ends[TOUCHED] += 1
        insert(newer, older, ends, slot, ends[NEWEST])
        return slot, -1
    slot = ends[OLDEST] - 1
    return slot, access(ring, b, slot)


@inner
def refresh(memory: Memory, b: int, slot: int) -> None:
    """Bring what is kept about a word (its length, its place in the index) up to date with its contents."""
    memory.inverse[b, slot] = inverse_norm(memory.words[b, slot])
    if memory.buckets.where.size > 0:
        put(memory.buckets, b, slot, memory.words[b, slot])


@kernel
def set_words(memory: Memory, b: int, slots: NDArray[np.int64], rows: NDArray[Any]) -> None:
    """Put ``rows`` [n, W] into ``slots`` [n] by hand; words up to the last of them count as accessed from now on."""
    for i in range(slots.shape[0]):
        while memory.ring.ends[b, TOUCHED] <= slots[i]:
            take_oldest(memory.ring, b)
        assign(memory.words[b, slots[i]], rows[i])
        refresh(memory, b, int(slots[i]))


@kernel
def undo_access(ring: Ring, b: int, slot: int, before: int) -> None:
    """Undo the latest access or take; must be called in reverse order."""
    newer, older, ends = ring.newer[b], ring.older[b], ring.ends[b]
    unlink(newer, older, ends, slot)
    if before < 0:
        ends[TOUCHED] -= 1
    else:
        insert(newer, older, ends, slot, before)
