"""Keeps the figures in step with the table: asks for them, away from the main thread, when what they show changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from gui.pages.runs.figures import Answer, Question, answer
from gui.pages.runs.listing import GroupRow
from gui.pages.runs.toolbar import EVERYTHING
from gui.translation import tr, trn

if TYPE_CHECKING:
    from gui.pages.runs.page import RunsPage

MOST_DIFFERENT = 4  # runs whose settings are shown side by side
MOST_ALONE = 50  # runs that are looked at one by one where nothing is grouped


class Comparing(QObject):
    """``lower``: whether less is better as the person said, None where the metric's name decides."""

    def __init__(self, page: RunsPage) -> None:
        super().__init__(page)
        self._page = page
        self.lower: bool | None = None
        self.curve = ""
        self._asked: Any = None

    @property
    def less_is_better(self) -> bool:
        """Whether a lower value of the metric is a better one."""
        from engine.runs.comparison import is_lower_better

        return is_lower_better(self._page.listing.metric.key) if self.lower is None else self.lower

    def turn(self) -> None:
        """Say that less is better, or that more is."""
        self.lower = not self.less_is_better
        self.ask()

    @Slot(str)
    def choose_curve(self, name: str) -> None:
        """Draw another curve."""
        if name and name != self.curve:
            self.curve = name
            self.ask()

    def compared(self) -> list[int]:
        """Places of the runs that the figures are of: the ticked ones, else all that are shown."""
        listing, chosen = self._page.listing, self._page.model.chosen
        shown = listing.last
        ticked = [place for place in shown if listing.columns.rows[place].id in chosen] if chosen else []
        return ticked or shown

    @Slot()
    def ask(self) -> None:
        """Ask for the figures anew if anything they depend on has changed and they can be seen."""
        page = self._page
        listing = page.listing
        if listing.columns is None:
            return
        self.show_differences()
        if page.view.currentIndex() > 1:
            return
        places = self.compared()
        chosen = tr("ticked") if page.model.chosen else tr("shown")
        page.view.words.setText(
            trn("{n:,} run {chosen}", "{n:,} runs {chosen}", len(places), n=len(places), chosen=chosen)
            + f"  ·  {listing.metric.words}"
        )
        if not listing.keys:
            places = places[:MOST_ALONE]
        if self._key(places) == self._asked:
            return
        if not places:
            self._asked = self._key(places)
            page.view.show_answer(None)
            return
        question = self._question(places)
        self._asked = self._key(places)  # with the curve that was settled on
        page.workspace.loader.load("runs.compare", lambda: answer(question), self._on_answer, self._on_failed)

    def _key(self, places: list[int]) -> tuple[Any, ...]:
        """What the figures of some runs depend on, so that a run elsewhere that grows does not make them anew."""
        listing = self._page.listing
        columns, metric = listing.columns, listing.metric
        ends = columns.numbers(f"{self.curve}:last")[places].tobytes()
        values = columns.numbers(metric.key)[places].tobytes() if metric.choice != "at step" else b""
        rows = [columns.rows[place] for place in places]
        shown = [(row.id, row.status, row.colour, row.title) for row in rows]
        groups = [[columns.values(key)[place] for place in places] for key in listing.keys if key != EVERYTHING]
        steps = tuple(listing.step_values.items())
        return shown, ends, values, groups, listing.keys, metric, self.less_is_better, self.curve, steps

    def _question(self, places: list[int]) -> Question:
        from engine.runs.comparison import list_keys

        page = self._page
        listing = page.listing
        groups = tuple(listing.groups(places))
        lists = list_keys(listing.columns)
        counts = listing.columns.figures.counts if listing.columns.figures else {}
        present = {listing.columns.rows[place].id for place in places}
        names = _curves_of(listing.columns, present) or list(counts)
        if self.curve not in names:
            self.curve = listing.metric.name if listing.metric.name in names else next(iter(names), "")
        page.view.offer_curves(names, self.curve)
        return Question(
            listing.columns, groups, tuple(listing.colour_of(group) for group in groups[:20]), listing.metric,
            not self.less_is_better, listing.values, page.workspace.runs_folder, self.curve, next(iter(lists), ""),
        )  # fmt: skip

    def _on_answer(self, found: Answer) -> None:
        self._page.view.show_answer(found)

    def _on_failed(self, error: Exception) -> None:
        self._asked = None
        self._page.workspace.show_error(
            tr("The runs could not be compared: {error}", error=error), tr("The records are as they were")
        )

    def read_step_values(self) -> None:
        """Read the chosen curve's value at the chosen step for every run that has the curve."""
        from engine.runs.curves import values_at

        page = self._page
        metric, folder = page.listing.metric, page.workspace.runs_folder
        ids = [page.listing.columns.rows[place].id for place in page.listing.last]

        def done(values: Any) -> None:
            if page.listing.metric == metric:
                page.listing.step_values = dict(zip(ids, values.tolist(), strict=True))
                page.show_listing()

        page.workspace.loader.load(
            "runs.step", lambda: values_at(folder, ids, metric.name, metric.step), done, self._on_failed
        )

    @Slot()
    def show_differences(self) -> None:
        """Show in which settings the selected runs differ; one run of each of the first groups where none is chosen."""
        from engine.runs.columns import plain
        from engine.runs.comparison import differences

        page = self._page
        columns = page.listing.columns
        if columns is None:
            return
        places = {row.id: place for place, row in enumerate(columns.rows)}
        chosen, titles = list[int](), list[str]()
        for identifier in page.selected():
            row = page.model.rows[page.model.place(identifier)]
            is_group = isinstance(row, GroupRow)
            name = row.members[0] if is_group else row.id
            if name in places:
                chosen.append(places[name])
                titles.append(row.label if is_group else row.title or row.id)
        if len(chosen) < 2:
            compared = self.compared()
            groups = page.listing.groups(compared if page.listing.keys else compared[:MOST_DIFFERENT])
            chosen, titles = [group.places[0] for group in groups], [group.label for group in groups]
        chosen, titles = chosen[:MOST_DIFFERENT], titles[:MOST_DIFFERENT]
        if len(chosen) < 2:
            page.view.show_differences([], [])
            return
        rows = differences([{"experiment": columns.rows[place].experiment, **columns.configurations[place]}
                            for place in chosen])  # fmt: skip
        more = ("seed", "seconds", "device", "status")
        extra = [(key, tuple(plain(columns.values(key)[place]) or "–" for place in chosen)) for key in more]
        page.view.show_differences(titles, rows + [row for row in extra if len(set(row[1])) > 1])


def _curves_of(columns: Any, present: set[str]) -> list[str]:
    """Names of the curves that some of these runs have, most frequent first."""
    figures = columns.figures
    rows = [figures.ids[name] for name in present if name in figures.ids] if figures else []
    if not rows:
        return []
    counts = (figures.step[rows] >= 0).sum(axis=0)
    names = list(figures.names)
    return [names[place] for place in (-counts).argsort(kind="stable").tolist() if counts[place]]
