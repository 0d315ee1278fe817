"""Language models that learn side by side from the same words with the same start and the same dropout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from engine.softmax.language_model import LanguageModel, Sizes, State
from engine.softmax.rule import Overwritten, Rule

UNROLL, STREAMS = 35, 20
CLIP = 1.0  # largest norm of the whole gradient


@dataclass(frozen=True, slots=True)
class Update:
    """One step of one twin: ``loss`` float32 [words] before it, ``targets`` int64 [words], ``activations`` float32
    [words, d], what was ``written`` (None without a rule), ``moved`` float32 [rows]: how far the gradient took them.
    """

    loss: Tensor
    targets: Tensor
    activations: Tensor
    written: Overwritten | None
    moved: Tensor


class Twin:
    """A language model, its optimiser and its state in the text.

    ``output_rate`` multiplies the learning rate of the output rows; ``rule`` None is an ordinary softmax.
    """

    def __init__(
        self, sizes: Sizes, counts: NDArray[np.int64], *, seed: int, rate: float, output_rate: float, rule: Rule | None
    ) -> None:
        torch.manual_seed(seed)
        shares = (counts + 1) / (counts + 1).sum()
        self.model = LanguageModel(sizes, rule, torch.from_numpy(np.log(shares)).float())
        self.output_rate = output_rate
        rows = self.model.output.weight
        others = [parameter for parameter in self.model.parameters() if parameter is not rows]
        self.optimizer = torch.optim.Adam(
            [{"params": others, "lr": rate}, {"params": [rows], "lr": rate * output_rate}]
        )
        self.state: State | None = None

    def step(self, words: Tensor, following: Tensor, seed: int) -> Update:
        """Learn from words int64 [time, batch] and the words that follow them; ``seed`` makes the dropout."""
        torch.manual_seed(seed)
        model, rows = self.model, self.model.output.weight
        activations, clean, self.state = model(words, self.state)
        targets = following.flatten()
        loss = functional.cross_entropy(model.output(activations), targets, reduction="none")
        self.optimizer.zero_grad()
        loss.mean().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        before = rows.detach().clone() if model.output.rule else None
        self.optimizer.step()
        # Adam's moments of a replaced row stay: without the memory of the large gradient that came with its word, the
        # tiny gradients that push the row away from other contexts would be blown up and undo the binding
        written = model.output.imprint(clean, targets)
        moved = torch.zeros(0)
        if written is not None and before is not None:
            moved = (written.before - before[written.rows]).norm(dim=1)
        return Update(loss.detach(), targets, clean.detach(), written, moved)

    def tensors(self, name: str) -> dict[str, Tensor]:
        """Weights and the optimiser's means, to go on from."""
        found = {f"{name}/model/{key}": value for key, value in self.model.state_dict().items()}
        for number, state in self.optimizer.state_dict()["state"].items():
            found |= {f"{name}/optimizer/{number}/{key}": value for key, value in state.items()}
        return found

    def take(self, name: str, tensors: dict[str, Tensor]) -> None:
        """Go on from what `tensors` gave."""
        model = {
            key.removeprefix(f"{name}/model/"): v for key, v in tensors.items() if key.startswith(f"{name}/model/")
        }
        self.model.load_state_dict(model)
        kept = self.optimizer.state_dict()
        for key, value in tensors.items():
            if key.startswith(f"{name}/optimizer/"):
                number, field = key.split("/")[2:]
                kept["state"].setdefault(int(number), {})[field] = value
        self.optimizer.load_state_dict(kept)


def minibatches(words: NDArray[np.int32]) -> Iterator[tuple[Tensor, Tensor]]:
    """``STREAMS`` streams of the text, ``UNROLL`` words at a time: int64 [time, streams], and what follows them."""
    length = len(words) // STREAMS
    streams = torch.from_numpy(words[: length * STREAMS].astype(np.int64)).view(STREAMS, length).T.contiguous()
    for start in range(0, length - 1, UNROLL):
        following = streams[start + 1 : start + 1 + UNROLL]
        yield streams[start : start + len(following)], following


def steps_of(words: int) -> int:
    """Minibatches of a text of that many words."""
    return max(-(-(words // STREAMS - 1) // UNROLL), 0)


class Occurrences:
    """Mean loss at the k-th time a word is met, for words that a text holds ``least`` times or more, below ``most``."""

    def __init__(self, counts: NDArray[np.int64], least: int = 20, most: int = 100) -> None:
        self._watched = torch.from_numpy((counts >= least) & (counts < most))
        self._watched[0] = False
        self._seen = torch.zeros(len(counts), dtype=torch.int64)
        self.loss, self.words = torch.zeros(least, dtype=torch.float64), torch.zeros(least, dtype=torch.int64)

    def add(self, loss: Tensor, targets: Tensor) -> None:
        """Losses [words] of one minibatch; words met twice in it count as the same occurrence."""
        place = self._seen[targets]
        kept = self._watched[targets] & (place < len(self.loss))
        self.loss.index_add_(0, place[kept], loss[kept].double())
        self.words.index_add_(0, place[kept], torch.ones_like(place[kept]))
        self._seen.index_add_(0, targets, torch.ones_like(targets))
