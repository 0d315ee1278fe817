"""Agents that keep a notebook of what they saw, without a network: for tests of what the window makes of a memory."""

import numpy as np

from engine.agents.catalogue import AgentEntry, make_agent
from engine.agents.protocol import Decision, Recollection
from engine.errors import BadInput

NAME = "pretrained/notebook"


class Notebook:
    """Plays like level 3; every use of a potion is a fact, read the more strongly the newer it is."""

    def __init__(self, seed, level):
        self.name = NAME
        self._player = make_agent("level-3", seed, level)
        self.facts, self.erased = [], set()

    def reset(self, view):
        self._player.reset(view)
        self.facts, self.erased = [], set()

    def observe(self, before, action, reward, after):
        self._player.observe(before, action, reward, after)
        stone, place = divmod(action - 1, 13)
        if action > 0 and place > 0 and before.trial == after.trial and before.present[stone]:
            looks = before.appearances[stone], after.appearances[stone]
            self.facts.append((before.colours[place - 1], *looks, (after.trial, after.step)))

    def forget(self, slots):
        if any(not 0 <= slot < len(self.facts) for slot in slots):
            raise BadInput("there is nothing there")
        self.erased |= set(slots)

    def decide(self, view):
        decision = self._player.decide(view)
        count = len(self.facts)
        colours = [-2 if k in self.erased else fact[0] for k, fact in enumerate(self.facts)]
        memory = Recollection(
            np.full((6, 6), 1 / 6, np.float32),
            np.full(12, 0.5, np.float32),
            np.full(3, 0.5, np.float32),
            np.array([0 if k in self.erased else (k + 1) / count for k in range(count)], np.float32),
            np.array([fact[3] for fact in self.facts], np.int16).reshape(-1, 2),
            np.array(colours, np.int8),
            np.array([fact[1] for fact in self.facts], np.int8).reshape(-1, 3),
            np.array([fact[2] for fact in self.facts], np.int8).reshape(-1, 3),
        )
        return Decision(decision.action, decision.done, decision.probabilities, decision.values, recall=lambda: memory)


class Words(Notebook):
    """The same, but it tells of twelve words: the latest fact is written into the next one, and all others are read."""

    def decide(self, view):
        decision = super().decide(view)
        count = len(self.facts)
        read = np.array([0 if k in self.erased else 0.5 * (k < count) for k in range(12)], np.float32)
        wrote = np.eye(13, dtype=np.float32)[count % 12 if count else 12, :12]
        known = decision.recall()
        memory = Recollection(known.potions, known.edges, known.signs, read=read, wrote=wrote)
        return Decision(decision.action, decision.done, decision.probabilities, decision.values, recall=lambda: memory)


ENTRY = AgentEntry("Notebook", "keeps a notebook", Notebook)
WORDS = AgentEntry("Words", "keeps words", Words)
