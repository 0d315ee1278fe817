"""Rare words: language models that learn side by side from the same text, one with the Hebbian rule.

Three arms: a plain softmax; the same with a tuned learning rate for the output rows, because a part of what the rule
gains can be bought that way; and the rule, with a tuned rate of its own. All learn from the same words with the same
start and the same dropout. Afterwards each gets a neural cache, chosen on the validation text, and where asked for its
output layer is adapted to each word's neighbours.

Source: Rae et al. 2018 (arXiv 1803.10049), sections 4.2-4.4; the published models are a thousand times larger.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from engine.data.downloads import download
from engine.data.texts import Document, load
from engine.data.vocabulary import Vocabulary, limited
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.softmax_records import Journal
from engine.experiments.softmax_results import summary
from engine.experiments.softmax_settings import HebbianSoftmaxConfiguration
from engine.experiments.softmax_tables import arms_event
from engine.runs.checkpoints import load_checkpoint
from engine.softmax.adaptation import adapted_loss
from engine.softmax.cache import KAPPAS, choose_mixture, mixed_loss
from engine.softmax.evaluation import Scored, bucket_names, score
from engine.softmax.language_model import Sizes
from engine.softmax.pairs import Pair, pair_tensors
from engine.softmax.rule import Rule
from engine.softmax.twins import STREAMS, UNROLL, Occurrences, Twin, minibatches, steps_of

HEBBIAN = 2
ARMS = (("plain", "Plain softmax"), ("tuned", "Tuned output rate"), ("hebbian", "Hebbian rule"))
CHECKED = 100  # steps between looks at the validation text
VALIDATED = 10_000  # words of it
LATEST, TWINS = "latest", "twins"


def run(configuration: HebbianSoftmaxConfiguration, context: Context) -> dict[str, Any]:
    """Learn, or go on learning where the parent stopped, then measure."""
    torch.set_num_threads(1)
    study = Study(configuration, context)
    for number in range(study.finished, configuration.seeds):
        twins = study.learn(number)
        study.measure(number, twins)
        study.save(number + 1, 0, twins)
    return summary(study.measured, [name for name, _ in ARMS], bucket_names())


class Study:
    """A text, its vocabulary and what was measured so far.

    Attributes
    ----------
    finished
        Seeds that are done.
    measured
        One dict a seed: arm -> what `measure` found.
    """

    def __init__(self, configuration: HebbianSoftmaxConfiguration, context: Context) -> None:
        self._c, self._context = configuration, context
        c = configuration
        if c.download and (name := f"{c.corpus}-v1.zip") in ("wikitext-2-v1.zip", "wikitext-103-v1.zip"):
            download(name, lambda done, total: context.progress(done, total, "bytes"))
        corpus = load(c.corpus)
        training = limited(corpus.train, c.words)
        self._vocabulary = Vocabulary.of(training, c.vocabulary)
        self._train = np.concatenate([self._vocabulary.encode(words) for words in training])
        self._valid = self._encoded(corpus.valid, VALIDATED)
        self._test = self._encoded(corpus.test, c.tested)
        self._steps = steps_of(len(self._train))
        if self._steps < 2:
            raise BadInput(
                f"The training text of {corpus.name} holds {len(self._train)} words; at least {2 * STREAMS * UNROLL} "
                "are needed"
            )
        self._sizes = Sizes(len(self._vocabulary.words), c.size, c.hidden, c.dropout, c.tied)
        self._rule = Rule(c.gamma, c.last_limit, c.weighting, c.scale, c.strength, c.centred)
        self._journal = Journal(context, self._vocabulary, c.size)
        self.finished, self.measured = 0, list[dict[str, dict[str, Any]]]()
        self._epoch, self._tensors = 0, dict[str, Any]()
        for number, (name, title) in enumerate(ARMS):
            context.event("arms", arms_event(number, name, title))
        context.event("buckets", {"names": bucket_names()})
        context.event("vocabulary", {"words": self._vocabulary.words, "counts": self._vocabulary.counts.tolist(),
                                     "watched": self._journal.watched.tolist(), "steps": self._steps})  # fmt: skip
        if context.parent:
            self._resume()
        context.flush()

    def _encoded(self, documents: list[Document], words: int) -> list[NDArray[np.int32]]:
        found = [self._vocabulary.encode(kept) for kept in limited(documents, words)]
        return [document for document in found if len(document) > 1]

    def _resume(self) -> None:
        assert self._context.parent is not None
        self._tensors, metadata = load_checkpoint(self._context.parent, LATEST, as_torch=True)
        place = json.loads(metadata["place"])
        self.finished, self._epoch, self.measured = place["seed"], place["epoch"], place["measured"]
        self._journal.take_over(self._context.parent, self.finished, self._epoch * self._steps)

    def _twins(self, number: int) -> list[Twin]:
        c, found = self._c, []
        for name, _ in ARMS:
            twin = Twin(
                self._sizes,
                self._vocabulary.counts,
                seed=self._context.seed * 1000 + number,
                rate=c.learning_rate,
                output_rate={"plain": 1.0, "tuned": c.output_rate, "hebbian": c.binding_rate}[name],
                rule=self._rule if name == "hebbian" else None,
            )
            if self._epoch:
                twin.take(name, self._tensors)
            found.append(twin)
        return found

    def learn(self, number: int) -> list[Twin]:
        """All epochs of one seed."""
        context, journal = self._context, self._journal
        twins = self._twins(number)
        total = self._c.epochs * self._steps * self._c.seeds
        for epoch in range(self._epoch, self._c.epochs):
            met = [Occurrences(self._vocabulary.counts) for _ in twins]
            # What an untrained network activates says little: words it has met often enough are never bound to it
            twins[HEBBIAN].model.output.rule = self._rule if epoch >= self._c.begins else None
            for twin in twins:
                twin.state = None
            for place, (words, following) in enumerate(minibatches(self._train)):
                context.check()
                step = epoch * self._steps + place + 1
                for arm, twin in enumerate(twins):
                    before = twin.model.output.weight.detach()[journal.watched].clone()
                    update = twin.step(words, following, seed=number * 10_000_000 + step)
                    if number == 0:
                        journal.overwritten(step, update)
                        journal.watch(arm, step, twin, update, before)
                    if epoch == 0:
                        met[arm].add(update.loss, update.targets)
                    if step % 10 == 0:
                        context.scalar(f"loss, {ARMS[arm][0]}", float(update.loss.mean()), number * 1_000_000 + step)
                if step % CHECKED == 0 or place + 1 == self._steps:
                    for arm, twin in enumerate(twins):
                        journal.perplexity(arm, number, step, score(twin.model, self._valid))
                        if epoch == 0:
                            journal.kth(arm, number, met[arm])
                context.progress(number * self._c.epochs * self._steps + step, total, "steps")
            self.save(number, epoch + 1, twins)
        self._epoch = 0
        return twins

    def measure(self, number: int, twins: list[Twin]) -> None:
        """Test perplexity of each arm by bucket, with the cache, and with adaptation."""
        counts, found = self._vocabulary.counts, {}
        for arm, ((name, _), twin) in enumerate(zip(ARMS, twins, strict=True)):
            self._context.check()
            valid, test = score(twin.model, self._valid), score(twin.model, self._test)
            mixture = choose_mixture(valid.loss, valid.cached(self._c.window, KAPPAS), self._c.window)
            cached = mixed_loss(test.loss, test.cached(self._c.window, (mixture.kappa,))[0], mixture.share)
            pieces = test.pieces(counts), test.pieces(counts, cached)
            self._journal.pieces(arm, number, *pieces)
            found[name] = {
                "valid": valid.perplexity(),
                "perplexity": test.perplexity(),
                "cached": test.perplexity(cached),
                "cache": [mixture.share, mixture.kappa, mixture.window],
                "pieces": pieces[0].tolist(),
            }
            if self._c.adapted:
                found[name] |= self._adapt(twin, test, cached)
        self.measured.append(found)
        self._context.event("measured", {"seed": number, "arms": {
            name: {key: value for key, value in values.items() if key != "pieces"} for name, values in found.items()
        }})  # fmt: skip

    def _adapt(self, twin: Twin, test: Scored, cached: NDArray[np.float64]) -> dict[str, float]:
        """Perplexities of the last words of the first test document, the same words for every method."""
        own = int((test.document == 0).sum())
        first = max(own - self._c.adapted, own // 2)
        words, output = torch.from_numpy(test.target[:own]), twin.model.output
        assert output.bias is not None
        losses = []
        for place in range(first, own):
            self._context.check()
            window = slice(max(place - self._c.window, 0), place)
            losses.append(
                adapted_loss(
                    test.activations[place], words[place], test.activations[window], words[window],
                    output.weight.detach(), output.bias.detach(),
                )
            )  # fmt: skip
        part = slice(first, own)
        return {
            "adapted_words": own - first,
            "before_adapting": float(np.exp(test.loss[part].mean())),
            "adapted": float(np.exp(np.mean(losses))),
            "cached_there": float(np.exp(cached[part].mean())),
        }

    def save(self, number: int, epoch: int, twins: list[Twin]) -> None:
        """Where to go on, and after the first seed the twins for lessons."""
        tensors: dict[str, Any] = {}
        for (name, _), twin in zip(ARMS, twins, strict=True):
            tensors |= twin.tensors(name)
        place = json.dumps({"seed": number, "epoch": epoch, "measured": self.measured})
        self._context.checkpoint(LATEST, tensors, {"place": place})
        if number == 0:
            rates = (self._c.learning_rate, self._c.binding_rate)
            pair = Pair(self._vocabulary, self._sizes, self._rule, rates, (twins[1], twins[HEBBIAN]))
            made = {"corpus": self._c.corpus, "words": len(self._train), "epochs": epoch, "seed": self._context.seed}
            self._context.checkpoint(TWINS, *pair_tensors(pair, made))
