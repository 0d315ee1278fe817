"""States of the pictures at one place of the timeline. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gui.pages.recall.model import RecallRecord, figure
from gui.translation import tr
from gui.widgets.energies import EnergiesState
from gui.widgets.landscape import LandscapeState
from gui.widgets.memory_sizes import Line, MemorySizesState
from gui.widgets.patterns import GalleryState
from gui.widgets.retrieval import Read, RetrievalState
from gui.widgets.sequence import Part
from gui.widgets.step_timeline import StepLane, StepsState
from gui.widgets.weight_change import Tensor, WeightChangeState

MOST_SHOWN = 40  # ends of random starts


@dataclass(frozen=True)
class View:
    """What the page shows: one ``trace`` of a record at one ``position``, one chosen ``query`` (row, -1 none)."""

    source: RecallRecord
    trace: int
    position: int
    query: int

    @property
    def write_step(self) -> int:
        """Write steps made at the cursor."""
        return min(self.position, self.source.writes(self.trace))

    @property
    def read_step(self) -> int:
        """Read steps made at the cursor, -1 while writing."""
        return max(self.position - self.source.writes(self.trace) - 1, -1)

    def name(self, *more: Any) -> tuple:
        """Changes exactly when what is shown may."""
        return (self.source.record.id, self.source.version, self.trace, *more)


def timeline(view: View) -> StepsState:
    """Write steps, then read steps."""
    writes, reads = view.source.writes(view.trace) + 1, view.source.reads(view.trace) + 1
    parts = [Part(tr("write"), 0, writes)] + ([Part(tr("read"), writes, writes + reads)] if reads else [])
    title = view.source.traces[view.trace].title
    lane = StepLane(title, writes + reads, frozenset(range(writes, writes + reads)), frozenset())
    return StepsState(writes + reads, tuple(parts), (lane,))


def gallery(view: View) -> GalleryState:
    """What was stored; the one that the chosen query came from is marked."""
    source, info = view.source, view.source.traces[view.trace]
    values = [found for row in info.stored if (found := source.values(row)) is not None]
    of = source.of(view.query)
    reading = source.rows("reading", view.trace)
    last = {int(row["pattern"]): row for row in reading} if len(reading) else {}
    recalled = {source.of(row): float(found["error"]) for row, found in last.items() if source.of(row) >= 0}
    titles = tuple(f"{k + 1}" for k in range(len(values)))
    tips = tuple(
        tr("stored pattern {k}", k=k + 1)
        + (tr("\nlast read back with error {recalled:.3g}", recalled=recalled[row]) if row in recalled else "")
        for k, row in enumerate(info.stored[: len(values)])
    )
    chosen = info.stored.index(of) if of in info.stored else -1
    stacked = np.stack(values) if values else np.zeros((0, 1), np.float32)
    return GalleryState(view.name("stored"), source.about.shape, titles, tips, chosen, f"{len(values)}", stacked)


def retrieval(view: View) -> RetrievalState:
    """Every read of the trace."""
    source, info = view.source, view.source.traces[view.trace]
    rows = source.rows("reading", view.trace)
    reads = []
    for query in source.queries(view.trace):
        steps = rows[rows["pattern"] == query]
        steps = steps[np.argsort(steps["step"], kind="stable")]
        of = source.of(query)
        number = {row: k + 1 for k, row in enumerate(info.stored)}
        title = tr("pattern {number}", number=number[of]) if of in number else tr("your query")
        nearest = tuple(
            tr(
                "nearest is pattern {row}, {distance:.3g} away{schedule}",
                row=number.get(int(row), 0),
                distance=distance,
                schedule=_learned(info.schedule, k - 1),
            )
            for k, (row, distance) in enumerate(zip(steps["nearest"], steps["distance"], strict=True))
        )
        reads.append(
            Read(
                query, title, steps["values"], steps["energy"], steps["error"], float(steps["swapped"][-1]),
                source.values(of), nearest,
            )
        )  # fmt: skip
    words = tr("{reads} queries, errors in {unit}", reads=len(reads), unit=source.about.unit) if reads else ""
    return RetrievalState(
        view.name("reading"), source.about.shape, view.query, view.read_step, source.about.unit, words, tuple(reads)
    )


def _learned(schedule: dict[str, list[float]], step: int) -> str:
    """Learned step size and momentum of a read step, in words."""
    gamma, mu = schedule.get("gamma", []), schedule.get("mu", [])
    if not 0 <= step < min(len(gamma), len(mu)):
        return ""
    return tr("\nlearned step size {gamma:.3g}, momentum {mu:.3g}", gamma=gamma[step], mu=mu[step])


def energies(view: View) -> EnergiesState:
    """Energies of stored, unseen and damaged patterns while writing, then of each read."""
    source, info = view.source, view.source.traces[view.trace]
    rows, groups = source.rows("writing", view.trace), {}
    writes = source.writes(view.trace)
    kinds = (("stored", info.stored), ("unseen", info.unseen), ("damaged", source.queries(view.trace)))
    for name, members in kinds:
        found = rows[np.isin(rows["pattern"], members)] if len(rows) and len(members) else rows[:0]
        if len(found) and len(found) % (writes + 1) == 0:
            ordered = found[np.lexsort((found["step"], found["pattern"]))]
            groups[name] = ordered["energy"].reshape(-1, writes + 1)
    reading = source.rows("reading", view.trace)
    queries = source.queries(view.trace)
    lines = np.full((len(queries), source.reads(view.trace) + 1), np.nan, np.float32)
    for k, query in enumerate(queries):
        steps = reading[reading["pattern"] == query]
        lines[k, steps["step"]] = steps["energy"]
    chosen = queries.index(view.query) if view.query in queries else -1
    words = _order(groups)
    return EnergiesState(view.name("energies"), view.position, chosen, words, groups, lines)


def _order(groups: dict[str, Any]) -> str:
    """Whether stored patterns lie lowest, in words."""
    if not {"stored", "unseen"} <= set(groups):
        return ""
    below = (groups["stored"][:, -1][:, None] < groups["unseen"][:, -1][None]).mean()
    return tr("stored below unseen in {below:.0%} of pairs", below=below)


def weight_change(view: View) -> WeightChangeState:
    """What the write changed up to the cursor."""
    source, step = view.source, view.write_step
    rows = source.rows("weights", view.trace)
    most = float(np.abs(rows["change"]).max()) if len(rows) else 1.0
    tensors = tuple(Tensor(_title(name), norm, values) for name, norm, values in source.change(view.trace, step))
    words = tr(
        "after {step} of {trace} steps, {floats:,} floats",
        step=step,
        trace=source.writes(view.trace),
        floats=source.about.floats,
    )
    return WeightChangeState(view.name("weights", step), step, most or 1.0, tensors, words)


def _title(name: str) -> str:
    return name.replace("_", " ")


def landscape(view: View) -> LandscapeState | None:
    """The newest landscape of the chosen query, else of the trace."""
    source = view.source
    rows = source.rows("landscapes", view.trace)
    if not len(rows):
        return None
    own = np.flatnonzero(rows["query"] == view.query)
    which = int(own[-1]) if len(own) else 0
    row = rows[which]
    number = {stored: k + 1 for k, stored in enumerate(source.traces[view.trace].stored)}
    points = []
    for place in ("first", "second", "query"):
        values = source.values(int(row[place]))
        if values is not None:
            x, y = row["axes"] @ (values - row["origin"])
            name = tr("query") if place == "query" else tr("pattern {row}", row=number.get(int(row[place]), 0))
            points.append((name, float(x), float(y)))
    reading = source.rows("reading", view.trace)
    steps = reading[(reading["pattern"] == row["query"]) & (reading["step"] <= max(view.read_step, 0))]
    path = (steps["values"] - row["origin"]) @ row["axes"].T if len(steps) else np.zeros((0, 2), np.float32)
    energy = row["energy"][min(view.write_step, len(row["energy"]) - 1)]
    step = view.write_step
    return LandscapeState(
        view.name("landscape", which, step, view.read_step),
        float(row["energy"].min()),
        float(row["energy"].max()),
        tuple(float(v) for v in row["extent"]),
        tuple(points),
        tr("after {step} write steps", step=step),
        energy,
        path,
    )


def attractors(view: View) -> GalleryState | None:
    """Where reads from random patterns end, most frequent first."""
    source = view.source
    rows = source.rows("attractors", view.trace)
    if not len(rows):
        return None
    spurious, total = int(rows["starts"][rows["spurious"]].sum()), int(rows["starts"].sum())
    rows = rows[np.argsort(-rows["starts"], kind="stable")][:MOST_SHOWN]
    number = {stored: k + 1 for k, stored in enumerate(source.traces[view.trace].stored)}
    titles, tips = [], []
    for row in rows:
        nearest = number.get(int(row["nearest"]), 0)
        titles.append(f"{row['starts']}×" if row["spurious"] else f"{row['starts']}× {nearest}")
        tip = tr(
            "{starts} random starts ended here\nenergy {energy:.4g}\nnearest is pattern {nearest}, ",
            starts=row["starts"],
            energy=row["energy"],
            nearest=nearest,
        )
        tips.append(
            ("spurious\n" if row["spurious"] else tr("a stored pattern\n"))
            + tip
            + tr("{distance:.3g} away", distance=row["distance"])
        )
    words = tr("{spurious} of {total} starts ended in spurious ones", spurious=spurious, total=total)
    return GalleryState(
        view.name("attractors"), source.about.shape, tuple(titles), tuple(tips), -1, words, rows["values"]
    )


def sizes(source: RecallRecord, trace: int) -> MemorySizesState:
    """Every method's error at every size that the run measured."""
    rows = source.tables.get("sizes", np.zeros(0))
    lines = []
    for index, (name, title, told) in source.methods.items():
        own = rows[rows["method"] == index] if len(rows) else rows
        points = tuple((int(row["floats"]), float(row["error"]), float(row["sem"])) for row in own)
        if points and name != "nearest_fill":
            lines.append(Line(title, points, told, name == "ebmm"))
    judged = source.judged(trace)
    levels = [
        (title, float(judged[key]))
        for key, title in (("error_swap", tr("swap control")), ("error_unwritten", tr("unwritten twin")))
        if isinstance(judged.get(key), (int, float))
    ]
    if not lines:  # a session by hand: what was measured when its memory was trained
        for method in (source.about.made or {}).get("sizes", ()):
            points = tuple((int(floats), float(error), float(sem)) for floats, error, sem in method["points"])
            lines.append(Line(str(method["title"]), points, bool(method["told"]), method["name"] == "ebmm"))
    unit = source.about.unit
    return MemorySizesState(tuple(lines), tuple(levels), unit, unit)


def verdict_words(source: RecallRecord, trace: int) -> tuple[str, str]:
    """The errors that belong beside each other in one line, and the label's role (good, bad, muted)."""
    judged = source.judged(trace)
    if "error" not in judged:
        return tr("No error measured yet"), "muted"
    unwritten = judged.get("error_unwritten")
    words = tr(
        "Error {error} · swap control {swap} · unwritten twin {unwritten} · query as it came {query} {unit}",
        error=figure(judged["error"]),
        swap=figure(judged.get("error_swap")),
        unwritten=figure(unwritten),
        query=figure(judged.get("error_query")),
        unit=source.about.unit,
    )
    if "tasks" in judged:
        words += tr(", {tasks} tasks of {value}", tasks=judged["tasks"], value=judged.get("patterns"))
    verdict = judged.get("verdict")
    if verdict == "memory":
        return tr("{words} → a memory", words=words), "good"
    if verdict == "denoiser":
        return tr("{words} → a denoiser: the memory is not what makes the error small", words=words), "bad"
    return tr("{words} → not judged: its twin was not trained", words=words), "muted"
