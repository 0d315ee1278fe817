"""What each picture shows of a record at one step. No Qt in here but the widgets' frozen states."""

from __future__ import annotations

from math import exp, log2, nan

import numpy as np

from gui.pages.softmax.model import LESSON, OMNIGLOT, SoftmaxRecord
from gui.translation import tr, trn
from gui.widgets.expected import ExpectedState
from gui.widgets.overwrites import OverwritesState
from gui.widgets.plot import Line, PlotState
from gui.widgets.ratios import Ratio, RatiosState
from gui.widgets.sentence import SentenceState, SentenceWord
from gui.widgets.sequence import Part
from gui.widgets.step_timeline import StepLane, StepsState
from gui.widgets.twin_rows import PARTS, RowStep, TwinRowsState

SHOWN_CURVE = 2000  # points


def timeline(source: SoftmaxRecord) -> StepsState:
    """Epochs, levels or lessons above the steps so far."""
    length = max(source.length, 1)
    parts: list[Part] = []
    steps = length
    if source.kind == LESSON:
        readings = source.table("readings")
        for event in source.events["lessons"]:
            own = readings["reading"][readings["lesson"] == event.get("lesson")] if readings is not None else ()
            if len(own):
                parts.append(Part(str(event.get("text", "")), int(own.min()), int(own.max()) + 1))
    elif source.kind == OMNIGLOT:
        checks = _course(source, arm=1, course=0)
        starts = [0, *(int(row["step"]) for row in checks if row["passed"])] if checks is not None else [0]
        for start, stop in zip(starts, [*starts[1:], length], strict=False):
            if stop > start and len(parts) < 40:
                parts.append(Part(tr("level {parts}", parts=len(parts) + 1), start, stop))
    else:
        epoch = int((source.events["vocabulary"] or [{}])[-1].get("steps") or 0)
        epochs = int(source.record.metadata.configuration.get("epochs", 1))
        steps = max(length, epoch * epochs + 1)
        parts = (
            [Part(tr("epoch {k}", k=k + 1), k * epoch + 1, (k + 1) * epoch + 1) for k in range(epochs)] if epoch else []
        )
    lane = StepLane("steps", length, frozenset(), frozenset())
    return StepsState(steps, tuple(parts), (lane,))


def overwrites(source: SoftmaxRecord, position: int, chosen: int) -> OverwritesState | None:
    """Every overwriting so far; the words lit at the cursor stand at the heading."""
    rows = source.table("overwrites")
    if rows is None or not source.total:
        return None
    what = "character" if source.kind == OMNIGLOT else "word"
    low, high = np.searchsorted(rows["step"], [position, position + 1])
    names = source.names
    lit = [names[row] for row in rows["row"][low:high].tolist() if row < len(names)]
    words = ", ".join(lit[:6]) + (tr(" and {lit} more", lit=len(lit) - 6) if len(lit) > 6 else "")
    note = (
        tr("step {position}: {words}", position=position, words=words)
        if words
        else tr("step {position}: {high} rows", position=position, high=high - low)
    )
    return OverwritesState(source.total, len(rows), chosen, note, what, rows["step"], rows["row"], rows["rate"], names)


def twin_rows(source: SoftmaxRecord, position: int, word: int) -> TwinRowsState | None:
    """The chosen word in both twins, at its last meeting up to the cursor (or its first)."""
    rows = source.table("watched")
    if rows is None or word < 0:
        return None
    twins = []
    arms = source.arms
    for arm in (0, 1) if source.kind == LESSON else (1, 2):
        own = rows[(rows["word"] == word) & (rows["arm"] == arm)]
        if not len(own):
            continue
        row = own[max(int(np.searchsorted(own["step"], position, side="right")) - 1, 0)]
        parts = np.stack([row["row_before"], row["activation"], row["row_after"]])
        assert len(parts) == len(PARTS)
        title = arms[arm] if arm < len(arms) else tr("arm {arm}", arm=arm)
        twins.append(RowStep(title, int(row["step"]), float(row["rate"]), float(row["before"]), float(row["after"]),
                             int(row["count"]), parts))  # fmt: skip
    if not twins:
        return None
    names, counts = source.names, source.counts
    name = names[word] if word < len(names) else tr("row {word}", word=word)
    met = tr("{name}, met {count} times so far", name=name, count=twins[0].count)
    return TwinRowsState(met if word < len(counts) or source.kind == LESSON else name, tuple(twins))


def meetings(source: SoftmaxRecord, word: int) -> PlotState | None:
    """Probability of one word each time it is met, before learning from it."""
    rows = source.table("watched")
    if rows is None or word < 0:
        return None
    lines = []
    for arm, colour in ((0, 0), (1, 1)) if source.kind == LESSON else ((0, 7), (1, 0), (2, 1)):
        own = rows[(rows["word"] == word) & (rows["arm"] == arm)]
        if len(own):
            surprise = -np.log2(np.maximum(own["before"].astype(float), 1e-12))
            lines.append(Line(source.arms[arm], own["count"].astype(float), surprise, colour=colour, points=True))
    names = source.names
    name = names[word] if word < len(names) else ""
    return (
        PlotState(tuple(lines), "meeting", tr("surprise before learning from it, bits"), name, whole=True)
        if lines
        else None
    )


