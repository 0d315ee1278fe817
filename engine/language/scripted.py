"""Agents that speak: any agent of the catalogue, reading the game's words and answering in words.

It sees nothing but the messages. So its score through words can only equal its symbolic score if wording, parser and
game lose nothing on the way: the ideal observer that speaks is the test of the whole chain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from engine.agents.catalogue import AGENTS, ALIASES, find_agent, make_agent
from engine.agents.play import learn, see_items
from engine.agents.protocol import View
from engine.alchemy.actions import CAULDRON, NO_OP, decode
from engine.alchemy.belief import Belief
from engine.alchemy.levels import Level
from engine.errors import BadInput
from engine.language.actions import END, action_text
from engine.language.messages import read_state
from engine.language.model import Message, Reply
from engine.language.wording import Wording


def scripted_names() -> list[str]:
    """Agents that can speak: those that need no more than a reader of the messages knows."""
    return [name for name, entry in AGENTS.items() if not entry.privileged]


class ScriptedSource:
    """Where speaking agents come from; raises BadInput for an agent that needs to be told the chemistry."""

    stateful = True
    parallel = 1
    constrained = True

    def __init__(self, agent: str, level: Level, wording: Wording) -> None:
        if find_agent(agent).privileged:
            raise BadInput(
                f"{agent} must be told the chemistry, which no message does; one of {', '.join(scripted_names())}"
            )
        self.name = f"scripted/{agent}"
        self._agent, self._level, self._wording = ALIASES.get(agent, agent), level, wording

    def open(self, episode: int, seed: int) -> Speaker:
        """A new speaker for an episode."""
        return Speaker(self._agent, seed, self._level, self._wording)

    def close(self) -> None:
        """Nothing is under way between answers."""


class Speaker:
    """One agent that speaks through one episode.

    Where what it sees contradicts everything it has learned, the chemistry must have changed: it begins anew.
    """

    def __init__(self, agent: str, seed: int, level: Level, wording: Wording) -> None:
        self.name = f"scripted/{agent}"
        self._agent = make_agent(agent, seed, level)
        self._level, self._wording = level, wording
        self._wants_belief = bool(getattr(self._agent, "needs_belief", False))
        self._last: View | None = None  # what the agent decided in; None before its first decision
        self._action = NO_OP
        self._reward = 0
        self._ending = False
        self._effects: dict[str, None] = {}  # what was seen, in order, without repetition

    def complete(
        self,
        messages: Sequence[Message],
        *,
        legal_actions: Sequence[str] | None = None,
        schema: Mapping[str, Any] | None = None,
        seed: int = 0,
        max_tokens: int = 1024,
    ) -> Reply:
        """Read the newest message and answer it; a question that shows no state is one for a summary."""
        try:
            view, reward = read_state(self._wording, messages[-1].text)
        except ValueError:
            return Reply("\n".join(["Effects seen", *self._effects]))
        action = self._decide(view, reward)
        reading = f"{int(view.present.sum())} stones and {int((view.colours >= 0).sum())} potions are left."
        reason = "Nothing is left to do in this trial." if action == END else f"{self._agent.name} chooses this action."
        return Reply(f"Observation: {reading}\nReasoning: {reason}\nAction: {action_text(action)}")

    def _decide(self, view: View, reward: int) -> int:
        if self._ending and self._last is not None and view.trial == self._last.trial:
            self._reward = reward
            self._ending = False
            return END  # the agent was done with its last action; it is told when the new items are there
        view = self._learn(view, reward)
        decision = self._agent.decide(view)
        self._last, self._action, self._reward = view, decision.action, 0
        self._ending = decision.done and decision.action != NO_OP
        return END if decision.done and decision.action == NO_OP else decision.action

    def _learn(self, view: View, reward: int) -> View:
        """The view with the belief it leads to; the agent is told what came of its last action."""
        if self._last is None:
            return self._begin(view)
        before = self._last
        self._note(before, view)
        try:
            if self._wants_belief and before.belief is not None:
                view = replace(view, belief=learn(before.belief, before, self._action, view))
            self._agent.observe(before, self._action, float(reward or self._reward), view)
        except BadInput:
            return self._begin(view)
        return view

    def _begin(self, view: View) -> View:
        if self._wants_belief:
            view = replace(view, belief=see_items(Belief.prior(self._level), view))
        self._agent.reset(view)
        return view

    def _note(self, before: View, view: View) -> None:
        stone, slot = decode(self._action)
        if stone is None or slot is None or slot == CAULDRON or view.trial != before.trial or before.colours[slot] < 0:
            return
        if before.present[stone]:
            looks = [self._wording.appearance(shown.appearances[stone]) for shown in (before, view)]
            same = np.array_equal(before.appearances[stone], view.appearances[stone])
            effect = "no change" if same else f"becomes {looks[1]}"
            self._effects[f"{self._wording.colours[int(before.colours[slot])]} on {looks[0]}: {effect}"] = None
