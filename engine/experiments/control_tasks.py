"""Control with a memory: train a recurrent policy on a partially observed task, or examine one that is trained.

Sources: Heess et al. 2015 (arXiv 1512.04455); figures to compare with: Ni et al. 2022 (arXiv 2110.05038), Yang & Nguyen
2021 (arXiv 2110.12628). Constants that the first paper does not give are ours.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.control.algorithms import ALGORITHMS
from engine.control.catalogue import make
from engine.control.episodes import EVALUATION, VALIDATION, Play, play_scripted, seeds_of
from engine.control.examination import CELLS, examine, figures, probe_trial
from engine.control.imitation import ALGORITHM, LESSONS, imitate
from engine.control.latency import TRIALS, trials_of
from engine.control.models import Card, Trained, card_of, load_model, restore, tensors_of
from engine.control.networks import Kind, Sizes, width_seen
from engine.control.policy import Policy
from engine.control.quantities import Task
from engine.control.readout import fit
from engine.control.scenes import Player, Stage, player_of
from engine.control.scripted import SCRIPTED, scripted
from engine.control.shipped import folder as shipped
from engine.control.shipped import name_for, names
from engine.control.tasks import TASKS
from engine.control.training import Report, Saved, train
from engine.errors import BadInput, Stopped
from engine.experiments.context import Context
from engine.experiments.control_settings import AGENTS, BESIDE, TRAINED, ControlConfiguration
from engine.runs.checkpoints import load_checkpoint
from engine.runs.schema import Column, check_name

PRETRAINED = "pretrained"
BEST, LATEST = "best", "latest"
LIVE_SCENES = 15  # episodes shown while learning


def run(configuration: ControlConfiguration, context: Context) -> dict[str, Any]:
    """Train if asked to, then evaluate, and record a few episodes step by step."""
    torch.set_num_threads(1)
    c, task = configuration, TASKS[configuration.task]
    beside = companions(task, c.beside, required=True)
    learned: dict[str, Any] = {}
    if c.agent in TRAINED:
        trained, learned, stage = _learn(c, task, context, beside)
        player = stage.players[0]
    elif c.agent in SCRIPTED:
        trained, player = None, player_of(c.agent, None)
        stage = Stage(context, task, [player, *beside])
    else:
        trained = find_trained(c.agent, task, context.record.folder.parent)
        player = player_of(c.agent, trained)
        stage = Stage(context, task, [player, *beside])
    context.progress(0, c.episodes, "episodes")
    seeds = seeds_of(EVALUATION, context.seed, 0, c.episodes)
    if trained is None:
        environment = make(task)
        played = play_scripted(environment, seeds, scripted(c.agent, environment, context.seed, c.episodes))
        found = figures(played, task)
    else:
        found, played = examine(trained, task, context.seed, c.episodes, c.wipe)
    if trained is not None and trained.card.task != task.name:
        found["trained_on"] = trained.card.task
    context.check()
    _keep_episodes(context, played, task)
    if trained is not None and task.maze and trained.policy.actor.memory.width and c.wipe == "none":
        found["probe_trial"] = _search(context, trained, task, c.episodes)
    for episode, seed in enumerate(seeds[: c.traced]):
        context.check()
        stage.show(seed, title=f"episode {episode + 1}", episode=episode, wipe=c.wipe)
    context.progress(c.episodes, c.episodes, "episodes")
    return {"task": task.name, "agent": c.agent, "wipe": c.wipe, "episodes": c.episodes, **found, **learned}


def _learn(
    c: ControlConfiguration, task: Task, context: Context, beside: Sequence[Player]
) -> tuple[Trained, dict[str, Any], Stage]:
    """Train; every improvement is kept at once, and some episodes are shown on the way."""
    taught = c.agent == "imitate"
    if taught and context.parent:
        raise BadInput("imitate has no training to go on from; it takes less than a minute, begin anew")
    recipe = c.recipe(LESSONS if taught else task.recipe)
    sizes = sizes_for(task, c.agent, recipe.hidden)
    stochastic = not taught and ALGORITHMS[recipe.algorithm].stochastic
    algorithm = ALGORITHM if taught else recipe.algorithm
    card = Card(task.name, sizes, stochastic, algorithm, {"recipe": asdict(recipe)})
    texts = {"card": json.dumps(card.to_json())}
    stage: Stage | None = None
    last: Report | None = None
    every = max(1, recipe.rounds // LIVE_SCENES)

    def reported(report: Report, policy: Policy) -> None:
        nonlocal stage, last
        now = Trained(card, policy, None)
        if stage is None:
            stage = Stage(context, task, [player_of(c.agent, now), *beside])
        context.progress(report.updates, recipe.rounds * recipe.updates, "updates")
        _curves(context, report)
        if report.validation >= report.best:
            context.checkpoint(BEST, tensors_of(now.policy, None), texts)
        if report.round % every == 0:
            seed = seeds_of(VALIDATION, 0, 0, 1)[0]
            title = f"after {report.updates:,} updates"
            shown = Trained(card, now.policy, fit(now.policy, task))
            stage.show(seed, title=title, episode=0, updates=report.updates, players=[player_of(c.agent, shown)])
            context.flush()
        last = report

    def stopping() -> bool:
        try:
            context.check()
        except Stopped:
            return True
        return False

    def kept(saved: Saved) -> None:
        context.checkpoint(LATEST, saved[0], {**saved[1], **texts})

    if taught:
        policy = imitate(task, recipe, sizes, seed=context.seed, reported=reported, stopping=stopping)
    else:
        policy, _ = train(
            task,
            recipe,
            sizes,
            seed=context.seed,
            reported=reported,
            stopping=stopping,
            kept=kept,
            resume=_put_aside(context.parent, card) if context.parent else None,
            where=f"The training {context.parent.name}" if context.parent else "",
        )
    if last is None or stage is None:
        context.check()
        raise BadInput(f"That training has gone through its {recipe.rounds} rounds; more rounds would go on with it")
    trained = Trained(card, policy, fit(policy, task))
    context.checkpoint(BEST, tensors_of(policy, trained.readout), texts)
    context.check()
    stage.players = (player_of(c.agent, trained), *beside)
    learned = {"updates": last.updates, "steps": last.steps, "cpu_seconds": last.cpu_seconds, "validation": last.best}
    return trained, learned, stage


def _put_aside(parent: Path, card: Card) -> Saved:
    """The training of a run, which must be of the same kind as that of ``card``; raises BadInput."""
    tensors, metadata = load_checkpoint(parent, LATEST, as_torch=True)
    own = card_of(metadata, f"The checkpoint of {parent.name}")
    if replace(own, made={}) != replace(card, made={}):
        raise BadInput(
            f"{parent.name} trained {own.algorithm} on {own.task} ({own.sizes.kind}, {own.sizes.hidden} units); "
            f"{card.algorithm} on {card.task} ({card.sizes.kind}, {card.sizes.hidden} units) cannot go on with it"
        )
    return tensors, metadata


def sizes_for(task: Task, agent: str, hidden: int) -> Sizes:
    """Shapes of the networks of an agent that is trained."""
    kinds: dict[str, Kind] = {"train": "lstm", "imitate": "lstm", "frame-stack": "frame-stack"}
    full = agent == "full-information"
    if full and task.pixels:
        raise BadInput("full-information has no need of images; train it on the task without pixels")
    kind = kinds.get(agent, "feed-forward")
    return Sizes(width_seen(task, full=full), len(task.actions), kind, hidden, full, task.pixels)


def find_trained(agent: str, task: Task, runs: Path) -> Trained:
    """``pretrained``, ``pretrained/NAME`` or the best policy of a run in the folder ``runs``; raises BadInput."""
    if agent == PRETRAINED or agent.startswith(f"{PRETRAINED}/"):
        name = agent.removeprefix(PRETRAINED).removeprefix("/") or name_for(task, "lstm")
        if name not in names():
            raise BadInput(f"No policy {name} comes with Athanor; there are {', '.join(names()) or 'none'}")
        trained = load_model(shipped() / f"{name}.safetensors")
    else:
        folder = runs / check_name(agent, "agent")
        if not folder.is_dir():
            raise BadInput(f"agent may be {', '.join(AGENTS)}, pretrained/NAME or the id of a training, not {agent!r}")
        tensors, metadata = load_checkpoint(folder, BEST, as_torch=True)
        trained = restore(card_of(metadata, f"The checkpoint of {agent}"), tensors, f"The checkpoint of {agent}")
    trained.check(task)
    return trained


def companions(task: Task, wanted: Sequence[str], *, required: bool) -> list[Player]:
    """Players to show beside; those that do not come with Athanor are left out, or refused where ``required``."""
    found = []
    for name in wanted:
        if name not in BESIDE:
            raise BadInput(f"beside may be {', '.join(BESIDE)}, not {name!r}")
        if name in SCRIPTED:
            try:
                scripted(name, make(task), 0, 1)
            except BadInput:
                if required:
                    raise
                continue
            found.append(player_of(name, None))
            continue
        model = name_for(task, name)
        if model in names():
            trained = load_model(shipped() / f"{model}.safetensors")
            trained.check(task)
            found.append(player_of(f"{PRETRAINED}/{model}", trained))
        elif required:
            raise BadInput(f"No policy {model} comes with Athanor; there are {', '.join(names()) or 'none'}")
    return found


def _curves(context: Context, report: Report) -> None:
    if not math.isnan(report.validation):
        context.scalar("return", report.validation, report.updates)
    for name, value in (
        ("return while exploring", report.played),
        ("critic loss", report.critic_loss),
        ("size of values", report.value),
        ("gradient norm, actor", report.actor_norm),
        ("gradient norm, critic", report.critic_norm),
        ("CPU seconds", report.cpu_seconds),
        ("steps", report.steps),
    ):
        context.scalar(name, value, report.updates)


def _keep_episodes(context: Context, played: Play, task: Task) -> None:
    """Return of each episode and, in mazes, its latencies."""
    columns = [Column("episode", "i4"), Column("return", "f8")]
    if task.maze:
        columns.append(Column("latency", "i2", (TRIALS,), "steps", "by trial; -1: no such trial, or no contact"))
    table = context.table("episodes", columns)
    rows = np.zeros(len(played.returns), table.dtype)
    rows["episode"], rows["return"] = np.arange(len(rows)), played.returns.numpy()
    if task.maze:
        rows["latency"] = trials_of(played.on, played.teleported).latency
    table.extend(rows)


def _search(context: Context, trained: Trained, task: Task, episodes: int) -> dict[str, Any]:
    """The probe trial, remembered and wiped; maps go into table ``dwell``."""
    table = context.table(
        "dwell",
        (
            Column("agent", "u1"),
            Column("wiped", "b1"),
            Column("map", "f4", (CELLS, CELLS), "share", "of steps; y upwards, the old place to the right"),
        ),
    )
    found: dict[str, Any] = {}
    for wiped in (False, True):
        search = probe_trial(trained, task, context.seed, episodes, wiped=wiped)
        table.append(agent=0, wiped=wiped, map=search.dwell)
        ratio = search.near / search.rotated if search.near is not None and search.rotated else None
        values = {"near": search.near, "rotated": search.rotated, "ratio": ratio, "episodes": search.episodes}
        found |= {f"wiped_{key}": value for key, value in values.items()} if wiped else values
    return found
