"""What a trained agent does and knows: ``python -m engine.agents.learned.analysis NAME`` prints one JSON line.

The analyses of Wang et al. 2021 (arXiv 2102.02926, section 4): score and potions by trial, improvement within an
episode, what happens when the chemistry changes without notice, and whether the chemistry can be read from the agent's
memory, by its own decoder and by a linear probe; and for an episodic memory, whether it reads what was worth writing.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.agents.learned.attention import EpisodicMemory
from engine.agents.learned.bodies import Gated
from engine.agents.learned.facts import FACTS, NO_EFFECT, NOTHING, STOP, TRANSITIONS, Moments
from engine.agents.learned.games import Games, Rollout, draw
from engine.agents.learned.models import load_model
from engine.agents.learned.policy import SCALE, Network, knowledge_of
from engine.agents.learned.rollouts import play
from engine.agents.learned.teacher import Lesson, teach
from engine.errors import BadInput

CHANGE = 10  # the trial, from 0, in which another chemistry takes over


def analyse(network: Network, games: int = 500, seed: int = 0) -> dict[str, Any]:
    """Every analysis on ``games`` fresh games without rotation."""
    random = np.random.default_rng(seed)
    rollout, _ = play(network, Games(random, games), np.zeros(games), random, "nothing")
    lesson = teach(rollout.moments, seed)
    found = {"games": games, **behaviour(rollout), **knowledge(network, rollout, lesson)}
    if isinstance(network.body, EpisodicMemory):
        found |= reading(network.body, rollout, lesson)
    found["changed_trial_score_mean"] = changed(network, games, random)
    return found


def behaviour(rollout: Rollout) -> dict[str, Any]:
    """Scores and potions by trial, and the differences between trials with their standard errors."""
    scores, trial = rollout.scores, _trials(rollout)
    used = rollout.active & (rollout.actions < STOP)
    after = np.vstack([rollout.moments.fact[1:], np.full((1, trial.shape[1]), NOTHING)])
    wasted = used & (after % 4 == NO_EFFECT)
    halves = scores[:, 5:].mean(axis=1) - scores[:, :5].mean(axis=1)
    ends = scores[:, -1] - scores[:, 0]
    return {
        "score_mean": round(float(scores.sum(axis=1).mean()), 3),
        "score_sem": round(float(scores.sum(axis=1).std(ddof=1) / np.sqrt(len(scores))), 3),
        "trial_score_mean": _rounded(scores.mean(axis=0)),
        "potions_used_mean": _rounded([(used & (trial == k)).sum() / len(scores) for k in range(10)]),
        "no_effect_mean": _rounded([(wasted & (trial == k)).sum() / len(scores) for k in range(10)]),
        "second_half_minus_first": _rounded([halves.mean(), halves.std(ddof=1) / np.sqrt(len(halves))]),
        "last_trial_minus_first": _rounded([ends.mean(), ends.std(ddof=1) / np.sqrt(len(ends))]),
    }


def knowledge(network: Network, rollout: Rollout, lesson: Lesson) -> dict[str, Any]:
    """How often the map from colour pairs to axes is read rightly (chance 1/6), and nats from the exact posterior.

    At the beginning of each trial by the agent's own decoder; at the beginning of the fourth also by a linear probe,
    ridge regression from what feeds the memory's last layer, fitted to half of the games and tried on the others.
    """
    batch = rollout.active.shape[1]
    with torch.no_grad():
        outputs, _ = network.know(rollout.moments, network.body.initial_state(batch))
        known = knowledge_of(outputs)
    truth = rollout.labels.potions // 8
    by_trial, trial = [], _trials(rollout)
    for number in range(10):
        first = (trial == number).argmax(axis=0)
        maps = known.potions.exp()[torch.from_numpy(first), torch.arange(batch)].view(batch, 6, 8).sum(-1)
        by_trial.append(float((maps.argmax(-1).numpy() == truth).mean()))
    found: dict[str, Any] = {"axis_map_decoded_by_trial": _rounded(by_trial), "axis_map_decoded": round(by_trial[3], 4)}
    exact = [torch.from_numpy(part)[torch.from_numpy(rollout.active)] for part in lesson[1:4]]
    own = [part[torch.from_numpy(rollout.active)] for part in known[:3]]
    nats = [float((torch.special.xlogy(p, p) - p * q).sum(-1).mean()) for p, q in zip(exact, own, strict=True)]
    found["nats_from_posterior"] = dict(zip(("potion_map", "graph", "stone_map"), _rounded(nats), strict=True))
    if isinstance(network.body, EpisodicMemory | Gated):
        with torch.no_grad():
            found["axis_map_probed"] = round(probe(_at_fourth(network, rollout, trial), truth), 4)
    return found


def _at_fourth(network: Network, rollout: Rollout, trial: NDArray[np.int64]) -> NDArray[np.float64]:
    """What feeds the last layer of the memory at the first decision of the fourth trial, [B, units]."""
    batch, body = trial.shape[1], network.body
    caught: list[torch.Tensor] = []
    last: Any = body.join[2] if isinstance(body, EpisodicMemory) else body.output
    hook = last.register_forward_pre_hook(lambda _, given: caught.append(given[0]))
    at = (trial == 3).argmax(axis=0)
    rows = np.empty((batch, last.in_features))
    for step in np.unique(at):
        which = np.flatnonzero(at == step)
        so_far = Moments(*(field[: step + 1, which] for field in rollout.moments))
        state = body.initial_state(len(which))
        network.know(so_far, state)
        if isinstance(body, EpisodicMemory):
            caught.clear()
            body.read(state.rows)
            rows[which] = caught[-1].numpy()
        else:
            rows[which] = caught[-1][-1].numpy()
    hook.remove()
    return rows


def probe(states: NDArray[np.float64], classes: NDArray[np.int64], ridge: float = 1.0) -> float:
    """Accuracy of a linear probe on the second half of the rows, fitted to the first by ridge regression."""
    half = len(states) // 2
    mean, scale = states[:half].mean(axis=0), states[:half].std(axis=0) + 1e-6
    inputs = np.hstack([(states - mean) / scale, np.ones((len(states), 1))])
    targets = np.eye(int(classes.max()) + 1)[classes[:half]]
    fitted = np.linalg.solve(
        inputs[:half].T @ inputs[:half] + ridge * np.eye(inputs.shape[1]), inputs[:half].T @ targets
    )
    return float(((inputs[half:] @ fitted).argmax(axis=1) == classes[half:]).mean())


def reading(body: EpisodicMemory, rollout: Rollout, lesson: Lesson) -> dict[str, Any]:
    """Share of the read weight on facts whose step changed the exact posterior, against the share of such steps."""
    steps, batch = rollout.active.shape
    told = np.zeros((batch, FACTS + 1), np.bool_)
    seen = np.zeros((batch, FACTS + 1), np.bool_)
    shares = []
    state = body.initial_state(batch)
    every = np.arange(batch)
    for t in range(steps):
        active = rollout.active[t]
        stones = rollout.moments.stones[t]
        sighted = np.where(stones == 32, NOTHING, TRANSITIONS + stones)
        for fact in (rollout.moments.fact[t], *sighted.T):
            new = active & ~seen[every, fact]
            told[every[new], fact[new]] = lesson.informative[t][new]
            seen[every[new], fact[new]] = True
        with torch.no_grad():
            body.sequence(Moments(*(field[t : t + 1] for field in rollout.moments)), state)
            state = state._replace()
            weights = body.read(state.rows)[1].mean(dim=1).numpy()[active]
        shares.append((weights * told[active, :FACTS]).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9))
    steps_told = lesson.informative[rollout.active].mean()
    share = float(np.concatenate(shares).mean())
    return {
        "read_share_informative": round(share, 4),
        "step_share_informative": round(float(steps_told), 4),
        "read_share_ratio": round(share / float(steps_told), 2),
    }


@torch.no_grad()
def changed(network: Network, batch: int, random: np.random.Generator) -> list[float]:
    """Score by trial of games of twenty trials in which another chemistry takes over in the eleventh, unannounced."""
    games = Games(random, batch, trials=2 * CHANGE)
    other = draw(random, batch)
    state = network.body.initial_state(batch)
    while not games.over.all():
        late = games.trial >= CHANGE
        for labels, new in zip(games.labels, other, strict=True):
            labels[late] = new[late]
        moment, legal = games.moments(), games.legal()
        outputs, state = network.know(Moments(*(field[None] for field in moment)), state)
        stones, counts = torch.from_numpy(moment.stones), torch.from_numpy(moment.counts)
        scores, _ = network.head(knowledge_of(outputs[0]), stones, counts)
        games.step(np.where(legal, SCALE * scores.numpy(), -np.inf).argmax(axis=1))
    return _rounded(games.scores.mean(axis=0))


def _trials(rollout: Rollout) -> NDArray[np.int64]:
    """Trial of each decision, [T, B]."""
    ended = np.cumsum(rollout.actions == STOP, axis=0)
    return np.asarray(np.vstack([np.zeros((1, ended.shape[1]), np.int64), ended[:-1]]))


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def main(arguments: list[str] | None = None) -> int:
    """Command line; exit status 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m engine.agents.learned.analysis")
    parser.add_argument("name", help="a shipped agent, without pretrained/")
    parser.add_argument("--games", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        _, network = load_model(given.name)
    except BadInput as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    sys.stdout.write(json.dumps({"agent": given.name, **analyse(network, given.games, given.seed)}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