def kth(source: SoftmaxRecord) -> PlotState | None:
    """Loss at the k-th meeting, newest state of each seed, mean over seeds."""
    rows = source.table("kth")
    if rows is None:
        return None
    lines = []
    for arm, title in enumerate(source.arms):
        curves = []
        for seed in np.unique(rows["seed"]):
            own = rows[(rows["arm"] == arm) & (rows["seed"] == seed)]
            if not len(own):
                continue
            newest = own[-(int(own["k"].max()) + 1) :]
            known = newest["words"] > 0
            curves.append(np.where(known, newest["loss"] / np.maximum(newest["words"], 1), nan))
        if curves:
            y = np.mean(curves, axis=0)
            lines.append(Line(title, np.arange(1.0, len(y) + 1), y, colour=(7, 0, 1)[arm % 3], points=True))
    return (
        PlotState(
            tuple(lines),
            tr("meeting of the word, first epoch"),
            tr("loss, nats"),
            tr("words met 20-99 times"),
            whole=True,
        )
        if lines
        else None
    )


def ratios(source: SoftmaxRecord) -> RatiosState | None:
    """Perplexity with the rule by that of the tuned baseline, by how often words were seen: the test text at the end,
    the validation text so far without intervals while it still learns.
    """
    buckets = source.result.get("buckets")
    found: list[Ratio] = []
    if isinstance(buckets, dict):
        for name, row in buckets.items():
            value, low, high = (float(v) for v in row["ratio_to_tuned"])
            note = tr(
                "{words:,} words; tuned {tuned:,.1f}, Hebbian {hebbian:,.1f}",
                words=row["words"],
                tuned=row["tuned"],
                hebbian=row["hebbian"],
            )
            found.append(Ratio(tr("seen {name}", name=name), value, low, high, note))
        overall = source.result.get("ratio_to_tuned")
        if isinstance(overall, list) and len(overall) == 3:
            found.append(Ratio("all", *(float(v) for v in overall)))
        return RatiosState(tuple(found), tr("Hebbian by tuned, test text"))
    rows = source.table("perplexities")
    names = (source.events["buckets"] or [{}])[-1].get("names")
    if rows is None or not isinstance(names, list):
        return None
    newest = rows[rows["seed"] == rows["seed"].max()]
    step = newest["step"][newest["arm"] == 2].max() if (newest["arm"] == 2).any() else -1
    for bucket, name in enumerate(names):
        own = [
            newest[(newest["arm"] == arm) & (newest["bucket"] == bucket) & (newest["step"] == step)] for arm in (1, 2)
        ]
        if len(own[0]) and len(own[1]):
            value = exp(float(own[1]["loss"][-1] - own[0]["loss"][-1]) / float(own[0]["words"][-1]))
            found.append(
                Ratio(
                    tr("seen {name}", name=name),
                    value,
                    value,
                    value,
                    tr("{words:,} words, no interval yet", words=int(own[0]["words"][-1])),
                )
            )
    return RatiosState(tuple(found), tr("validation text at step {step}", step=step)) if found else None


def perplexity(source: SoftmaxRecord) -> PlotState | None:
    """Validation perplexity of each arm as it learns, first seed in front."""
    rows = source.table("perplexities")
    if rows is None:
        return None
    lines = []
    for arm, title in enumerate(source.arms):
        own = rows[(rows["arm"] == arm) & (rows["bucket"] == -1) & (rows["seed"] == rows["seed"].min())]
        if len(own):
            y = np.log2(np.exp(own["loss"] / np.maximum(own["words"], 1)))
            note = f"{2 ** y[-1]:.1f}"
            lines.append(Line(title, own["step"].astype(float), y, colour=(7, 0, 1)[arm % 3], note=note, points=True))
    return PlotState(tuple(lines), tr("training step"), tr("bits a word, validation text")) if lines else None


def _course(source: SoftmaxRecord, arm: int, course: int, seed: int = 0) -> np.ndarray | None:
    rows = source.table("checks")
    if rows is None:
        return None
    return rows[(rows["arm"] == arm) & (rows["course"] == course) & (rows["seed"] == seed)]


def staircase(source: SoftmaxRecord) -> PlotState | None:
    """Classes so far against steps, every seed of both arms."""
    rows = source.table("checks")
    if rows is None:
        return None
    lines = []
    for arm, title in enumerate(source.arms):
        stairs = []
        for seed in np.unique(rows["seed"]):
            own = _course(source, arm, 0, int(seed))
            if own is not None and len(own):
                x = np.repeat(own["step"].astype(float), 2)[1:]
                stairs.append((np.append(x, x[-1]), np.repeat(own["active"].astype(float), 2)))
        if stairs:
            x, y = stairs[0]
            steps = np.mean([stair[0][-1] for stair in stairs])
            lines.append(
                Line(title, x, y, colour=arm, faint=tuple(stairs[1:]), note=tr("{steps:,.0f} steps", steps=steps))
            )
    return PlotState(tuple(lines), tr("training step"), tr("characters so far"), bottom=0.0) if lines else None


