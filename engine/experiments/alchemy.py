"""Evaluate an agent on Alchemy episodes, beside the search oracle on the same episodes.

Source: Wang et al. 2021, Table 1 (mean episode return and its standard error) and Figure 4 (score by trial).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, Field

from engine.agents.catalogue import find_agent, make_agent
from engine.agents.play import EpisodeResult, play
from engine.agents.protocol import Agent, Decision, View
from engine.agents.traced import catch_up, play_on
from engine.alchemy.chemistry import TRIALS
from engine.alchemy.episodes import Episode, read_episodes, sample_episode
from engine.alchemy.levels import BENCHMARK, Level
from engine.alchemy.planning import optimal_plan
from engine.alchemy.trace import CHANGED, ENDED, WASTED, Node, Trace
from engine.errors import BadInput
from engine.experiments.configuration import Configuration
from engine.experiments.context import Context
from engine.runs.schema import Column

ADVISER = "ideal-observer"


def _known_agent(name: str) -> str:
    find_agent(name)
    return name


def _known_level(name: str) -> str:
    Level.parse(name)
    return name


AgentName = Annotated[str, AfterValidator(_known_agent)]
LevelName = Annotated[str, AfterValidator(_known_level)]

EPISODES = (
    Column("episode", "i4", description="number of the episode, from 0"),
    Column("score", "f4", unit="points"),
    Column("oracle", "f4", unit="points", description="of the search oracle on the same episode"),
    Column("trial_scores", "f4", (TRIALS,), "points"),
    Column("oracle_trial_scores", "f4", (TRIALS,), "points"),
    Column("potions_used", "i2", (TRIALS,), "potions", "by trial"),
    Column("no_effect", "i2", (TRIALS,), "potions", "used without changing a stone, by trial"),
    Column("open_edges", "i1", description="edges of the chemistry's graph, 7 to 12"),
)


class AlchemyConfiguration(Configuration):
    """Settings of an Alchemy evaluation."""

    agent: AgentName = Field(
        "ideal-observer",
        description="Who plays",
        json_schema_extra={"choices": "engine.agents.catalogue:AGENTS"},
    )
    level: LevelName = Field(
        BENCHMARK,
        description="What is hidden and drawn anew for each episode, by the reference's level name; also the prior "
        "that agents with a belief start from",
        json_schema_extra={"choices": "engine.alchemy.levels:LEVELS"},
    )
    episodes: int = Field(
        100, ge=1, le=100_000, description="How many episodes", json_schema_extra={"unit": "episodes"}
    )
    episodes_file: Path | None = Field(
        None,
        description="Play the first episodes of this file (JSON lines, .gz too) instead of drawing them from the level",
    )
    traced: int = Field(
        3,
        ge=0,
        le=10_000,
        description="Keep every situation with its belief for this many episodes, to be stepped through",
        json_schema_extra={"unit": "episodes"},
    )
    advice: bool = Field(True, description="Add to each of these situations what the ideal observer would do")


def run(configuration: AlchemyConfiguration, context: Context) -> dict[str, Any]:
    """Play the episodes and sum up."""
    level = Level.parse(configuration.level)
    advise = configuration.traced and configuration.advice and configuration.agent != ADVISER
    adviser = make_agent(ADVISER, context.seed, level) if advise else None
    table = context.table("episodes", EPISODES)
    trace = Trace(context.record, level) if configuration.traced else None
    scores, oracle_scores, used, wasted = [], [], [], []

    for number, episode in enumerate(episodes_of(configuration, level, context.seed)):
        agent = Attentive(make_agent(configuration.agent, agent_seed(context.seed, number), level), context)
        if trace and number < configuration.traced:
            result = play_traced(trace, number, episode, agent, configuration.agent, adviser)
        else:
            result = play(episode, agent, level=level)
        oracle = oracle_trial_scores(episode)
        if trace and number < configuration.traced:
            trace.reference(number, "search-oracle", "Search oracle", oracle)
            context.flush()
        table.append(
            episode=number,
            score=result.score,
            oracle=sum(oracle),
            trial_scores=result.trial_scores,
            oracle_trial_scores=oracle,
            potions_used=result.potions_used,
            no_effect=result.no_effect,
            open_edges=int(episode.chemistry.edges_open.sum()),
        )
        scores.append(result.trial_scores)
        oracle_scores.append(oracle)
        used.append(result.potions_used)
        wasted.append(result.no_effect)
        context.scalar("score", float(result.score), number)
        context.scalar("score relative to oracle", result.score / max(1.0, sum(oracle)), number)
        context.progress(number + 1, configuration.episodes, "episodes")

    return summary(np.array(scores, float), np.array(oracle_scores, float), np.array(used), np.array(wasted))


def summary(scores: Any, oracle: Any, used: Any, wasted: Any) -> dict[str, Any]:
    """Figures of an evaluation; every argument is [episodes, trials].

    ``regret_mean`` and ``regret_sem`` are paired over episodes, which is five times sharper than comparing the means.
    """
    totals, regret = scores.sum(axis=1), (oracle - scores).sum(axis=1)
    count = len(totals)
    return {
        "score_mean": float(totals.mean()),
        "score_sem": float(totals.std(ddof=1) / math.sqrt(count)) if count > 1 else None,
        "trial_score_mean": [round(float(value), 4) for value in scores.mean(axis=0)],
        "oracle_mean": float(oracle.sum(axis=1).mean()),
        "regret_mean": float(regret.mean()),
        "regret_sem": float(regret.std(ddof=1) / math.sqrt(count)) if count > 1 else None,
        "potions_used_mean": [round(float(value), 4) for value in used.mean(axis=0)],
        "no_effect_mean": [round(float(value), 4) for value in wasted.mean(axis=0)],
        "episodes": count,
    }


def episodes_of(configuration: AlchemyConfiguration, level: Level, seed: int) -> Iterator[Episode]:
    """The episodes to play: the first of the file, or the reference's sequence for this seed."""
    if not configuration.episodes_file:
        random = np.random.RandomState(seed)
        for _ in range(configuration.episodes):
            yield sample_episode(random, level)
        return
    path = configuration.episodes_file.expanduser()
    episodes = read_episodes(path)
    if len(episodes) < configuration.episodes:
        raise BadInput(f"episodes may be at most {len(episodes)}, as many as {path.name} holds")
    for number, episode in enumerate(episodes[: configuration.episodes]):
        if episode.trials != TRIALS:
            raise BadInput(f"Episode {number} of {path.name} has {episode.trials} trials; evaluations take {TRIALS}")
        if not level.admits(episode.chemistry):
            raise BadInput(f"Episode {number} of {path.name} cannot occur in level {configuration.level}")
        yield episode


