"""Which runs are shown, in which order and groups: plain values, computed from columns, without anything of Qt."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from gui.translation import tr

if TYPE_CHECKING:
    from engine.runs import RunRow
    from engine.runs.columns import RunColumns
    from engine.runs.comparison import Group, GroupFigures

CHOICES = {
    "result": tr("result"),
    "last": tr("last"),
    "highest": tr("highest"),
    "lowest": tr("lowest"),
    "at step": tr("at step"),
}
COLOURS = 8
REMEMBERED = 500


@dataclass(frozen=True)
class Metric:
    """What runs are compared by: ``name`` of a result or curve; ``choice`` of a curve's value.

    ``choice`` is *result*, *last*, *highest*, *lowest* or *at step*, with ``step`` then.
    """

    name: str = ""
    choice: str = "result"
    step: int = 0

    @property
    def key(self) -> str:
        """As RunColumns knows it; empty where nothing is chosen."""
        if not self.name:
            return ""
        return f"result.{self.name}" if self.choice == "result" else f"{self.name}:{self.choice}"

    @property
    def words(self) -> str:
        """For people."""
        name = self.name.replace("_", " ")
        if self.choice == "result":
            return name
        return (
            tr("{name} at step {step:,}", name=name, step=self.step)
            if self.choice == "at step"
            else tr("{choice} {name}", choice=CHOICES.get(self.choice, self.choice), name=name)
        )


@dataclass(frozen=True)
class GroupRow:
    """A group as one row of the table."""

    id: str
    label: str
    members: tuple[str, ...]
    value: float
    spread: float
    count: int
    is_open: bool
    words: str
    colour: int


@dataclass
class Colours:
    """Which of the data colours a group has: decided when it is first seen, the same for ever after."""

    known: dict[str, int] = field(default_factory=dict)

    def assign(self, labels: list[str]) -> dict[str, int]:
        """A colour for each label; new ones get one that none of the others has, as long as there is one."""
        used = [self.known[label] for label in labels if label in self.known]
        for label in labels:
            if label not in self.known:
                wanted = zlib.crc32(label.encode("utf-8", "replace")) % COLOURS
                order = [(wanted + step) % COLOURS for step in range(COLOURS)]
                self.known[label] = min(order, key=lambda colour: (used.count(colour), order.index(colour)))
                used.append(self.known[label])
        found = {label: self.known[label] for label in labels}
        for label in list(self.known)[: max(0, len(self.known) - REMEMBERED)]:
            if label not in found:
                del self.known[label]
        return found


@dataclass
class Listing:
    """The question that a page asks of the runs, and its answer.

    Attributes: ``columns`` every run there is, ``text`` the filter, ``experiment`` and ``archived`` further filters,
    ``keys`` to group by, ``sort`` and ``descending``; ``metric``, and whether the person has chosen it; ``step_values``
    of the metric at a step by run id;
    ``opened`` groups; ``problem`` what is wrong with the filter, in which case the last ``good`` one holds; ``last``
    places that were shown.
    """

    columns: RunColumns | None = None
    text: str = ""
    experiment: str | None = None
    archived: bool = False
    keys: tuple[str, ...] = ()
    sort: str = "created"
    descending: bool = True
    metric: Metric = Metric()
    is_chosen: bool = False
    step_values: dict[str, float] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    colours: Colours = field(default_factory=Colours)
    problem: str = ""
    last: list[int] = field(default_factory=list)
    good: str = ""
    _grouped: tuple[list[int], tuple[str, ...], RunColumns, list[Group]] | None = None

    @property
    def values(self) -> np.ndarray | None:
        """Values at the chosen step [runs], None where the metric is a column."""
        if self.columns is None or self.metric.choice != "at step":
            return None
        return np.array([self.step_values.get(row.id, np.nan) for row in self.columns.rows])

    def shown(self) -> list[int]:
        """Places of the runs that pass the filters, in order."""
        from engine.errors import BadInput
        from engine.runs.expression import find

        columns = self.columns
        if columns is None:
            return []
        try:
            passed = find(self.text, columns)
            self.problem, self.good = "", self.text
        except BadInput as error:
            self.problem = str(error)
            try:
                passed = find(self.good, columns)
            except BadInput:
                passed = np.ones(len(columns), np.bool_)
        for place, row in enumerate(columns.rows):
            if row.archived != self.archived or (self.experiment and row.experiment != self.experiment):
                passed[place] = False
        return [place for place in self._order().tolist() if passed[place]]

    def _order(self) -> np.ndarray:
        values = self.values
        if self.sort == "result" and values is not None:
            ranks = np.where(np.isnan(values), np.inf, -values if self.descending else values)
            return np.argsort(ranks, kind="stable")
        key = self.sort
        if key == "result":
            key = self.metric.key or self.headline()
        return self.columns.order(key, self.descending)

    def headline(self) -> str:
        """The result that most runs have as their headline, as a key."""
        from gui.pages.runs.model import headline_key

        found = next((key for row in self.columns.rows[:50] if (key := headline_key(row))), "score_mean")
        return f"result.{found}"

    def groups(self, places: list[int]) -> list[Group]:
        """The groups of some runs; each run alone where nothing is grouped by."""
        from engine.runs.comparison import group_runs

        if self._grouped is not None and self._grouped[:2] == (places, self.keys) and self._grouped[2] is self.columns:
            return self._grouped[3]
        made = group_runs(self.columns, places, self.keys)
        self._grouped = (places, self.keys, self.columns, made)
        return made

    def entries(self) -> list[RunRow | GroupRow]:
        """Rows of the table: runs, or groups with the runs of those that are open below them."""
        places = self.last = self.shown()
        rows = self.columns.rows if self.columns else []
        if not self.keys or self.columns is None:
            return [rows[place] for place in places]
        groups = self.groups(places)
        colours = self.colours.assign([group.label for group in groups])
        found: list[RunRow | GroupRow] = []
        for group in groups:
            found.append(self._group_row(group, colours[group.label]))
            if group.label in self.opened:
                found += [rows[place] for place in group.places]
        return found

    def _group_row(self, group: Group, colour: int) -> GroupRow:
        from engine.runs.comparison import counted

        key = self.metric.key or self.headline()
        values, words = counted(self.columns, group, key, self.values)
        spread = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")
        return GroupRow(
            tr("group {label}", label=group.label),
            group.label,
            tuple(self.columns.rows[place].id for place in group.places),
            float(values.mean()) if len(values) else float("nan"),
            spread,
            len(values),
            group.label in self.opened,
            words,
            colour,
        )

    def colour_of(self, group: Group) -> int | str:
        """Colour of a group; a single run has its own, wherever it stands."""
        if self.keys:
            return self.colours.assign([group.label])[group.label]
        row = self.columns.rows[group.places[0]]
        return row.colour or colour_number(row.id)


def colour_number(run_id: str) -> int:
    """The data colour of a run without one of its own: it follows from its id alone."""
    return zlib.crc32(run_id.encode()) % COLOURS


def count_words(figures: GroupFigures) -> str:
    """``5 of 6``, as short as it can be."""
    return tr("{count} of {runs}", count=figures.count, runs=figures.runs)
