"""The exact posterior over all 167,424 chemistries.

Every observation of symbolic Alchemy is certain: a hypothesis either predicts it or is refuted. So the posterior is the
prior restricted to the set of hypotheses that are still consistent, one bit each (21 kB); an update is a bitwise *and*,
a probability is a weighted count of bits. The rules are those of section 5.4 of the specification notes on Wang et
al. 2021: a visible stone deletes stone maps and rotations, an effect or its absence deletes whatever predicted
something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.alchemy import hypotheses as hyp
from engine.alchemy.chemistry import GRAPH_PRIOR, GRAPHS, INDICATORS, PERMUTATIONS, POTIONS, STONES, colour_to_potion
from engine.errors import BadInput

if TYPE_CHECKING:
    from engine.alchemy.levels import Level


class Entropy(NamedTuple):
    """Posterior entropy in bits and its chain-rule parts, conditioned in this order.

    ``total = potion_map + stone_map + graph`` with ``potion_map = H(potion map)``, ``stone_map = H(stone map,
    rotation | potion map)`` and ``graph = H(graph | potion map, stone map, rotation)``.
    """

    total: float
    potion_map: float
    stone_map: float
    graph: float


@dataclass(frozen=True, eq=False)
class Belief:
    """Immutable posterior; every update returns a new one.

    Attributes
    ----------
    words : uint32 [109 ranks, 48 potion maps], read-only; bit ``4 * stone_map + rotation`` is set while that
        hypothesis is consistent with everything seen (numbering: ``engine.alchemy.hypotheses``).
    """

    words: NDArray[np.uint32]

    def __post_init__(self) -> None:
        self.words.setflags(write=False)

    # Making and updating

    @classmethod
    def prior(cls, level: Level | None = None) -> Belief:
        """Belief before anything is seen in ``level``; None is the benchmark level, where everything is hidden."""
        words = np.full((109, 48), 0xFFFFFFFF, np.uint32)
        if level is not None:
            stone_maps, rotations = range(8), range(4)
            if not level.random_maps:
                words[:, :7] = 0
                words[:, 8:] = 0  # identity: permutation 0, all directions +1
                stone_maps = range(7, 8)
            if not level.random_rotation:
                rotations = range(1)
            if level.graph is not None:
                words[level.graph != hyp.GRAPH_ORDER] = 0
            words &= np.uint32(sum(1 << 4 * s + r for s in stone_maps for r in rotations))
        return cls(words)

    def see(self, appearance: NDArray[np.int8], indicator: int) -> Belief:
        """Posterior after a stone (appearance int8 [3], indicator) lies on the table; raises BadInput if it cannot."""
        seen = np.bitwise_or.reduce(hyp.seen_words(_code(appearance), int(indicator)))
        return self._restricted(self.words & seen)

    def act(
        self,
        appearance: NDArray[np.int8],
        indicator: int,
        colour: int,
        appearance_after: NDArray[np.int8],
        indicator_after: int | None = None,
    ) -> Belief:
        """Posterior after a potion was used on a stone.

        Parameters
        ----------
        appearance
            The stone before, int8 [3].
        indicator
            What it showed, -3, -1, 1 or 3.
        colour
            Perceived potion 0..5.
        appearance_after
            The stone after, int8 [3]; an unchanged stone says that the potion had no effect.
        indicator_after
            What it shows then; information too, so leave it out only where it is not known.

        Raises
        ------
        BadInput : no remaining hypothesis predicts this outcome.
        """
        if not 0 <= colour < 6:
            raise BadInput(f"A potion colour is 0 to 5, not {colour}")
        code, code_after = _code(appearance), _code(appearance_after)
        known = (-3, -1, 1, 3) if indicator_after is None else (int(indicator_after),)
        allowed = hyp.outcome_words(code, int(indicator), code_after, known[0])
        for value in known[1:]:
            allowed = allowed | hyp.outcome_words(code, int(indicator), code_after, value)
        return self._restricted(self.words & allowed[:, colour_to_potion()[:, colour]])

    def _restricted(self, words: NDArray[np.uint32]) -> Belief:
        if not words.any():
            raise BadInput("No possible chemistry agrees with this observation and everything seen before")
        return Belief(words)

    # Counting

    @cached_property
    def mass(self) -> int:
        """Total prior weight of what remains (294,912 for everything)."""
        return _mass(self.words)

    @cached_property
    def _joint(self) -> NDArray[np.int64]:
        """Prior weight summed over graphs, int64 [48 potion maps, 32 (stone map, rotation)]."""
        bits = np.unpackbits(self.words.view(np.uint8), axis=1, bitorder="little")  # [109, 1536]
        blocks = [weight * bits[block].sum(axis=0, dtype=np.uint8).astype(np.int64) for block, weight in hyp.BLOCKS]
        return np.asarray(sum(blocks)).reshape(48, 32)

    @cached_property
    def remaining(self) -> int:
        """How many of the 167,424 chemistries are still possible."""
        return int(np.bitwise_count(self.words.view(np.uint64)).sum(dtype=np.int64))

    def possible(self, index: int) -> bool:
        """Whether the hypothesis with this index (``hypotheses.hypothesis_index``) is still possible."""
        return bool(self.words.reshape(-1)[index // 32] >> np.uint32(index % 32) & 1)

    def indices(self) -> NDArray[np.int64]:
        """Indices of all hypotheses still possible, increasing, int64 [remaining]."""
        words = self.words.reshape(-1)
        used = np.flatnonzero(words)
        rows, bits = np.nonzero(np.unpackbits(words[used].view(np.uint8).reshape(-1, 4), axis=1, bitorder="little"))
        return np.asarray(used[rows] * 32 + bits, np.int64)

    def sample(self, random: np.random.RandomState, k: int) -> NDArray[np.int64]:
        """``k`` independent hypothesis indices drawn from the posterior, int64 [k]."""
        indices = self.indices()
        cumulative = np.cumsum(hyp.RANK_WEIGHTS[indices // 1536])
        return np.asarray(indices[np.searchsorted(cumulative, random.random_sample(k) * cumulative[-1], side="right")])

    # Uncertainty

    def entropy(self) -> Entropy:
        """Posterior entropy in bits, split by the chain rule (order: see ``Entropy``)."""
        mass = self.mass
        weight_log = 0.0  # sum of w log2 w over what remains
        for block, weight in hyp.BLOCKS[:2]:
            count = int(np.bitwise_count(self.words[block]).sum(dtype=np.int64))
            weight_log += count * weight * float(np.log2(weight))
        total = float(np.log2(mass)) - weight_log / mass
        pairs, maps = _entropy(self._joint, mass), _entropy(self._joint.sum(axis=1), mass)
        return Entropy(max(total, 0.0), maps, max(pairs - maps, 0.0), max(total - pairs, 0.0))

    def information_of(self, later: Belief) -> float:
        """Bits gained on the way from this belief to a ``later`` one: -log2 of the probability of what was seen
        between.

        Its expectation over outcomes is ``expected_information``; unlike the fall in entropy it is never negative.
        """
        return float(np.log2(self.mass / later.mass))

    def expected_information(
        self,
        appearances: NDArray[np.int8],
        indicators: NDArray[np.int8],
        present: NDArray[np.bool_],
        colours: NDArray[np.int8],
    ) -> NDArray[np.float64]:
        """Expected information of each of the 40 actions in bits.

        Parameters
        ----------
        appearances
            int8 [3, 3] of the stones on the table.
        indicators
            int8 [3], what they show.
        present
            bool [3], which of them are there.
        colours
            int8 [12], perceived potions, -1 where used.

        Returns
        -------
        float64 [40]. Outcomes are certain under each hypothesis, so this is the entropy of the outcome. Cauldron, no-op
        and actions without stone or potion tell nothing: what the next trial's stones will show is not counted.
        """
        information = np.zeros(1 + STONES * (1 + POTIONS))
        known: dict[tuple[int, int, int], float] = {}
        for stone in np.flatnonzero(present):
            code, indicator = _code(appearances[stone]), int(indicators[stone])
            for slot in np.flatnonzero(colours >= 0):
                key = (code, indicator, int(colours[slot]))
                if key not in known:
                    known[key] = self._outcome_entropy(*key)
                information[(1 + POTIONS) * stone + slot + 2] = known[key]
        return information

    def _outcome_entropy(self, code: int, indicator: int, colour: int) -> float:
        potions = colour_to_potion()[:, colour]
        masses, left = [], self.mass
        for code_after, indicator_after in hyp.possible_outcomes(code, indicator):
            allowed = hyp.outcome_words(code, indicator, code_after, indicator_after)[:, potions]
            masses.append(_mass(self.words & allowed))
            left -= masses[-1]
            if left == 0:
                break
        if left:
            raise BadInput("No possible chemistry agrees with the stones on the table: let the belief see them first")
        return _entropy(np.array(masses), self.mass)

    # Marginals

    def potion_map_marginal(self) -> NDArray[np.float64]:
        """Probability of each potion map, float64 [48]."""
        return np.asarray(self._joint.sum(axis=1) / self.mass)

    def potion_marginal(self) -> NDArray[np.float64]:
        """Probability that a colour is a latent potion, float64 [6 colours, 6 potions]; rows, columns sum to 1."""
        return np.asarray(np.einsum("m,mcl->cl", self.potion_map_marginal(), _potion_one_hot()))

    def graph_marginal(self) -> NDArray[np.float64]:
        """Probability of each graph in the order of ``chemistry.GRAPHS``, float64 [109]."""
        counts = np.bitwise_count(self.words.view(np.uint64)).sum(axis=1, dtype=np.int64) * hyp.RANK_WEIGHTS
        marginal = np.empty(len(GRAPH_PRIOR))
        marginal[hyp.GRAPH_ORDER] = counts / self.mass
        return marginal

    def edge_marginal(self) -> NDArray[np.float64]:
        """Probability that each edge is open, float64 [12] in the order of ``chemistry.EDGES``."""
        return np.asarray(self.graph_marginal() @ GRAPHS)

    def stone_map_marginal(self) -> NDArray[np.float64]:
        """Probability of each stone map, float64 [8]."""
        return np.asarray(self._joint.sum(axis=0).reshape(8, 4).sum(axis=1) / self.mass)

    def sign_marginal(self) -> NDArray[np.float64]:
        """Probability that each stone-map sign is +1, float64 [3 axes]."""
        return np.asarray(self.stone_map_marginal() @ _bit_table())

    def rotation_marginal(self) -> NDArray[np.float64]:
        """Probability of each rotation, float64 [4]."""
        return np.asarray(self._joint.sum(axis=0).reshape(8, 4).sum(axis=0) / self.mass)

    def stone_marginal(
        self, appearances: NDArray[np.int8], indicators: NDArray[np.int8], present: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """Probability that each stone on the table is a vertex, float64 [3 stones, 8 vertices]; 0 where it is gone."""
        marginal = np.zeros((STONES, 8))
        maps = self._joint.sum(axis=0) / self.mass  # [32]: stone map and rotation
        for stone in np.flatnonzero(present):
            alike = (hyp.vertex_codes() == _code(appearances[stone])) & (indicators[stone] == INDICATORS)
            marginal[stone] = maps @ alike
        return np.asarray(marginal / np.maximum(marginal.sum(axis=1, keepdims=True), 1e-300))

    def vector(self) -> NDArray[np.float32]:
        """The reference's belief vector, float32 [28].

        12 edges, 6 permutations, 3 potion directions (by latent axis), 3 stone signs, 4 rotations. Certain entries
        are 0 or 1, uncertain ones 0.5; of several possible permutations each possible one is 0.5, an excluded one 0.
        While more than one rotation is possible every entry is 0.5 (notes, section 4).
        """
        rotation = self.rotation_marginal()
        if np.count_nonzero(rotation) > 1:
            return np.full(28, 0.5, np.float32)
        maps = self.potion_map_marginal().reshape(len(PERMUTATIONS), 8)
        permutation = maps.sum(axis=1)
        groups = (self.edge_marginal(), permutation, maps.sum(axis=0) @ _bit_table(), self.sign_marginal(), rotation)
        values = np.concatenate(groups)
        certain = np.where(values > 1 - 1e-9, 1.0, 0.5)
        return np.where(values < 1e-9, 0.0, certain).astype(np.float32)


def _code(appearance: NDArray[np.int8]) -> int:
    values = [int(value) for value in appearance]
    if len(values) != 3 or not all(-1 <= value <= 1 for value in values):
        raise BadInput(f"An appearance is three values of -1, 0 or +1, not {values}")
    return values[0] * 9 + values[1] * 3 + values[2] + 13


def _mass(words: NDArray[np.uint32]) -> int:
    counts = np.bitwise_count(words.view(np.uint64))
    return sum(weight * int(counts[block].sum(dtype=np.int64)) for block, weight in hyp.BLOCKS)


def _entropy(masses: NDArray[np.int64], total: int) -> float:
    positive = masses[masses > 0] / total
    return max(float(-(positive @ np.log2(positive))), 0.0)


@lru_cache(maxsize=1)
def _potion_one_hot() -> NDArray[np.float64]:
    return np.asarray(np.eye(6)[colour_to_potion()])


@lru_cache(maxsize=1)
def _bit_table() -> NDArray[np.float64]:
    """Bits of 0..7, lowest first, float64 [8, 3]."""
    return (np.arange(8)[:, None] >> np.arange(3) & 1).astype(np.float64)
