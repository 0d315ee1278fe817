"""A trained network as an agent of the catalogue: sees views, remembers, decides, and tells what it remembers."""

from __future__ import annotations

from functools import cache, partial
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from engine.agents.learned import cells
from engine.agents.learned.attention import EpisodicMemory, Memory
from engine.agents.learned.facts import (
    COLOURS,
    GONE,
    NO_EFFECT,
    NOTHING,
    PLACES,
    SLOTS,
    STOP,
    TRANSITIONS,
    Moments,
    transition,
)
from engine.agents.learned.policy import SCALE, Network, knowledge_of
from engine.agents.protocol import Decision, Recollection, View
from engine.alchemy.actions import ACTIONS, CAULDRON, NO_OP, decode, encode
from engine.alchemy.chemistry import COORDINATES, ROTATIONS
from engine.alchemy.levels import Level
from engine.errors import BadInput

SHARPNESS = 0.4  # points: what the shown probabilities take differences of values by
_PAY = {-3: 0, -1: 0, 1: 1, 3: 15}
_LOOK = np.array([1, 2, 4])


class Seen(NamedTuple):
    """One situation as it was shown, before any rotation is undone.

    ``before``, ``after`` int8 [3] appearances and ``colour`` of the potion that led here (-1: none); ``appearances``,
    ``indicators``, ``present`` of the stones; ``trial``, ``step``.
    """

    before: NDArray[np.int8]
    colour: int
    after: NDArray[np.int8]
    appearances: NDArray[np.int8]
    indicators: NDArray[np.int8]
    present: NDArray[np.bool_]
    trial: int
    step: int


