"""States of the pictures, made from a record. No Qt in here."""

from __future__ import annotations

from math import isfinite, nan

import numpy as np

from gui.pages.composition.model import Case, CompositionRecord, Rows
from gui.translation import tr
from gui.widgets.fields import FieldsState, Ground, Tile
from gui.widgets.learning import Curve, LearningState
from gui.widgets.mixture_curves import MixtureCurve, MixtureState
from gui.widgets.paths import Bundle, PathsState
from gui.widgets.regret_bars import Bar, RegretState

LAYERS = {
    "value": tr("Value and policy"),
    "correction": tr("Divergence C"),
    "regret": tr("Value lost from here"),
    "density": tr("Where regret arises"),
    "ends": tr("Density of end points"),
}
BOARD_LAYERS, EXACT_LAYERS, LEARNED_LAYERS = (
    ("value", "correction", "regret", "density"),
    ("value", "correction", "regret", "density", "ends"),
    ("value", "correction", "ends"),
)
BINS = 25  # of a density of end points, along each axis
COLOURS = {"optimal": 7, "dc": 2, "co": 1, "gpi": 0, "dc_cheap": 3, "condq": 5, "base_1": 4, "base_2": 6}
SHORT = {"optimal": tr("Optimum"), "dc": "DC", "co": "CO", "gpi": "GPI", "dc_cheap": tr("Cheap"), "condq": "CondQ",
         "base_1": "1st", "base_2": "2nd"}  # fmt: skip
SHARED = 2  # colour of the region both tasks know


def layers_of(case: Case) -> tuple[str, ...]:
    """What can be shown of a case."""
    if case.is_board:
        return BOARD_LAYERS
    return EXACT_LAYERS if case.suite == "plane" else LEARNED_LAYERS


def circles(case: Case) -> tuple[tuple[float, float, float, int], ...]:
    """Regions that pay (x, y, radius, task colour) in metres."""
    own = [(x, y, case.near, k) for k, (x, y) in enumerate(case.targets)]
    return tuple(own + ([(0.7, 0.7, case.near, SHARED)] if case.pair == "tricky" and own else []))


def fields_state(source: CompositionRecord, case: Case, layer: str) -> FieldsState | None:
    """One tile a method; None where nothing is known yet."""
    rows = source.newest("maps", case.number)
    ends = _ends(source, case.number)
    if not len(rows):
        return None
    tiles = []
    for row in rows:
        method = int(row["method"])
        name = source.methods[method]
        if layer == "ends":
            values = _density(ends, method)
            moves = np.full((*values.shape, 2), nan, np.float32)
        else:
            values, moves = row[layer], row["moves"]
            if not case.is_board:  # stored [x, y], seen with y up; steps in cells of the picture
                values, moves = values.T[::-1], moves.swapaxes(0, 1)[::-1] * np.float32([1, -1])
        tiles.append(
            Tile(source.titles[method], SHORT[name], _figure(source, case, method, row), COLOURS[name], values, moves)
        )
    low, high = _scale(tiles, layer)
    unit = tr("% of runs") if layer == "ends" else tr("reward")
    ground = Ground(case.walls, case.rewards, () if case.is_board else _shares(case), case.moves,
                    "board" if case.is_board else "plane")  # fmt: skip
    words = LAYERS[layer]
    if case.is_board and case.islands > 1:
        words += tr(" · {islands} parts of the board do not reach each other", islands=case.islands)
    return FieldsState(
        (source.record.id, source.version, case.number, layer), tuple(tiles), ground, low, high, unit, words
    )


def _figure(source: CompositionRecord, case: Case, method: int, row: np.void) -> str:
    if case.is_board:
        return tr("regret {regret}", regret=_plain(float(np.nanmean(row["regret"]))))
    found = source.last_scores(case.number)
    found = found[found["method"] == method]
    return tr("regret {regret}", regret=_plain(float(found["regret"][-1]))) if len(found) else ""


def _plain(value: float) -> str:
    return "0" if abs(value) < 5e-6 else f"{value:.3g}"


def _scale(tiles: list[Tile], layer: str) -> tuple[float, float]:
    """One scale for all tiles: from 0 for what is lost, over the range of all for values; rounded, so that it rests."""
    known = np.concatenate([tile.values[np.isfinite(tile.values)].ravel() for tile in tiles] or [np.zeros(1)])
    if not len(known):
        return 0.0, 1.0
    high, low = float(known.max()), float(known.min()) if layer == "value" else 0.0
    span = max(high - low, 1e-6)
    step = 10.0 ** np.floor(np.log10(span)) / 2
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step)


def _shares(case: Case) -> tuple[tuple[float, float, float, int], ...]:
    """Circles as shares of a tile that spans -1 to 1, y down."""
    return tuple(((x + 1) / 2, (1 - y) / 2, radius / 2, task) for x, y, radius, task in circles(case))


def _ends(source: CompositionRecord, case: int) -> Rows:
    found = source.newest("ends", case)
    return found if len(found) else source.newest("glances", case)


