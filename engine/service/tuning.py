"""Sweeps that choose their next settings from the results so far, by Optuna, whose journal lies beside the sweep's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.data.folders import user_folder
from engine.errors import BadInput
from engine.experiments.experiment import Experiment
from engine.runs.columns import flatten
from engine.service.devices import check_device
from engine.service.jobs import Job
from engine.service.sweep import Outcome, Point, point_key, point_title

_RANGE = re.compile(r"(?P<low>[-+\d.eE_]+?)\.\.(?P<high>[-+\d.eE_]+)(?P<log>:log)?")


def parse_space(experiment: Experiment, texts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What may be tried: ``key=low..high``, ``key=low..high:log`` or ``key=a,b,c``, as plain values by key.

    Returns
    -------
    dict
        Of ``{"low", "high", "log", "whole"}`` for a range, ``{"choices"}`` (texts, as typed) for a list.

    Raises
    ------
    BadInput
        For anything else, an unknown key, or a range over a setting that is no number.
    """
    kinds = {field.name: field.kind for field in experiment.configuration_class().describe()}
    space: dict[str, dict[str, Any]] = {}
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key or not value or key in space:
            raise BadInput(f"A setting to tune is written key=low..high or key=a,b,c, each once, not {text!r}")
        if key not in kinds:
            experiment.configure(None, {key: value})  # says which settings there are
        if match := _RANGE.fullmatch(value):
            space[key] = _range(key, kinds[key], match)
        else:
            space[key] = {"choices": list(dict.fromkeys(part.strip() for part in value.split(",")))}
    return space


def _range(key: str, kind: str, match: re.Match[str]) -> dict[str, Any]:
    if kind not in ("int", "float"):
        raise BadInput(f"{key} is no number; list its values as {key}=a,b,c")
    try:
        low, high = float(match["low"]), float(match["high"])
    except ValueError as problem:
        raise BadInput(f"A range of {key} is written low..high, not {match[0]!r}") from problem
    log = match["log"] is not None
    if not low < high or (log and low <= 0):
        raise BadInput(f"A range of {key} goes from a lower to a higher number{', above 0 for :log' if log else ''}")
    return {"low": low, "high": high, "log": log, "whole": kind == "int"}


class Tuner:
    """Asks Optuna (TPE sampler) for settings and tells it how they did; an interrupted study goes on where it stopped.

    Parameters
    ----------
    space
        As ``parse_space`` gives it.
    metric, maximise
        The result to look at, and whether more of it is better.
    trials
        How many runs there shall be in all, those of earlier calls included.

    Raises
    ------
    BadInput
        If optuna is missing, or the settings cannot be used.
    """

    def __init__(
        self,
        experiment: Experiment,
        preset: str | None,
        settings: Mapping[str, str],
        space: Mapping[str, Mapping[str, Any]],
        *,
        metric: str,
        maximise: bool,
        trials: int,
        name: str,
        seed: int = 0,
        device: str = "auto",
    ) -> None:
        if experiment.interactive:
            raise BadInput(f"{experiment.name} waits for a player's commands and cannot be swept")
        for key in space:
            if key in settings:
                raise BadInput(f"{key} is both set and to be tuned")
        check_device(device, uses_torch=experiment.uses_torch)
        optuna = _import_optuna()
        path = user_folder() / "sweeps" / f"{name}.optuna.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = optuna.storages.journal.JournalFileOpenLock(str(path))  # links, the default, not every disk can
        storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(str(path), lock_obj=lock))
        self._optuna = optuna
        self._study = optuna.create_study(
            storage=storage,
            study_name=name,
            direction="maximize" if maximise else "minimize",
            sampler=optuna.samplers.TPESampler(seed=seed),
            load_if_exists=True,
        )
        failed = optuna.trial.TrialState.FAIL
        for trial in self._study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.RUNNING,)):
            self._study.tell(trial.number, state=failed)  # the call that asked for it is gone
        complete = (optuna.trial.TrialState.COMPLETE,)
        self.before = len(self._study.get_trials(deepcopy=False, states=complete))
        self.metric, self.trials, self.maximise = metric, trials, maximise
        self._distributions = {key: self._distribution(about) for key, about in space.items()}
        self._experiment, self._preset, self._settings = experiment, preset, dict(settings)
        self._name, self._seed, self._device = name, seed, device
        self._asked: dict[str, int] = {}

    def _distribution(self, about: Mapping[str, Any]) -> Any:
        kinds = self._optuna.distributions
        if "choices" in about:
            return kinds.CategoricalDistribution(about["choices"])
        if about["whole"]:
            return kinds.IntDistribution(math.ceil(about["low"]), math.floor(about["high"]), log=about["log"])
        return kinds.FloatDistribution(about["low"], about["high"], log=about["log"])

    def points(self) -> Iterator[Point]:
        """The settings to try next, asked for one at a time: each knows the outcomes told before it."""
        for number in range(self.before, self.trials):
            trial = self._study.ask(self._distributions)
            texts = {key: str(value) for key, value in trial.params.items()}
            configuration = self._experiment.configure(self._preset, {**self._settings, **texts}).to_dict()
            shown = {key: configuration[key] for key in trial.params}
            title = point_title(self._name, {"trial": number + 1, **shown})
            job = Job(self._experiment.name, configuration, self._seed, self._device, self._preset or "", title)
            self._asked[job.id] = trial.number
            yield Point(f"{trial.number}-{point_key(job)}", shown, job)

    def tell(self, outcome: Outcome) -> None:
        """Take in how a point did; a run that failed or has no finite value teaches nothing, and is counted so."""
        value = value_of(outcome.result, self.metric)
        number = self._asked.pop(outcome.point.job.id)
        if outcome.status == "finished" and value is not None:
            self._study.tell(number, value)
        else:
            self._study.tell(number, state=self._optuna.trial.TrialState.FAIL)

    def best(self) -> dict[str, Any] | None:
        """Settings and value of the best trial so far, None before one has a value."""
        complete = self._study.get_trials(deepcopy=False, states=(self._optuna.trial.TrialState.COMPLETE,))
        if not complete:
            return None
        best = self._study.best_trial
        return {"settings": dict(best.params), "value": best.value, "trial": best.number + 1}


def value_of(result: Mapping[str, Any] | None, metric: str) -> float | None:
    """The finite number that a result has under a name, None where it has none."""
    value = flatten(result or {}).get(metric.removeprefix("result."))
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number and value is not None else None


def _import_optuna() -> Any:
    try:
        import optuna
    except ImportError as problem:
        raise BadInput("--tune needs the package optuna: install athanor[tune]") from problem
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
