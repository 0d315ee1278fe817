"""An approximate index for large memories whose words are all in use: words in buckets by the nearest direction.

Every word lies in the bucket of the direction it is most similar to; a search looks only into the few buckets whose
directions are most similar to the query. Moving a word is O(buckets) and depends on the word alone, so restoring a word
in the backward pass also restores its bucket: no rebuilding, no tape. Directions are a random sample of the words, and
a full bucket passes words on to the next most similar one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.memory.compiled import inner, kernel

Array = NDArray[Any]


class Index(NamedTuple):
    """Buckets of words.

    ``directions`` [B, C, W] unit vectors; ``members`` int32 [B, C, room] slots of each bucket, ``filled`` int32 [B, C]
    of them.
    ``where`` int32 [B, N]: bucket * room + place + 1 of each word, 0 if it is in none; ``probes`` int64 [1]: buckets a
    search looks into. No index: everything empty.
    """

    directions: Array
    members: NDArray[np.int32]
    filled: NDArray[np.int32]
    where: NDArray[np.int32]
    probes: NDArray[np.int64]


def no_index(dtype: Any) -> Index:
    """The empty index: every search is exact."""
    return Index(
        np.zeros((0, 0, 0), dtype),
        np.zeros((0, 0, 0), np.int32),
        np.zeros((0, 0), np.int32),
        np.zeros((0, 0), np.int32),
        np.zeros(1, np.int64),
    )


@inner
def similarity(a: Array, b: Array) -> Any:
    """Inner product of two vectors [W]."""
    total = a.dtype.type(0)
    for j in range(a.shape[0]):
        total += a[j] * b[j]
    return total


@inner
def put(index: Index, b: int, slot: int, word: Array) -> None:
    """Move a word into the bucket of its direction, or of the next most similar one with room."""
    members, filled, where = index.members[b], index.filled[b], index.where[b]
    room = members.shape[1]
    best, best_score = -1, word.dtype.type(-np.inf)
    home = (where[slot] - 1) // room if where[slot] else -1
    for c in range(filled.shape[0]):
        score = similarity(index.directions[b, c], word)
        if score > best_score and (filled[c] < room or c == home):
            best, best_score = c, score
    if best == home or best < 0:
        return
    if home >= 0:
        place = (where[slot] - 1) % room
        filled[home] -= 1
        last = members[home, filled[home]]
        members[home, place] = last
        where[last] = where[slot]
    members[best, filled[best]] = slot
    where[slot] = best * room + filled[best] + 1
    filled[best] += 1


@kernel
def put_many(index: Index, b: int, words: Array, used: int) -> None:
    """Enter the first ``used`` words."""
    for slot in range(used):
        put(index, b, slot, words[slot])


@kernel
def nearest_in_buckets(
    index: Index, b: int, words: Array, inverse: Array, queries: Array, slots: NDArray[np.int32], scores: Array
) -> None:
    """As ``nearest``, among the words of the ``probes`` buckets most similar to each query; ties in no fixed order."""
    probes = index.probes[0]
    chosen, similar = np.empty(probes, np.int32), np.empty(probes, words.dtype)
    for h in range(queries.shape[0]):
        for i in range(probes):
            chosen[i], similar[i] = -1, -np.inf
        for c in range(index.filled.shape[1]):
            keep_best(chosen, similar, c, similarity(index.directions[b, c], queries[h]))
        for i in range(slots.shape[1]):
            slots[h, i], scores[h, i] = -1, -np.inf
        for i in range(probes):
            if chosen[i] >= 0:
                for m in range(index.filled[b, chosen[i]]):
                    slot = index.members[b, chosen[i], m]
                    keep_best(slots[h], scores[h], slot, similarity(words[slot], queries[h]) * inverse[slot])


@inner
def keep_best(slots: NDArray[np.int32], scores: Array, slot: int, score: float) -> None:
    """Insert into the K best, in falling order, earlier ones first among equals."""
    place = slots.shape[0] - 1
    if score <= scores[place]:
        return
    while place > 0 and scores[place - 1] < score:
        slots[place], scores[place] = slots[place - 1], scores[place - 1]
        place -= 1
    slots[place], scores[place] = slot, score