def newest(source: SoftmaxRecord) -> PlotState | None:
    """Share of the newest classes told right against steps since they came, mean over arrivals and seeds."""
    rows = source.table("checks")
    if rows is None:
        return None
    lines = []
    for arm, title in enumerate(source.arms):
        own = rows[(rows["arm"] == arm) & (rows["course"] == 1) & (rows["level"] > 0)]
        if not len(own):
            continue
        since = np.unique(own["since"])
        since = since[since <= int(source.record.metadata.configuration.get("period", 100))]
        for name, dash, words in (("newest", 0, "newest"), ("old", 1, "old")):
            y = np.array([100 * np.nanmean(own[name][own["since"] == step]) for step in since])
            lines.append(Line(f"{title}, {words}", since.astype(float), y, colour=arm, dash=dash, points=dash == 0))
    return (
        PlotState(
            tuple(lines),
            tr("steps since the newest came"),
            tr("told right, %"),
            tr("all arrivals, all seeds"),
            bottom=0.0,
        )
        if lines
        else None
    )


def reading(source: SoftmaxRecord, position: int) -> np.ndarray | None:
    """Rows of the reading at the cursor, both twins."""
    rows = source.table("readings")
    if rows is None:
        return None
    own = rows[rows["reading"] == min(position, int(rows["reading"][-1]))]
    return own if len(own) else None


def sentence(source: SoftmaxRecord, position: int, chosen: int) -> SentenceState | None:
    """The sentence read at the cursor."""
    own = reading(source, position)
    if own is None:
        return None
    lesson = next((e for e in source.events["lessons"] if e.get("lesson") == int(own["lesson"][0])), {})
    names, new = source.names, set(lesson.get("new") or ())
    words = []
    for place in range(int(own["position"].max()) + 1):
        here = own[own["position"] == place]
        if not len(here):
            continue
        text = names[int(here["word"][0])] if int(here["word"][0]) < len(names) else "?"
        chances = [nan] * len(source.arms)
        for row in here:
            chances[int(row["arm"])] = float(row["probability"])
        words.append(SentenceWord(text, tuple(chances), text in new, float(here["rate"].max())))
    times = int(own["repetition"][0])
    learned = trn("after {times} repetition", "after {times} repetitions", times, times=times)
    note = learned if times else tr("before learning")
    return SentenceState(tuple(words), source.arms, min(chosen, len(words) - 1), note)


def expected(source: SoftmaxRecord, position: int, chosen: int) -> ExpectedState | None:
    """What both twins expect where the chosen word stands."""
    own = reading(source, position)
    if own is None:
        return None
    own = own[own["position"] == min(chosen, int(own["position"].max()))]
    names = source.names
    words = []
    for arm in range(len(source.arms)):
        here = own[own["arm"] == arm]
        if not len(here):
            return None
        best = zip(here["candidates"][0].tolist(), here["chances"][0].tolist(), strict=True)
        words.append(tuple((names[w] if w < len(names) else "?", float(p)) for w, p in best))
    right = int(own["word"][0])
    note = tr("at the chosen word")
    return ExpectedState(source.arms, tuple(words), names[right] if right < len(names) else "", note)


def answer(source: SoftmaxRecord) -> ExpectedState | None:
    """The newest answer to a question."""
    if not source.events["answers"]:
        return None
    event = source.events["answers"][-1]
    words = tuple(tuple((str(w), float(p)) for w, p in side) for side in event.get("expected") or ())
    if len(words) != len(source.arms):
        return None
    return ExpectedState(source.arms, words, "", tr("after “{value}”", value=event.get("text", "")))


def repetitions(source: SoftmaxRecord, position: int, chosen: int) -> PlotState | None:
    """Surprise at the chosen word by repetition of its sentence, both twins."""
    own = reading(source, position)
    rows = source.table("readings")
    if own is None or rows is None:
        return None
    place = min(chosen, int(own["position"].max()))
    lesson = rows[(rows["lesson"] == own["lesson"][0]) & (rows["position"] == place)]
    lines = []
    for arm, title in enumerate(source.arms):
        mine = lesson[lesson["arm"] == arm]
        y = np.array([-log2(max(float(p), 1e-12)) for p in mine["probability"]])
        if len(y):
            lines.append(
                Line(
                    title,
                    mine["repetition"].astype(float),
                    y,
                    colour=arm,
                    points=True,
                    note=tr("{y:.1f} bits", y=y[-1]),
                )
            )
    names, word = source.names, int(lesson["word"][0])
    name = names[word] if word < len(names) else ""
    return PlotState(tuple(lines), tr("repetitions"), tr("surprise, bits"), name, bottom=0.0, whole=True)
