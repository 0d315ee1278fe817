"""Measure an agent on recorded episodes: ``python -m engine.agents.measure AGENT [FILE]`` prints one JSON line.

The line holds the score, the paired difference to a recorded agent with its standard error, differences by trial, CPU
seconds an episode, and how long decisions took. Compiling and loading happen before the clock starts.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from engine.agents.catalogue import make_agent
from engine.agents.play import play
from engine.agents.protocol import Agent, Decision, View
from engine.alchemy.episodes import read_episodes, read_recordings
from engine.alchemy.levels import EVALUATION, Level
from engine.data.folders import find
from engine.errors import BadInput


class Timed:
    """An agent whose decisions are timed, in seconds."""

    def __init__(self, agent: Agent) -> None:
        self.agent, self.name, self.seconds = agent, agent.name, list[float]()
        self.needs_belief, self.privileged = getattr(agent, "needs_belief", False), getattr(agent, "privileged", False)

    def reset(self, view: View) -> None:
        """Pass on."""
        self.agent.reset(view)

    def decide(self, view: View) -> Decision:
        """Pass on and keep how long it took."""
        start = time.perf_counter()
        decision = self.agent.decide(view)
        self.seconds.append(time.perf_counter() - start)
        return decision

    def observe(self, view_before: View, action: int, reward: float, view_after: View) -> None:
        """Pass on."""
        self.agent.observe(view_before, action, reward, view_after)


def measure(
    agent_name: str, path: Path, *, episodes: int = 0, reference: str = "ideal_observer", seed: int = 0
) -> dict[str, Any]:
    """Play the first ``episodes`` of a file (0: all) and compare with a recorded agent on the same episodes."""
    played, recorded = read_episodes(path), read_recordings(path)
    if not all(reference in recording for recording in recorded):
        raise BadInput(f"Not every episode of {path.name} has a recording of {reference}")
    count = episodes or len(played)
    level = Level.parse(EVALUATION)
    play(played[0], make_agent(agent_name, seed, level), level=level)
    agent, scores = Timed(make_agent(agent_name, seed, level)), []
    start = time.process_time()
    for episode in played[:count]:
        scores.append(play(episode, agent, level=level).trial_scores)
    seconds = time.process_time() - start
    difference = np.array(scores) - np.array([recording[reference].rewards for recording in recorded[:count]])
    paired, milliseconds = difference.sum(axis=1), 1000 * np.array(agent.seconds)
    return {
        "agent": agent_name,
        "episodes": len(scores),
        "score_mean": round(float(np.sum(scores) / len(scores)), 3),
        "difference_mean": round(float(paired.mean()), 3),
        "difference_sem": round(float(paired.std(ddof=1) / np.sqrt(len(paired))), 3) if len(paired) > 1 else None,
        "difference_by_trial": [round(float(x), 3) for x in difference.mean(axis=0)],
        "cpu_seconds_per_episode": round(seconds / len(scores), 4),
        "decision_ms_p50": round(float(np.median(milliseconds)), 3),
        "decision_ms_p99": round(float(np.percentile(milliseconds, 99)), 3),
        "decision_ms_max": round(float(milliseconds.max()), 3),
    }


def main(arguments: list[str] | None = None) -> int:
    """Command line; exit status 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m engine.agents.measure", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("agent")
    parser.add_argument(
        "file", nargs="?", type=Path, help="episodes with recordings (default: the 200 evaluation episodes)"
    )
    parser.add_argument("--episodes", type=int, default=0, help="only the first so many")
    parser.add_argument("--reference", default="ideal_observer", help="recorded agent to compare with")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    try:
        path = given.file or find("alchemy_evaluation_200.jsonl.gz")
        result = measure(given.agent, path, episodes=given.episodes, reference=given.reference, seed=given.seed)
    except BadInput as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(json.dumps(result) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
