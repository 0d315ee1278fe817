"""How long a run will take, told from earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from engine.runs.columns import flatten, plain
from engine.runs.index import RunRow

MOST = 9  # earlier runs that are listened to


class Estimate(NamedTuple):
    """``seconds`` that a run will take, from ``runs`` earlier ones; ``exact`` where they had the same settings."""

    seconds: float
    runs: int
    exact: bool


def estimate(rows: Sequence[RunRow], configuration: Mapping[str, Any], host: str = "") -> Estimate | None:
    """Estimate from finished runs of the same experiment, or None where nothing can be told.

    Runs with the very same settings say it directly. Otherwise the most similar ones (most settings in common) say how
    long a unit of their progress took, if one setting has always been the number of units (``episodes``, ``steps``):
    then its present value says how many there will be. Runs of this machine (``host``) are preferred.

    Parameters
    ----------
    rows
        Earlier runs of the experiment, in any order; those that did not finish are left aside.
    configuration
        Every setting of the run to come.
    host
        Name of this machine.
    """
    done = [row for row in rows if row.status == "finished" and row.seconds]
    done = [row for row in done if row.host == host] or done
    wanted = {key: plain(value) for key, value in flatten(configuration).items()}
    settings = [{key: plain(value) for key, value in flatten(row.configuration).items()} for row in done]
    same = [row.seconds or 0.0 for row, found in zip(done, settings, strict=True) if found == wanted]
    if same:
        return Estimate(median(same[:MOST]), len(same), True)
    unit = _unit(done, configuration)
    if unit is None:
        return None
    alike = sorted(
        range(len(done)), key=lambda place: -sum(settings[place].get(key) == value for key, value in wanted.items())
    )[:MOST]
    rates = [(done[place].seconds or 0.0) / float(done[place].configuration[unit]) for place in alike]
    return Estimate(median(rates) * float(configuration[unit]), len(alike), False)


def _unit(rows: Sequence[RunRow], configuration: Mapping[str, Any]) -> str | None:
    """The setting that has been the total of the progress in every run, if one differs from run to run or is alone."""
    found = None
    for key, value in configuration.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            continue
        if rows and all(row.total and row.configuration.get(key) == row.total for row in rows):
            if found is not None:
                return None  # two settings have always been equal to it: either could be the one
            found = key
    return found
