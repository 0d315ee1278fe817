"""Train a set memory, or take one that comes with the program, and measure its filters on sets it has never seen.

Source: Rae, Bartunov and Lillicrap 2019 (arXiv 1906.04304), 5. Beside every neural filter stand a real Bloom filter of
the same keys and baselines that use no memory at all.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

import torch

from engine.errors import BadInput, Stopped
from engine.experiments.context import Context
from engine.experiments.pacing import Pacing
from engine.experiments.sets_settings import RATES, FilterConfiguration
from engine.filters.bloom import bloom_bits, break_even
from engine.filters.calibration import calibrate
from engine.filters.classical import formula_bits
from engine.filters.evaluation import BLOOM, NEURAL, Arena, Summary, auc, best_baseline, summarise
from engine.filters.learned import learned_outcomes
from engine.filters.models import Card, for_task, load_shipped, load_weights
from engine.filters.network import SetMemory, Sizes
from engine.filters.rivals import build
from engine.filters.tasks import Keys, check_size, make_keys
from engine.filters.training import Plan, Update, all_codes, train
from engine.runs.checkpoints import load_checkpoint
from engine.runs.schema import Column

LATEST = "latest"
SAVE_SECONDS = 20.0

SETS = (
    Column("n", "i4", unit="keys"),
    Column("fpr", "f4", description="rate asked for"),
    Column("method", "i2", description="index in the event stream methods"),
    Column("set", "i4"),
    Column("bits", "i8", unit="bits"),
    Column("memory", "i8", unit="bits"),
    Column("backup", "i8", unit="bits"),
    Column("missed", "i4", unit="keys", description="members in the backup filter"),
    Column("false_negatives", "i4", unit="keys"),
    Column("wrong", "f8", description="share of non-members answered yes"),
)


def run(configuration: FilterConfiguration, context: Context) -> dict[str, Any]:
    """Get a network, choose thresholds on the tuning keys, measure on the test keys."""
    torch.set_num_threads(1)
    torch.manual_seed(context.seed)
    c = configuration
    test = make_keys(c.task, "test")
    check_size(test, c.task, c.n)
    if c.model == "learned":
        return _report_learned(c, context, test)
    card, network, trained_cpu = _network(c, context)
    arena = Arena(network, card.calibration, test, make_keys(c.task, "train"), c.precision)
    found = _measure(c, context, arena)
    low, high = card.trained
    own = found[c.n, c.fpr][NEURAL]
    best = best_baseline(list(found[c.n, c.fpr].values()), c.fpr)
    weights = sum(weight.numel() for weight in network.parameters())
    random = context.rng("auc")
    areas = [auc(network, arena.codes, *pair) for pair in arena.sets(random, c.n, min(c.sets, 20), 2000)]
    return {
        "bits_total": own.bits,
        "bits_bloom": bloom_bits(c.n, c.fpr),
        "bits_bloom_measured": found[c.n, c.fpr][BLOOM].bits,
        "false_negatives": own.false_negatives,
        "fpr_measured": own.wrong,
        "fpr_interval": list(own.interval),
        "fpr_worst_set": own.worst,
        "bits_memory": own.memory,
        "bits_backup": own.backup,
        "missed": own.missed,
        "auc": sum(areas) / len(areas),
        "best_baseline": best.method if best else None,
        "bits_best_baseline": best.bits if best else None,
        "bits_saved_by_memory": best.bits - own.bits if best else None,
        "within_training": low <= c.n <= high,
        "trained": [low, high],
        "formulas": formula_bits(c.n, c.fpr),
        "shared_weights": weights,
        "break_even_filters": break_even(weights, bloom_bits(c.n, c.fpr) - own.bits),
        "cpu_seconds_training": trained_cpu,
        "sets": c.sets,
        "negatives": c.negatives * c.sets,
    }


def sizes_of(c: FilterConfiguration) -> Sizes:
    """The network that the settings ask for."""
    text = c.task.startswith(("word", "row"))
    encoder = c.encoder or ("text-order" if text else "image-cnn")
    if encoder.startswith("text") != text:
        raise BadInput(f"encoder may not be {encoder} for {c.task}")
    side = 0 if text else 8 if c.task.startswith("digits") else 28
    hidden = c.hidden or (128 if text else 32 if side == 8 else 24)
    return Sizes(
        encoder,
        side,
        hidden,
        64,
        c.slots,
        c.word,
        c.query,
        c.top,
        c.fixed,
        c.sphering,
        c.read_sum,
        c.word_one,
        c.match,
    )


def calibration_sizes(low: int, high: int) -> tuple[int, ...]:
    """Sizes between and including these, some 2.5 apart."""
    sizes = [low]
    while sizes[-1] * 2.5 < high:
        sizes.append(round(sizes[-1] * 2.5))
    return tuple(sizes) if sizes[-1] == high else (*sizes, high)


def _network(c: FilterConfiguration, context: Context) -> tuple[Card, SetMemory, float]:
    if c.source == "pretrained":
        name = for_task(c.task, c.n) if c.model == "nbf" else None
        if name is None:
            raise BadInput(f"No {c.model} for {c.task} comes with the program; set source=train to train one")
        context.event("network", {"source": f"pretrained/{name}"})
        return *load_shipped(name), 0.0
    started = time.process_time()
    card, network = _train(c, context)
    return card, network, round(time.process_time() - started, 1)


def _train(c: FilterConfiguration, context: Context) -> tuple[Card, SetMemory]:
    keys, tune = make_keys(c.task, "train"), make_keys(c.task, "tune")
    sizes, (low, high) = sizes_of(c), c.trained
    high = min(high, keys.most)
    check_size(keys, c.task, low)
    network = build(c.model, sizes)
    network.encoder.learn_keys(keys.names)
    optimiser = torch.optim.Adam(network.parameters(), c.rate)
    first = 0
    if context.parent is not None:
        tensors, metadata = load_checkpoint(context.parent, LATEST, as_torch=True)
        load_weights(network, {k[8:]: v for k, v in tensors.items() if k.startswith("network/")}, "The checkpoint")
        first = min(int(metadata.get("steps", 0)), c.steps)
    pacing, saved = Pacing(), 0.0

    def updated(update: Update) -> None:
        nonlocal saved
        now = time.monotonic()
        context.progress(update.step, c.steps, "steps")
        if pacing.due(update.step) or update.step == c.steps:
            context.scalar("loss", update.loss, update.step)
            context.scalar("right", update.right, update.step)
        if now - saved > SAVE_SECONDS:
            saved = now
            _save(context, network, update.step, None)

    def stopping() -> bool:
        try:
            context.check()
        except Stopped:
            return True
        return False

    plan = Plan(c.steps, c.batch, low, high, c.written, c.asked, c.rate, c.shift)
    step = train(network, keys, plan, context.rng("training"), updated, stopping, optimiser, first)
    _save(context, network, step, None)
    context.check()
    tuned = all_codes(network, tune.names)
    sizes_tuned = calibration_sizes(low, min(high, tune.most)) if low < tune.most else (tune.most,)
    calibration = calibrate(network, tune, tuned, sizes_tuned, context.rng("thresholds"))
    card = Card(c.model, c.task, sizes, (low, high), calibration)
    _save(context, network, step, card)
    return card, network


def _save(context: Context, network: SetMemory, step: int, card: Card | None) -> None:
    tensors = {f"network/{name}": value for name, value in network.state_dict().items()}
    about = {"steps": str(step)} | ({"card": json.dumps(card.to_json())} if card else {})
    context.checkpoint(LATEST, tensors, about)


def _measure(c: FilterConfiguration, context: Context, arena: Arena) -> dict[tuple[int, float], dict[str, Summary]]:
    """Summaries by (n, rate) and method; every set becomes a row, every summary an event."""
    table, methods = context.table("sets", SETS), dict[str, int]()
    found: dict[tuple[int, float], dict[str, Summary]] = {}
    sizes = [c.n, *(n for n in dict.fromkeys(c.curve) if n != c.n and n <= arena.keys.most)]
    rates = list(dict.fromkeys((c.fpr, *RATES)))
    for step, n in enumerate(sizes):
        outcomes: dict[float, list[Any]] = {rate: [] for rate in rates}
        for number, (members, others) in enumerate(arena.sets(context.rng("sets", n), n, c.sets, c.negatives)):
            context.check()
            context.progress(step * c.sets + number, len(sizes) * c.sets, "sets")
            for rate, outcome in arena.all(members, others, rates):
                if outcome.method not in methods:
                    methods[outcome.method] = len(methods)
                    context.event("methods", {"index": methods[outcome.method], "name": outcome.method})
                outcomes[rate].append(outcome)
                values = asdict(outcome) | {"method": methods[outcome.method]}
                table.append(n=n, fpr=rate, set=number, **values)
        for rate in rates:
            found[n, rate] = {summary.method: summary for summary in summarise(outcomes[rate])}
            for summary in found[n, rate].values():
                context.event("summaries", {"n": n, "fpr": rate, **asdict(summary)})
            context.event("formulas", {"n": n, "fpr": rate, **formula_bits(n, rate)})
    context.progress(len(sizes) * c.sets, len(sizes) * c.sets, "sets")
    return found


def _report_learned(c: FilterConfiguration, context: Context, test: Keys) -> dict[str, Any]:
    """The learned index: no shared weights, so every set is trained on its own."""
    tune = make_keys(c.task, "tune")
    outcomes = []
    for outcome in learned_outcomes(test, tune, c.n, c.fpr, c.sets, c.negatives, context.rng("sets", c.n)):
        context.check()
        outcomes.append(outcome)
        context.progress(len(outcomes), c.sets, "sets")
    (own,) = summarise(outcomes)
    context.event("summaries", {"n": c.n, "fpr": c.fpr, **asdict(own)})
    return {
        "bits_total": own.bits,
        "bits_bloom": bloom_bits(c.n, c.fpr),
        "false_negatives": own.false_negatives,
        "fpr_measured": own.wrong,
        "fpr_worst_set": own.worst,
        "bits_memory": own.memory,
        "bits_backup": own.backup,
        "missed": own.missed,
        "sets": c.sets,
    }