def agent_seed(seed: int, number: int) -> int:
    """Seed of the agent in episode ``number``: the same whatever was played before."""
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def oracle_trial_scores(episode: Episode) -> list[int]:
    """Best possible score of each trial when the chemistry is known."""
    pairs = zip(episode.stones, episode.potions, strict=True)
    return [optimal_plan(episode.chemistry, stones, potions).value for stones, potions in pairs]


def play_traced(
    trace: Trace, number: int, episode: Episode, agent: Agent, name: str, adviser: Agent | None
) -> EpisodeResult:
    """Play an episode and keep every situation, with what the adviser would do there; the same result as ``play``."""
    title = find_agent(name).title
    node = trace.begin(number, episode)
    index = trace.agent(name, title)
    catch_up(agent, node)
    for following in play_on(trace, node, agent, index):
        node = following
        if adviser and not node.done:
            trace.decide(node, trace.agent(ADVISER, find_agent(ADVISER).title), adviser.decide(node.view()))
    trace.line(f"{name}-{number}", title, node, name)
    return result_of(node)


def result_of(leaf: Node) -> EpisodeResult:
    """The result of the path that ends at ``leaf``."""
    trials = leaf.episode.trials
    actions: list[list[int]] = [[] for _ in range(trials)]
    scores, used, wasted = (np.zeros(trials, np.int64) for _ in range(3))
    for before, after in pairwise(leaf.path):
        trial = before.state.trial
        if after.effect != ENDED:
            actions[trial].append(after.action)
        used[trial] += after.effect in (CHANGED, WASTED)
        wasted[trial] += after.effect == WASTED
    scores[: len(leaf.trial_scores)] = leaf.trial_scores
    return EpisodeResult(scores, tuple(map(tuple, actions)), used, wasted)


class Attentive:
    """An agent that looks before each decision whether the run was asked to stop: an episode can take a second."""

    def __init__(self, agent: Agent, context: Context) -> None:
        self.name = agent.name
        self.needs_belief = bool(getattr(agent, "needs_belief", False))
        self.privileged = bool(getattr(agent, "privileged", False))
        self._agent, self._context = agent, context

    def reset(self, view: View) -> None:
        """As the agent does."""
        self._agent.reset(view)

    def decide(self, view: View) -> Decision:
        """As the agent does; raises Stopped where the run was asked to stop."""
        self._context.check()
        return self._agent.decide(view)

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """As the agent does."""
        self._agent.observe(view_before, action, reward, view_after)
