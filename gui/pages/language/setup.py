"""What a person sets up: a model, a condition and limits; the settings and the estimate that follow. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from gui.translation import tr

SCRIPTED, PACKAGED, FILE, ENDPOINT = "scripted", "packaged", "file", "endpoint"
OWN_ADDRESS = "address"

LEVEL = "alchemy/perceptual_mapping_randomized_with_random_bottleneck"

CONDITIONS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": (tr("No prior knowledge, no summary"), {"prior": False, "summary": False, "history": "full", "change": 0}),
    "summary": (tr("Summary after every trial"), {"prior": False, "summary": True, "history": "full", "change": 0}),
    "prior": (tr("Prior knowledge"), {"prior": True, "summary": False, "history": "full", "change": 0}),
    "both": (tr("Prior knowledge and summary"), {"prior": True, "summary": True, "history": "full", "change": 0}),
    "only": (tr("Summary replaces history"), {"prior": False, "summary": True, "history": "summary", "change": 0}),
    "change": (tr("Chemistry replaced, untold"), {"prior": False, "summary": True, "history": "full", "change": 11}),
}
"""Conditions of the study by name: title and what they set; the last one needs 20 trials."""

# Tokens that one message takes, as counted for these wordings with several tokenisers; good to about a third.
_STATE = {"paper": 130, "sentences": 260, "compact": 115, "opaque": 160}
_INSTRUCTIONS, _PRIOR, _ANSWER, _SHORT_ANSWER, _SUMMARY_ASKED, _SUMMARY = 330, 90, 110, 14, 90, 170
_LIMITS = ("token_budget", "money_budget", "price_prompt", "price_completion", "max_tokens")
_ANSWERING = ("model", "endpoint_url", "parallel", *_LIMITS)
USUAL_STEPS = 10  # answers in a trial, where a player ends it once nothing is left to do


@dataclass(frozen=True)
class Model:
    """Who answers.

    Attributes: ``kind`` scripted, packaged, file or endpoint, ``name`` agent, path of a GGUF file or model name,
    ``provider`` of an endpoint (``address`` for one with an address of its own, then ``url``), prices in US dollars for
    a million tokens read and written.
    """

    kind: str = SCRIPTED
    name: str = "ideal-observer"
    provider: str = ""
    url: str = ""
    price_prompt: float = 0.0
    price_completion: float = 0.0

    @property
    def setting(self) -> str:
        """As the experiments read it."""
        if self.kind == SCRIPTED:
            return f"scripted/{self.name}"
        if self.kind == PACKAGED:
            return "local/smollm2"
        if self.kind == FILE:
            return f"local/{self.name}"
        return f"endpoint/{self.name}" if self.provider == OWN_ADDRESS else f"endpoint/{self.provider}/{self.name}"

    @property
    def problem(self) -> str:
        """What is missing, "" where nothing is."""
        if self.kind == FILE and not self.name:
            return tr("Choose a GGUF file")
        if self.kind == ENDPOINT and not self.name.strip():
            return tr("Name the model")
        if self.kind == ENDPOINT and self.provider == OWN_ADDRESS and "://" not in self.url:
            return tr("Give the address, such as http://127.0.0.1:8080/v1")
        return ""


@dataclass(frozen=True)
class Condition:
    """How the game is put to it; attributes as the settings of text Alchemy."""

    prior: bool = False
    summary: bool = True
    summary_every: int = 1
    structured: bool = False
    history: str = "full"
    window: int = 3
    change: int = 0
    trials: int = 10
    steps: int = 20
    wording: str = "paper"
    answers: str = "auto"

    def named(self, name: str) -> Condition:
        """The same with what one of CONDITIONS sets."""
        values = CONDITIONS[name][1]
        trials = 20 if values["change"] else self.trials
        return replace(self, **values, trials=trials)

    @property
    def name(self) -> str:
        """Which of CONDITIONS it is, "" for none of them."""
        for name, (_, values) in CONDITIONS.items():
            same = all(getattr(self, key) == value for key, value in values.items())
            if same and (not values["change"] or self.trials == 20):
                return name
        return ""


@dataclass(frozen=True)
class Estimate:
    """Tokens of a whole run: ``likely`` and at ``most``, and the dollars they cost by the prices given."""

    likely: int
    most: int
    likely_cost: float
    most_cost: float


@dataclass(frozen=True)
class Setup:
    """A whole run: model, condition, how many episodes, and the limits at which it stops."""

    model: Model = Model()
    condition: Condition = Condition()
    episodes: int = 5
    seed: int = 0
    parallel: int = 8
    max_tokens: int = 1024
    token_budget: int = 2_000_000
    money_budget: float = 0.0
    advice: bool = False

    @property
    def problem(self) -> str:
        """Why it cannot start, "" where it can."""
        condition, model = self.condition, self.model
        if model.problem:
            return model.problem
        if condition.change == 1 or condition.change > condition.trials:
            return tr("The chemistry can be replaced from trial 2 to {trials}", trials=condition.trials)
        if condition.history == "summary" and not condition.summary:
            return tr("History of summaries alone needs summaries")
        if self.money_budget and not (model.price_prompt or model.price_completion):
            return tr("A limit in dollars needs the model's prices")
        return ""

    def configuration(self) -> dict[str, Any]:
        """Settings of text Alchemy that this makes."""
        condition, model = self.condition, self.model
        settings: dict[str, Any] = {
            "model": model.setting,
            "level": LEVEL,
            "episodes": self.episodes,
            "trials": condition.trials,
            "steps": condition.steps,
            "change_at": condition.change,
            "wording": condition.wording,
            "prior_knowledge": condition.prior,
            "summary": condition.summary,
            "summary_every": condition.summary_every,
            "summary_form": "structured" if condition.structured else "free",
            "history": condition.history,
            "window": condition.window,
            "answers": condition.answers,
            "advice": self.advice,
        }
        if model.kind == ENDPOINT:
            settings |= {
                "parallel": self.parallel,
                "token_budget": self.token_budget,
                "money_budget": self.money_budget,
                "price_prompt": model.price_prompt,
                "price_completion": model.price_completion,
            }
            if model.provider == OWN_ADDRESS:
                settings["endpoint_url"] = model.url
        if model.kind != SCRIPTED:
            settings["max_tokens"] = self.max_tokens
        return settings

    def answering(self) -> dict[str, Any]:
        """Those settings that say who answers and within which limits, as Feature World takes them."""
        return {key: value for key, value in self.configuration().items() if key in _ANSWERING}

    def estimate(self) -> Estimate:
        """What it will take: usual lengths for ``likely``, every step and the longest answers for ``most``."""
        usual = _ANSWER if self.condition.answers != "legal" else _SHORT_ANSWER
        likely = self._tokens(min(USUAL_STEPS, self.condition.steps), usual, _SUMMARY)
        most = self._tokens(self.condition.steps, self.max_tokens, self.max_tokens)
        price = self.model.price_prompt, self.model.price_completion

        def cost(tokens: tuple[int, int]) -> float:
            return self.episodes * (tokens[0] * price[0] + tokens[1] * price[1]) / 1e6

        return Estimate(self.episodes * sum(likely), self.episodes * sum(most), cost(likely), cost(most))

    def _tokens(self, steps: int, answer: int, summary: int) -> tuple[int, int]:
        """Tokens read and written in one episode."""
        condition = self.condition
        state = _STATE.get(condition.wording, _STATE["paper"])
        base = _INSTRUCTIONS + _PRIOR * condition.prior
        read = written = 0
        trials: list[int] = []  # what was said in each trial so far
        for trial in range(condition.trials):
            asked = condition.summary and (trial + 1) % condition.summary_every == 0 and trial + 1 < condition.trials
            earlier = base + _kept(trials, condition, summary if condition.summary and trial else 0)
            said = 0
            for _ in range(steps):
                said += state
                read += earlier + said
                written += answer
                said += answer
            if asked:
                said += _SUMMARY_ASKED
                read += earlier + said
                written += summary
                said += summary
            trials.append(said)
        return read, written


def _kept(trials: list[int], condition: Condition, summary: int) -> int:
    """Tokens of earlier trials that are shown again."""
    if condition.history == "full":
        return sum(trials)
    window = sum(trials[-(condition.window - 1) :]) if condition.history == "window" and condition.window > 1 else 0
    return window + summary


def condition_words(settings: dict[str, Any]) -> str:
    """The condition of a record in a few words."""
    words = ["prior" if settings.get("prior_knowledge") else tr("no prior")]
    if settings.get("summary"):
        every = int(settings.get("summary_every") or 1)
        form = tr("structured summary") if settings.get("summary_form") == "structured" else tr("summary")
        words.append(form if every == 1 else tr("{form} every {every} trials", form=form, every=every))
    else:
        words.append(tr("no summary"))
    history = settings.get("history", "full")
    if history == "window":
        words.append(tr("last {value} trials shown", value=settings.get("window")))
    elif history == "summary":
        words.append(tr("summary alone shown"))
    if settings.get("change_at"):
        words.append(tr("change at trial {change_at}", change_at=settings["change_at"]))
    if settings.get("wording", "paper") != "paper":
        words.append(tr("{wording} wording", wording=settings["wording"]))
    return ", ".join(words)
