"""Language models play Alchemy in words, beside the ideal observer on the same episodes.

Source: Ke et al. 2024, "Can foundation models actively gather information in interactive environments to test
hypotheses?" (arXiv 2412.06438): with and without prior knowledge, with and without summaries, and with a chemistry that
is silently replaced part-way. Its measure is the score relative to the search oracle, trials 6-10 against trial 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from engine.agents.catalogue import find_agent, make_agent
from engine.agents.play import play
from engine.alchemy.chemistry import STEPS
from engine.alchemy.episodes import Episode, read_episodes, sample_episode
from engine.alchemy.levels import EVALUATION, Level
from engine.alchemy.trace import Trace
from engine.errors import BadInput
from engine.experiments.alchemy import ADVISER, Attentive, agent_seed, oracle_trial_scores
from engine.experiments.context import Context
from engine.language.game import Game, change_chemistry
from engine.language.interview import Episode as Interviewed
from engine.language.interview import Interview
from engine.language.model import Source
from engine.language.player import Condition, play_text
from engine.language.settings import ModelConfiguration, form_of, open_source
from engine.language.transcript import TURNS, Transcript
from engine.language.wording import WORDINGS
from engine.runs.schema import Column
from engine.runs.table import Table

HEURISTIC_RUNS = 20  # the random heuristic's score by trial is noisy; its mean over runs is what one compares with


class TextAlchemyConfiguration(ModelConfiguration):
    """Settings of an evaluation in words."""

    level: str = Field(
        EVALUATION,
        description="What is hidden and drawn anew for each episode, by the reference's level name; without rotation "
        "as in the study",
    )
    episodes: int = Field(20, ge=1, le=10_000, description="How many", json_schema_extra={"unit": "episodes"})
    episodes_file: str = Field(
        "", description="Play the first episodes of this file (JSON lines, .gz too) instead of drawing them"
    )
    trials: int = Field(10, ge=1, le=100, description="Trials of an episode", json_schema_extra={"unit": "trials"})
    steps: int = Field(STEPS, ge=1, le=STEPS, description="Most steps of a trial", json_schema_extra={"unit": "steps"})
    change_at: int = Field(
        0, ge=0, le=100, description="Trial (from 1) from which on another chemistry holds, untold; 0 is never"
    )
    wording: Literal["paper", "sentences", "compact", "opaque"] = Field(
        "paper", description="How stones and potions are put into words"
    )
    prior_knowledge: bool = Field(False, description="Tell the range of rewards, the pairs of potions and determinism")
    summary: bool = Field(False, description="Ask for a summary between trials")
    summary_every: int = Field(
        1, ge=1, le=100, description="After so many trials", json_schema_extra={"unit": "trials"}
    )
    summary_form: Literal["free", "structured"] = Field("free", description="What the summary is asked to look like")
    history: Literal["full", "window", "summary"] = Field(
        "full", description="What is shown again: everything, the last trials, or the newest summary and this trial"
    )
    window: int = Field(
        3, ge=1, le=100, description="Trials that history window shows", json_schema_extra={"unit": "trials"}
    )
    answers: Literal["auto", "free", "json", "legal"] = Field(
        "auto",
        description="Form of an answer: free text with an action line, JSON by schema, or nothing but a legal action; "
        "auto is legal where the model can be held to it and free elsewhere",
    )
    traced: int = Field(
        1000,
        ge=0,
        le=10_000,
        description="Keep every situation with its belief for this many episodes, to be stepped through",
        json_schema_extra={"unit": "episodes"},
    )
    advice: bool = Field(False, description="Add to each of these situations what the ideal observer would do")
    references: bool = Field(True, description="Play the same episodes with ideal observer and random heuristic")

    @model_validator(mode="after")
    def _change_is_inside(self) -> TextAlchemyConfiguration:
        if self.change_at == 1 or self.change_at > self.trials:
            raise ValueError(f"change_at must be 0 or from 2 to trials ({self.trials}), not {self.change_at}")
        if self.history == "summary" and not self.summary:
            raise ValueError("history may be summary only with summary=true")
        return self


def run(configuration: TextAlchemyConfiguration, context: Context) -> dict[str, Any]:
    """Let a model play the episodes, and sum up."""
    level, wording = Level.parse(configuration.level), WORDINGS[configuration.wording]
    if configuration.change_at and not level.random_maps:
        raise BadInput("change_at needs a level whose potions are random")
    episodes = list(episodes_of(configuration, level, context.seed))
    source = open_source(configuration, context, level, wording)
    condition = Condition(
        wording=wording,
        form=form_of(configuration.answers, source),  # type: ignore[arg-type]
        prior=configuration.prior_knowledge,
        summary_every=configuration.summary_every if configuration.summary else 0,
        summary_form=configuration.summary_form,
        history=configuration.history,
        window=configuration.window,
        max_tokens=configuration.max_tokens,
    )
    evaluation = Evaluation(configuration, context, level, episodes, source, condition)
    interview = Interview(source, context, configuration.budget())
    interview.run(evaluation.players(), evaluation.ended, evaluation.tell_progress)
    return evaluation.result(interview)


def episodes_of(configuration: TextAlchemyConfiguration, level: Level, seed: int) -> Iterator[list[Episode]]:
    """The episodes to play, each in parts with a chemistry of their own; raises BadInput."""
    whole: list[Episode]
    if configuration.episodes_file:
        path = Path(configuration.episodes_file).expanduser()
        whole = read_episodes(path)[: configuration.episodes]
        if len(whole) < configuration.episodes:
            raise BadInput(f"episodes may be at most {len(whole)}, as many as {path.name} holds")
        for number, episode in enumerate(whole):
            if episode.trials < configuration.trials:
                raise BadInput(
                    f"trials may be at most {episode.trials}, as many as episode {number} of {path.name} has"
                )
            if not level.admits(episode.chemistry):
                raise BadInput(f"Episode {number} of {path.name} cannot occur in level {configuration.level}")
    else:
        random = np.random.RandomState(seed)
        whole = [sample_episode(random, level, configuration.trials) for _ in range(configuration.episodes)]
    for number, episode in enumerate(whole):
        count = configuration.trials
        cut = Episode(episode.chemistry, episode.stones[:count], episode.potions[:count])
        if configuration.change_at:
            yield change_chemistry(
                cut, configuration.change_at - 1, level, np.random.RandomState(agent_seed(seed + 1, number))
            )
        else:
            yield [cut]


def episode_columns(trials: int) -> tuple[Column, ...]:
    """Columns of the table ``episodes``."""
    return (
        Column("episode", "i4", description="number of the episode, from 0"),
        Column("score", "f4", unit="points"),
        Column("oracle", "f4", unit="points", description="of the search oracle on the same episode"),
        Column("trial_scores", "f4", (trials,), "points"),
        Column("oracle_trial_scores", "f4", (trials,), "points"),
        Column("answers", "i4", description="answers that should hold an action"),
        Column("invalid", "i4", description="of these, not carried out"),
        Column("prompt_tokens", "i8", unit="tokens"),
        Column("completion_tokens", "i8", unit="tokens"),
        Column("open_edges", "i1", description="edges of the first chemistry's graph, 7 to 12"),
    )


@dataclass
class _Played:
    """One episode under way."""

    parts: list[Episode]
    game: Game
    transcript: Transcript


class Evaluation:
    """The episodes of a run: each is begun when its turn comes, written down when it ends, and summed up."""

    def __init__(
        self,
        configuration: TextAlchemyConfiguration,
        context: Context,
        level: Level,
        episodes: list[list[Episode]],
        source: Source,
        condition: Condition,
    ) -> None:
        self._configuration, self._context, self._level = configuration, context, level
        self._episodes, self._source, self._condition = episodes, source, condition
        self._turns: Table = context.table("turns", TURNS)
        self._table: Table = context.table("episodes", episode_columns(configuration.trials))
        self._trace = Trace(context.record, level) if configuration.traced else None
        self._adviser = (
            make_agent(ADVISER, context.seed, level) if configuration.traced and configuration.advice else None
        )
        self._playing: dict[int, _Played] = {}
        self._transcripts: list[Transcript] = []
        self._scores: dict[int, tuple[list[int], list[int]]] = {}

    def players(self) -> Iterator[Interviewed]:
        """One episode after the other, begun as it is asked for."""
        for number, parts in enumerate(self._episodes):
            self._context.check()
            seed = agent_seed(self._context.seed, number)
            game = self._game(number, parts)
            transcript = Transcript(self._context.record, self._turns, number)
            self._playing[number] = _Played(parts, game, transcript)
            self._transcripts.append(transcript)
            asks = play_text(game, self._condition, transcript, seed=seed)
            yield Interviewed(number, asks, self._source.open(number, seed), transcript)

    def _game(self, number: int, parts: list[Episode]) -> Game:
        numbers = self._numbers(number, parts)
        for part, traced in enumerate(numbers[1:], start=1):
            first = sum(before.trials for before in parts[:part])
            self._context.event("changes", {"episode": number, "traced_as": traced, "first_trial": first})
        if self._trace is None or number >= self._configuration.traced:
            return Game(parts, steps=self._configuration.steps)
        adviser = None
        if self._adviser is not None:
            adviser = (self._trace.agent(ADVISER, find_agent(ADVISER).title), self._adviser)
        agent = self._trace.agent(self._source.name, self._source.name)
        return Game(
            parts, steps=self._configuration.steps, trace=self._trace, numbers=numbers, agent=agent, adviser=adviser
        )

    def ended(self, number: int) -> None:
        """Write down an episode that has been played, and what others score on it."""
        played = self._playing.pop(number)
        scores, transcript = played.game.trial_scores, played.transcript
        oracle = [score for part in played.parts for score in oracle_trial_scores(part)]
        self._scores[number] = (scores, oracle)
        for leaf in played.game.leaves:
            assert self._trace is not None
            self._trace.line(f"{self._source.name}-{leaf.number}", self._source.name, leaf, self._source.name)
        self._refer(number, played.parts, "search-oracle", oracle, 1)
        self._table.append(
            episode=number,
            score=sum(scores),
            oracle=sum(oracle),
            trial_scores=scores,
            oracle_trial_scores=oracle,
            answers=transcript.answers,
            invalid=transcript.invalid,
            prompt_tokens=transcript.usage.prompt,
            completion_tokens=transcript.usage.completion,
            open_edges=int(played.parts[0].chemistry.edges_open.sum()),
        )
        if self._configuration.references:
            self._compare(number, played.parts)
        self._context.scalar("score", float(sum(scores)), number)
        self._context.scalar("score relative to oracle", sum(scores) / max(1, sum(oracle)), number)
        self.tell_progress()
        self._context.flush()

    def tell_progress(self) -> None:
        """Episodes played so far, those under way by the share of their trials."""
        under_way = sum(played.game.view.trial for played in self._playing.values()) / self._configuration.trials
        self._context.progress(len(self._scores) + under_way, len(self._episodes), "episodes")

    def _compare(self, number: int, parts: list[Episode]) -> None:
        """Ideal observer, who starts anew with each chemistry, and random heuristic on the same episode."""
        for name, runs in ((ADVISER, 1), ("random-heuristic", HEURISTIC_RUNS)):
            scores = np.zeros(self._configuration.trials)
            for run_number in range(runs):
                # The first seed is the speaking agent's own, so that ideal observer and scripted twin can be compared.
                seed = agent_seed(self._context.seed, number) + run_number
                results = [
                    play(
                        part,
                        Attentive(make_agent(name, seed, self._level), self._context),
                        level=self._level,
                        steps=self._configuration.steps,
                    ).trial_scores
                    for part in parts
                ]
                scores += np.concatenate(results)
            self._refer(number, parts, name, (scores / runs).tolist(), runs)

    def _refer(self, number: int, parts: list[Episode], agent: str, scores: Sequence[float], runs: int) -> None:
        """One event for each part, under the number it has in the trace."""
        first = 0
        for traced, part in zip(self._numbers(number, parts), parts, strict=True):
            fields = {"episode": traced, "agent": agent, "title": find_agent(agent).title, "runs": runs}
            shown = [float(score) for score in scores[first : first + part.trials]]
            self._context.event("references", {**fields, "trial_scores": shown})
            first += part.trials

    def _numbers(self, number: int, parts: list[Episode]) -> list[int]:
        """Numbers of the parts of an episode in the trace; those of the first parts are those of the episodes."""
        return [number + part * len(self._episodes) for part in range(len(parts))]

    def result(self, interview: Interview) -> dict[str, Any]:
        """Figures of the run; those of the score are over the episodes that were played to their end."""
        answers = sum(transcript.answers for transcript in self._transcripts)
        invalid = sum(transcript.invalid for transcript in self._transcripts)
        figures = {
            "invalid_rate": invalid / answers if answers else None,
            "tokens": interview.used.tokens,
            "prompt_tokens": interview.used.prompt,
            "completion_tokens": interview.used.completion,
            "cost": interview.paid.cost,
            "tokens_paid": interview.paid.tokens,
            "budget_spent": interview.budget_spent,
            "episodes": len(self._scores),
        }
        if self._scores:
            pairs = [self._scores[number] for number in sorted(self._scores)]
            scores, oracle = (np.array([pair[k] for pair in pairs], float) for k in range(2))
            figures = {**summary(scores, oracle, self._configuration.change_at), **figures}
        return figures


def summary(scores: NDArray[np.float64], oracle: NDArray[np.float64], change_at: int) -> dict[str, Any]:
    """Figures of the score; arguments [episodes, trials] in points.

    ``relative_mean`` is the mean over trials of score over oracle, trials without anything to earn left out;
    ``improvement`` the mean of the trials 6-10 minus trials 1-5, ``improvement_first`` minus trial 1 (the study's).
    """
    totals, count = scores.sum(axis=1), len(scores)
    relative = np.where(oracle > 0, scores / np.where(oracle > 0, oracle, 1), np.nan)
    by_trial = [_mean(relative[:, trial]) for trial in range(scores.shape[1])]
    figures: dict[str, Any] = {
        "score_mean": float(totals.mean()),
        "score_sem": float(totals.std(ddof=1) / math.sqrt(count)) if count > 1 else None,
        "trial_score_mean": [round(float(value), 4) for value in scores.mean(axis=0)],
        "oracle_mean": float(oracle.sum(axis=1).mean()),
        "relative_mean": _mean(relative),
        "trial_relative_mean": by_trial,
    }
    if scores.shape[1] >= 10:
        late = _mean(relative[:, 5:10])
        early, first = _mean(relative[:, :5]), by_trial[0]
        figures["improvement"] = None if late is None or early is None else late - early
        figures["improvement_first"] = None if late is None or first is None else late - first
    if change_at:
        before, after = relative[:, max(0, change_at - 6) : change_at - 1], relative[:, change_at - 1 :]
        figures["before_change"], figures["at_change"] = _mean(before), _mean(after[:, 0])
        figures["after_change"] = _mean(after[:, -5:])
    return figures


def _mean(values: NDArray[np.float64]) -> float | None:
    return float(np.nanmean(values)) if np.isfinite(values).any() else None