class LearnedAgent:
    """Plays with a trained network.

    The network knows no rotation: the agent undoes it. Every stone whose appearance has a medium value refutes some of
    the four rotations; the first that is left is undone, and if that one is refuted later, the memory is written anew.
    """

    def __init__(self, name: str, network: Network) -> None:
        self.name = name
        self._network = network
        self._start()

    def _start(self) -> None:
        self._seen: list[Seen] = []
        self._possible = list(range(len(ROTATIONS)))
        self._forget()

    def _forget(self) -> None:
        body = self._network.body
        self._born: list[tuple[int, int]] = []
        self._cells = cells.NONE
        if isinstance(body, EpisodicMemory):
            empty = body.initial_state(1)
            rows = np.full((1, 2 * SLOTS), NOTHING)
            self._state: object = Memory(rows, empty.known, empty.written, empty.output)
        else:
            self._state = body.initial_state(1)

    def reset(self, view: View) -> None:
        """A new episode: nothing is remembered."""
        self._start()
        self._notice(self._shown(view, np.zeros(3, np.int8), -1, np.zeros(3, np.int8)))

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """Remember what a potion did and which stones came."""
        stone, slot = decode(action)
        if view_after.trial != view_before.trial:
            self._notice(self._shown(view_after, np.zeros(3, np.int8), -1, np.zeros(3, np.int8)))
        elif stone is not None and slot is not None and slot != CAULDRON and view_before.present[stone]:
            colour = int(view_before.colours[slot])
            if colour >= 0:
                before, after = view_before.appearances[stone], view_after.appearances[stone]
                self._notice(self._shown(view_after, before, colour, after))

    @staticmethod
    def _shown(view: View, before: NDArray[np.int8], colour: int, after: NDArray[np.int8]) -> Seen:
        return Seen(before, colour, after, view.appearances, view.indicators, view.present, view.trial, view.step)

    # Remembering

    def _notice(self, seen: Seen) -> None:
        self._seen.append(seen)
        shown = [look for look, there in zip(seen.appearances, seen.present, strict=True) if there]
        left = [r for r in self._possible if all((np.abs(ROTATIONS[r] @ look) == 1).all() for look in shown)]
        if left and left[0] != self._possible[0]:
            self._possible = left
            self._forget()
            for earlier in self._seen:
                self._write(earlier)
        else:
            self._possible = left or self._possible
            self._write(seen)

    @torch.no_grad()
    def _write(self, seen: Seen) -> None:
        fact = NOTHING
        if seen.colour >= 0:
            before, after = self._look(seen.before), self._look(seen.after)
            if (before ^ after) in (0, 1, 2, 4):
                fact = transition(before, seen.colour, after)
        stones = self._stones(seen.appearances, seen.indicators, seen.present)
        moments = Moments(np.array([[fact]]), stones[None, None], np.zeros((1, 1, COLOURS), np.int64))
        outputs, self._state, self._cells = cells.watch(self._network.body, moments, self._state)
        self._outputs = outputs[-1]
        if isinstance(self._state, Memory):
            self._born += [(seen.trial, seen.step)] * (int(self._state.written[0]) - len(self._born))

    def _look(self, appearance: NDArray[np.int8]) -> int:
        aligned = ROTATIONS[self._possible[0]] @ appearance
        return int((aligned > 0) @ _LOOK)

    def _stones(
        self, appearances: NDArray[np.int8], indicators: NDArray[np.int8], present: NDArray[np.bool_]
    ) -> NDArray[np.int64]:
        numbers = [
            PLACES * self._look(look) + (int(indicator) + 3) // 2 if there else GONE
            for look, indicator, there in zip(appearances, indicators, present, strict=True)
        ]
        return np.array(numbers, np.int64)

    def forget(self, slots: list[int]) -> None:
        """Erase facts, or words of a memory, by their numbers in a ``Recollection``; raises BadInput for others."""
        if not isinstance(self._state, Memory):
            self._state = cells.erase(self._network.body, self._state, slots)
            return
        rows, known, _, _ = self._state
        for slot in slots:
            if not 0 <= slot < len(self._born) or rows[0, slot] == NOTHING:
                raise BadInput(f"{self.name} remembers nothing in slot {slot}")
            fact = int(rows[0, slot])
            known[0, fact // 4 if fact < TRANSITIONS else SLOTS - 8 + (fact - TRANSITIONS) // 4] = 0
            rows[0, slot] = NOTHING
        with torch.no_grad():
            self._outputs, _ = self._network.body.read(rows)
        self._state = self._state._replace(output=self._outputs)

    # Deciding

    @torch.no_grad()
    def decide(self, view: View) -> Decision:
        """The action that is expected to lose least; where none is better than stopping, the positive stones' turn."""
        counts = np.bincount(view.colours[view.colours >= 0], minlength=COLOURS)
        stones = self._stones(view.appearances, view.indicators, view.present)
        knowledge = knowledge_of(self._outputs)
        head = self._network.head
        scores, _ = head(knowledge, torch.from_numpy(stones)[None], torch.from_numpy(counts)[None])
        losses = SCALE * scores[0].double().numpy()
        possible = np.append(np.outer(view.present, counts > 0).reshape(-1), True)
        losses = np.where(possible, losses, -np.inf)
        paying = sorted(np.flatnonzero(view.present & (view.indicators > 0)), key=lambda i: -int(view.indicators[i]))
        cash = sum(_PAY[int(view.indicators[i])] for i in paying)
        leave = encode(int(paying[0]), CAULDRON) if paying else NO_OP
        best = int(np.argmax(losses))
        # A potion more than there are steps to cash afterwards would cost a stone.
        if best == STOP or view.steps - view.step <= len(paying):
            action = leave
        else:
            action = encode(best // COLOURS, int(np.flatnonzero(view.colours == best % COLOURS)[0]))
        chance = np.exp((losses - losses.max()) / SHARPNESS)
        chance /= chance.sum()
        probabilities, values = np.zeros(ACTIONS, np.float32), np.full(ACTIONS, np.nan, np.float32)
        probabilities[leave] = chance[STOP]
        values[leave] = cash
        for pair in np.flatnonzero(possible[:STOP]):
            slots = np.flatnonzero(view.colours == pair % COLOURS)
            actions = [encode(int(pair) // COLOURS, int(slot)) for slot in slots]
            probabilities[actions[0]] = chance[pair]
            values[actions] = cash + losses[pair] - losses[STOP]
        return Decision(action, action == NO_OP, probabilities, values, float(cash), self.recollect)

    @torch.no_grad()
    def recollect(self) -> Recollection:
        """What is remembered now, and how it is read."""
        potions, edges, signs = (part[0].numpy() for part in self._network.head.beliefs(knowledge_of(self._outputs)))
        tell = partial(Recollection, potions, edges, (signs @ (COORDINATES > 0)).astype(np.float32))
        if not isinstance(self._state, Memory):
            return tell(read=self._cells.read, wrote=self._cells.wrote)
        slots = len(self._born)
        facts = self._state.rows[0, :slots]
        _, weights = self._network.body.read(self._state.rows)
        strength = np.append(weights[0].mean(dim=0).numpy(), np.float32(0))  # mean over heads; last: nothing
        undo = np.linalg.inv(ROTATIONS[self._possible[0]].astype(float))

        def appearance(look: NDArray[np.int64]) -> NDArray[np.int8]:
            return np.asarray(np.rint(COORDINATES[look] @ undo.T), np.int8)

        single = facts >= TRANSITIONS
        look = np.where(single, (facts - TRANSITIONS) // PLACES, facts // 24) & 7
        effect = facts % 4
        after = np.where(single | (effect == NO_EFFECT), look, look ^ (1 << np.minimum(effect, 2)))
        return tell(
            strength[facts],
            np.array(self._born, np.int16).reshape(-1, 2),
            np.where(facts == NOTHING, -2, np.where(single, -1, facts // 4 % COLOURS)).astype(np.int8),
            appearance(look),
            appearance(after),
        )


def make(seed: int, level: Level, *, name: str) -> LearnedAgent:
    """A shipped agent, for the catalogue; raises BadInput where its file is damaged."""
    return LearnedAgent(f"pretrained/{name}", _network(name))


@cache
def _network(name: str) -> Network:
    """The network of a shipped agent; agents only read it, so that all of a process share one."""
    from engine.agents.learned.models import load_model

    card, network = load_model(name)
    if card.known != "nothing":
        raise BadInput(f"pretrained/{name} must be told {card.known}; it can only be trained and examined")
    return network
