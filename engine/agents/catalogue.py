"""All agents by name, imported only when one of them is made."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from engine.agents.learned import shipped
from engine.agents.protocol import Agent
from engine.alchemy.episodes import Level
from engine.errors import BadInput


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """One agent of the catalogue: words for people, and ``factory(seed, level)`` that makes it."""

    title: str
    summary: str
    factory: Callable[[int, Level], Agent]
    privileged: bool = False


def _lazy(target: str, **options: Any) -> Callable[[int, Level], Agent]:
    """A factory that imports ``module:Class`` at the first call, so that listing agents compiles and loads nothing."""

    def factory(seed: int, level: Level) -> Agent:
        module, _, name = target.partition(":")
        return cast(Agent, getattr(importlib.import_module(module), name)(seed, level, **options))

    return factory


def _level(number: int, knowledge: str) -> AgentEntry:
    return AgentEntry(f"Level {number}", knowledge, _lazy("engine.agents.cognitive:Level" + str(number)))


AGENTS: dict[str, AgentEntry] = {
    "uniform": AgentEntry(
        "Uniform", "any of the 40 actions with equal probability", _lazy("engine.agents.random_agents:Uniform")
    ),
    "random-heuristic": AgentEntry(
        "Random heuristic",
        "random potions on any stone that is not the best, then cashes what is positive",
        _lazy("engine.agents.random_agents:RandomHeuristic"),
    ),
    "cash-only": AgentEntry(
        "Cash only", "cashes positive stones and uses no potion", _lazy("engine.agents.random_agents:CashOnly")
    ),
    "model-free": AgentEntry(
        "Model-free",
        "learns the value of each potion for each stone separately",
        _lazy("engine.agents.cognitive:ModelFree"),
    ),
    "level-0": _level(0, "a potion may turn a stone into any of the eight"),
    "level-1": _level(1, "a potion moves a stone along one edge at most"),
    "level-2": _level(2, "an observed effect holds for all stones"),
    "level-3": _level(3, "the other colour of a pair does the opposite"),
    "thompson": AgentEntry(
        "Thompson sampling",
        "plays optimally for one chemistry drawn from the exact posterior, kept until refuted",
        _lazy("engine.agents.thompson:Thompson"),
    ),
    "greedy-information": AgentEntry(
        "Greedy information",
        "takes the action expected to tell most about the chemistry",
        _lazy("engine.agents.greedy_information:GreedyInformation"),
    ),
    "ideal-observer": AgentEntry(
        "Ideal observer",
        "exact posterior, optimal play averaged over chemistries drawn from it",
        _lazy("engine.agents.ideal_observer:IdealObserver"),
    ),
    "ideal-observer-exact": AgentEntry(
        "Ideal observer, exact",
        "exact posterior and exhaustive expectimax over the current trial",
        _lazy("engine.agents.ideal_observer:ExactIdealObserver"),
    ),
    "search-oracle": AgentEntry(
        "Search oracle",
        "is told the chemistry and plays each trial optimally: the ceiling",
        _lazy("engine.agents.oracle:SearchOracle"),
        privileged=True,
    ),
}

for _name in shipped.names():
    AGENTS[f"pretrained/{_name}"] = AgentEntry(
        f"Trained, {_name}", shipped.summary(_name), _lazy("engine.agents.learned.player:make", name=_name)
    )

ALIASES = {"random": "uniform"}


def find_agent(name: str) -> AgentEntry:
    """The entry called ``name`` (aliases included); raises BadInput that lists the names."""
    entry = AGENTS.get(ALIASES.get(name, name))
    if entry is None:
        raise BadInput(f"There is no agent called {name!r}; the agents are {', '.join(AGENTS)}")
    return entry


def make_agent(name: str, seed: int, level: Level) -> Agent:
    """A new agent called ``name``; raises BadInput for an unknown name."""
    return find_agent(name).factory(seed, level)