def _density(ends: Rows, method: int) -> np.ndarray:
    mine = ends[ends["method"] == method] if len(ends) else ends
    if not len(mine):
        return np.full((BINS, BINS), nan, np.float32)
    places = mine["ends"][-1]
    found, *_ = np.histogram2d(places[:, 0], places[:, 1], BINS, [[-1, 1], [-1, 1]])
    return (100 * found / len(places)).T[::-1].astype(np.float32)


def paths_state(
    source: CompositionRecord, case: Case, step: int, run: int, hidden: frozenset[str]
) -> PathsState | None:
    """Runs of every method from the same starts; None where there are none."""
    rows = source.newest("rollouts", case.number)
    if not len(rows):
        return None
    ends, scores = _ends(source, case.number), source.last_scores(case.number)
    bundles = []
    for method in np.unique(rows["method"]).tolist():
        mine, name = rows[rows["method"] == method], source.methods[method]
        many = ends[ends["method"] == method] if len(ends) else ends
        last = many["ends"][-1] if len(many) else mine["points"][:, -1, -1, :2]
        found = scores[scores["method"] == method] if len(scores) else scores
        note = tr("return {returned:.3g}", returned=found["returned"][-1]) if len(found) else ""
        if len(found) and case.pair == "tricky":
            note += tr(", {near:.0%} shared", near=found["near"][-1][2])
        bundles.append(Bundle(source.titles[method], SHORT[name], note, COLOURS[name], mine["points"], last))
    runs = tr("{rows} of {last} runs from the same starts", rows=len(rows) // max(len(bundles), 1), last=len(last))
    return PathsState((source.record.id, source.version, case.number), tuple(bundles), circles(case), hidden, step, run,
                      runs)  # fmt: skip


def steps_of(source: CompositionRecord, case: Case) -> int:
    """Steps of a run, 0 where there is none."""
    rows = source.newest("rollouts", case.number)
    return rows["points"].shape[1] - 1 if len(rows) else 0


def mixture_state(source: CompositionRecord, case: Case, mixture: float) -> MixtureState | None:
    """Regret over the mixture; None until there are two points."""
    rows = source.scored(case.number)
    curves = []
    for method, name in enumerate(source.methods):
        mine = rows[rows["method"] == method] if len(rows) else rows
        if len(mine) > 1 and name != "optimal":
            mine = mine[np.argsort(mine["mixture"], kind="stable")]
            curves.append(MixtureCurve(source.titles[method], COLOURS[name], mine["mixture"], mine["regret"]))
    if not curves:
        return None
    return MixtureState((source.record.id, len(source.scores), case.number), tuple(curves), mixture)


def regret_state(source: CompositionRecord, case: Case) -> RegretState | None:
    """Bars for this board, or for every task of the record with its seeds."""
    if case.is_board:
        rows = source.newest("maps", case.number)
        bars = tuple(
            Bar(
                source.titles[m],
                SHORT[source.methods[m]],
                COLOURS[source.methods[m]],
                float(np.nanmean(row["regret"])),
                nan,
                nan,
                (),
            )
            for row in rows
            for m in [int(row["method"])]
            if source.methods[m] != "optimal"
        )
        return RegretState(((tr("this board"), bars),), tr("mean over starts, reward")) if bars else None
    groups: dict[str, dict[int, list[float]]] = {}
    for one in source.cases.values():
        for row in source.last_scores(one.number):
            if source.methods[int(row["method"])] != "optimal":
                groups.setdefault(one.pair, {}).setdefault(int(row["method"]), []).append(float(row["regret"]))
    if not groups:
        return None
    made = tuple((pair, tuple(_bar(source, method, seeds) for method, seeds in sorted(found.items())))
                 for pair, found in groups.items())  # fmt: skip
    against = tr("best method of the seed") if case.suite in ("arm", "ball", "ant") else tr("near-exact optimum")
    return RegretState(made, tr("against the {against}", against=against))


def _bar(source: CompositionRecord, method: int, seeds: list[float]) -> Bar:
    from engine.runs.statistics import bootstrap_interval, means

    mean, low, high = bootstrap_interval(np.array(seeds), means, repetitions=1000)
    name = source.methods[method]
    return Bar(source.titles[method], SHORT[name], COLOURS[name], mean, low, high, tuple(seeds))


def learning_state(source: CompositionRecord, case: Case, words: str) -> LearningState | None:
    """Values of the methods and errors of the functions while a pair is learned; the newest training of that pair."""
    curves = []
    record = source.record
    wanted = {
        "value of dc": tr("value of DC"),
        "value of co": tr("value of CO"),
        "value of gpi": tr("value of GPI"),
        "error of Q 1": tr("error of Q 1"),
        "error of C": tr("error of C"),
    }
    names = set(record.scalar_names())
    for key, title in wanted.items():
        if (name := f"{case.pair}: {key}") in names:
            steps, values = record.scalars(name)
            start = int(np.flatnonzero(np.diff(steps) <= 0)[-1]) + 1 if (np.diff(steps) <= 0).any() else 0
            curves.append(Curve(title, len(steps), steps[start:], values[start:]))
    return LearningState(tuple(curves), words) if any(isfinite(c.values[-1]) for c in curves if len(c.values)) else None
