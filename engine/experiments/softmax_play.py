"""A lesson: two language models read your sentence again and again, and one of them binds its rare words at once.

The session waits for commands (JSON objects with ``command``):

- ``teach``: ``text``, optionally ``repeat`` (1 to 50): both twins read the sentence, say what they expect at each word,
  and learn from it, as often as asked; once more at the end without learning;
- ``ask``: ``text``: what both expect next after these words, event ``answers``;
- ``forget``: put both twins back to how they were;
- ``finish``: end the session.

A command that makes no sense is answered with an event ``refused``; it never ends the session. Both twins make the same
plain gradient steps; after each, the Hebbian one also overwrites the rows of rare words, those of words it has never
seen first of all: for these both have spare rows.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from engine.data.texts import END, split_words
from engine.data.vocabulary import Vocabulary
from engine.errors import BadInput
from engine.experiments.context import Context
from engine.experiments.softmax_language import TWINS
from engine.experiments.softmax_settings import PlayConfiguration
from engine.experiments.softmax_tables import READINGS, TOP, arms_event, watched_columns
from engine.runs.checkpoints import load_checkpoint
from engine.runs.schema import check_name
from engine.softmax.language_model import LanguageModel
from engine.softmax.pairs import Pair, copy_of, load_pair, restore_pair, shipped

PRETRAINED = "pretrained/"
SPARE = 64  # rows for words that the twins have never seen
LONGEST, MOST_REPEATS = 60, 50
RATE = 0.1  # of the plain gradient steps, on the summed loss of a sentence
STEEPEST = 5.0  # largest norm of a gradient


def run(configuration: PlayConfiguration, context: Context) -> dict[str, Any]:
    """Teach and answer until told to finish."""
    torch.set_num_threads(1)
    lesson = Lesson(open_source(configuration.source, context.record.folder.parent), context)
    if configuration.sentence:
        lesson.obey({"command": "teach", "text": configuration.sentence, "repeat": 5})
    for command in context.commands(timeout=None):
        if lesson.obey(command):
            break
    return {"lessons": lesson.lessons, "readings": lesson.readings}


def prepare() -> None:
    """Load what the first lesson needs, by a step of learning with shipped twins, which are thrown away."""
    for path in sorted(shipped().glob("*.safetensors"))[:1]:
        model = load_pair(path).twins[1].model
        activations, clean, _ = model(torch.ones(2, 1, dtype=torch.int64))
        model.output(activations).sum().backward()  # type: ignore[no-untyped-call]
        model.output.imprint(clean, torch.ones(2, dtype=torch.int64))


class Lesson:
    """Two twins in front of one person; ``lessons`` and ``readings`` count what was done."""

    def __init__(self, pair: Pair, context: Context) -> None:
        self._context, self._rule = context, pair.rule
        self._words = [*pair.vocabulary.words]
        self._numbers = dict(pair.vocabulary.numbers)
        self._models = [widened(twin.model, pair.vocabulary) for twin in pair.twins]
        self._start = [copy_of(model) for model in self._models]
        self._free = list(range(len(self._words), len(self._words) + SPARE))
        self._readings = context.table("readings", READINGS)
        self._rows = context.table("watched", watched_columns(pair.sizes.size))
        self.lessons, self.readings = 0, 0
        context.event("arms", arms_event(0, "plain", "Gradient only"))
        context.event("arms", arms_event(1, "hebbian", "Hebbian rule"))
        context.event("vocabulary", {"words": self._words, "counts": pair.vocabulary.counts.tolist()})
        context.flush()

    def obey(self, command: dict[str, Any]) -> bool:
        """Carry out a command, or say in the record why not; returns whether it was the last one."""
        try:
            match command.get("command"):
                case "teach":
                    self._teach(text_of(command), repeats_of(command))
                case "ask":
                    self._ask(text_of(command))
                case "forget":
                    for model, start in zip(self._models, self._start, strict=True):
                        model.load_state_dict(start)
                    self._context.event("forgotten", {"lesson": self.lessons})
                case "finish":
                    return True
                case other:
                    raise BadInput(f"There is no command {other!r}")
        except BadInput as problem:
            self._context.event("refused", {"command": command, "reason": str(problem)})
        self._context.flush()
        return False

    def _teach(self, text: str, repeat: int) -> None:
        words = split_words(text)[:-1]
        if not words:
            raise BadInput("The sentence holds no words")
        if len(words) > LONGEST:
            raise BadInput(f"The sentence has {len(words)} words; at most {LONGEST} can be taught at once")
        new = [word for word in dict.fromkeys(words) if word not in self._numbers]
        if len(new) > len(self._free):
            raise BadInput(f"There is room for {len(self._free)} more new words, and the sentence has {len(new)}")
        for word in new:
            self._numbers[word] = self._free.pop(0)
            self._words.append(word)
        numbers = torch.tensor([self._numbers.get(END, 0), *(self._numbers[word] for word in words)])
        self._context.event(
            "lessons", {"lesson": self.lessons, "text": text.strip(), "words": words, "numbers": numbers[1:].tolist(),
                        "new": new, "repeat": repeat}
        )  # fmt: skip
        for repetition in range(repeat + 1):
            self._context.check()
            for arm, model in enumerate(self._models):
                self._read(arm, model, numbers, repetition, learn=repetition < repeat)
            self.readings += 1
            self._context.progress(repetition, repeat, "repetitions")
            self._context.flush()
        self.lessons += 1

    def _read(self, arm: int, model: LanguageModel, numbers: torch.Tensor, repetition: int, *, learn: bool) -> None:
        """One reading of a sentence by one twin, and what it learns from it."""
        targets, known = numbers[1:], len(self._words)
        model.eval()  # nothing is dropped: a lesson is read with full attention
        activations, clean, _ = model(numbers[:-1, None])
        logits = model.output(activations, known)
        chances = logits.detach().softmax(1)
        own = chances[torch.arange(len(targets)), targets]
        best = chances.topk(TOP, dim=1)
        rates = np.zeros(len(targets), np.float32)
        if learn:
            rows = model.output.weight
            before = rows.detach().clone()
            model.zero_grad()
            functional.cross_entropy(logits, targets, reduction="sum").backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(model.parameters(), STEEPEST)
            with torch.no_grad():
                for parameter in model.parameters():
                    if parameter.grad is not None:
                        parameter.sub_(RATE * parameter.grad)
            written = model.output.imprint(clean, targets)
            after = model.output(clean, known).detach().softmax(1)[torch.arange(len(targets)), targets]
            for place, word in enumerate(targets.tolist()):
                activation = clean[place].detach()
                if written is not None and len(found := (written.rows == word).nonzero()[:, 0]):
                    rates[place], activation = float(written.rates[found[0]]), written.activations[found[0]]
                self._rows.append(
                    arm=arm, step=self.readings, word=word, count=int(model.output.counts[word]), rate=rates[place],
                    before=float(own[place]), after=float(after[place]), row_before=before[word].numpy(),
                    activation=activation.numpy(), row_after=rows.detach()[word].numpy(),
                )  # fmt: skip
        for place, word in enumerate(targets.tolist()):
            self._readings.append(
                lesson=self.lessons, reading=self.readings, repetition=repetition, arm=arm, position=place, word=word,
                probability=float(own[place]), rank=int((chances[place] > own[place]).sum()) + 1, rate=rates[place],
                candidates=best.indices[place].numpy(), chances=best.values[place].numpy(),
            )  # fmt: skip

    def _ask(self, text: str) -> None:
        words = split_words(text)[:-1] if text.strip() else []
        if len(words) > LONGEST:
            raise BadInput(f"The question has {len(words)} words; at most {LONGEST} can be asked at once")
        numbers = torch.tensor([self._numbers.get(word, 0) for word in [END, *words]])
        found = []
        for model in self._models:
            model.eval()
            with torch.no_grad():
                _, clean, _ = model(numbers[:, None])
                best = model.output(clean[-1:], len(self._words)).softmax(1)[0].topk(TOP)
            chances = zip(best.indices.tolist(), best.values.tolist(), strict=True)
            found.append([[self._words[word], round(chance, 6)] for word, chance in chances])
        unknown = [word for word in words if word not in self._numbers]
        self._context.event("answers", {"text": text.strip(), "unknown": unknown, "expected": found})


def widened(model: LanguageModel, vocabulary: Vocabulary) -> LanguageModel:
    """A copy with ``SPARE`` further rows for words never seen: no direction yet, and the bias of half an occurrence."""
    words = len(vocabulary.words)
    wide = LanguageModel(dataclasses.replace(model.sizes, words=words + SPARE), model.output.rule)
    state, own = wide.state_dict(), model.state_dict()
    for key, value in own.items():
        if value.dim() and len(value) == words and key != "output.mean":
            state[key].zero_()
            state[key][:words] = value
        else:
            state[key] = value
    state["output.bias"][words:] = own["output.bias"].min() - float(np.log(2))
    generator = torch.Generator().manual_seed(0)
    size = state["embedding.weight"][words:].shape
    state["embedding.weight"][words:] = own["embedding.weight"].std() * torch.randn(size, generator=generator)
    wide.load_state_dict(state)
    return wide


def open_source(source: str, runs: Path) -> Pair:
    """The twins of ``pretrained/NAME`` or of a run in the folder ``runs``; raises BadInput."""
    if source.startswith(PRETRAINED):
        names = sorted(path.stem for path in shipped().glob("*.safetensors"))
        if (name := source.removeprefix(PRETRAINED)) not in names:
            raise BadInput(f"source may be pretrained/ and one of {', '.join(names) or 'none'}, not {source}")
        return load_pair(shipped() / f"{name}.safetensors")
    folder = runs / check_name(source, "run id")
    if not folder.is_dir():
        raise BadInput(f"There is no run {source} in {runs}")
    tensors, metadata = load_checkpoint(folder, TWINS, as_torch=True)
    return restore_pair(tensors, metadata, f"The checkpoint of {source}")


def text_of(command: dict[str, Any]) -> str:
    """The text of a command; raises BadInput where it is none, or too long to be a sentence."""
    text = command.get("text")
    if not isinstance(text, str) or len(text) > 10_000:
        raise BadInput("text must be a sentence of at most 10,000 characters")
    return text


def repeats_of(command: dict[str, Any]) -> int:
    """How often to repeat; raises BadInput."""
    repeat = command.get("repeat", 1)
    if not isinstance(repeat, int) or isinstance(repeat, bool) or not 1 <= repeat <= MOST_REPEATS:
        raise BadInput(f"repeat must be a whole number from 1 to {MOST_REPEATS}, not {repeat!r}")
    return repeat
