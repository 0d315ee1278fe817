"""Sets of rules up to symmetry: equal keys mean that one set turns into the other by renaming values and dimensions.

Expected steps are the same for such sets, so exact planning needs to look at only one of them. A key that misses some
symmetry would cost time and never exactness, because every key is itself a set of the same world.
"""

from __future__ import annotations

from functools import lru_cache

from engine.feature_world.world import World


def canonical(world: World, possible: int) -> int:
    """The representative of a set of rules (bits of a whole number)."""
    if world.pool == "unique":
        return _by_object(world, possible)
    if world.kind == "single":
        return _by_count(world, possible)
    if world.dimensions == 2:
        return (1 << possible.bit_count()) - 1  # each object tests one rule, so only their number matters
    return _by_graph(world, possible)


@lru_cache(maxsize=64)
def _indices(world: World) -> dict[tuple[tuple[int, int], ...], int]:
    return {rule: index for index, rule in enumerate(world.rules)}


def _by_object(world: World, possible: int) -> int:
    """Unique pool: objects that may still pay are alike; rules that no object rewards stay as they are."""
    groups = sorted((pays & possible).bit_count() for pays in world.pays)
    kept = possible & world.never
    for pays, count in zip(world.pays, reversed(groups), strict=True):
        for _ in range(count):
            kept |= pays & -pays
            pays &= pays - 1
    return kept


def _by_count(world: World, possible: int) -> int:
    """Single features: only how many values are left in each dimension matters."""
    n = world.values
    block = (1 << n) - 1
    counts = sorted((possible >> n * d & block).bit_count() for d in range(world.dimensions))
    return sum(((1 << count) - 1) << n * d for d, count in enumerate(counts))


def _by_graph(world: World, possible: int) -> int:
    """Conjunctions are edges between features: features and dimensions are named by what their neighbours look like."""
    index = _indices(world)
    edges = [rule for number, rule in enumerate(world.rules) if possible >> number & 1]
    neighbours: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for a, b in edges:
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    colour: dict[tuple[int, int], int] = {feature: len(found) for feature, found in neighbours.items()}
    for _ in range(3):
        seen = {
            feature: (colour[feature], tuple(sorted(_groups(feature, found, colour))))
            for feature, found in neighbours.items()
        }
        ranks = {value: rank for rank, value in enumerate(sorted(set(seen.values())))}
        colour = {feature: ranks[value] for feature, value in seen.items()}
    members: list[list[tuple[int, int]]] = [[] for _ in range(world.dimensions)]
    for feature in colour:
        members[feature[0]].append(feature)
    for group in members:
        group.sort(key=lambda feature: colour[feature])
    order = sorted(members, key=lambda group: (len(group), [colour[feature] for feature in group]))
    name = {feature: (d, v) for d, group in enumerate(order) for v, feature in enumerate(group)}
    kept = 0
    for a, b in edges:
        low, high = sorted((name[a], name[b]))
        kept |= 1 << index[low, high]
    return kept


def _groups(
    feature: tuple[int, int], found: list[tuple[int, int]], colour: dict[tuple[int, int], int]
) -> list[tuple[int, ...]]:
    """Colours of the neighbours, one sorted tuple for each other dimension."""
    by_dimension: dict[int, list[int]] = {}
    for other in found:
        by_dimension.setdefault(other[0], []).append(colour[other])
    return [tuple(sorted(colours)) for colours in by_dimension.values()]
