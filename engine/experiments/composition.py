"""Two skills are known; who composes them for a mixture of their tasks without learning, and who fails when?

Source: Hunt, Barreto, Lillicrap, Heess 2019, "Composing Entropic Policies using Divergence Correction" (arXiv
1812.02216), 4. Exact worlds, network sizes and lengths are not published; the grids and the plane are ours.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.composition.board import describe_grid, write_board
from engine.composition.compose import METHODS, Composition, Skills
from engine.composition.dynamics import Floats
from engine.composition.files import read_problem, write_solution
from engine.composition.grids import MOVES, SUITE_ALPHA, SUITE_GAMMA, standard_grid
from engine.composition.plane import ALPHA, GAMMA, NEAR, STEPS, TARGETS, Plane, plane_rewards, share_near
from engine.composition.tabular import boltzmann, evaluate, masses
from engine.composition.trace import (
    SCORE_COLUMNS,
    announce,
    end_columns,
    map_columns,
    plain,
    rollout_columns,
)
from engine.errors import BadInput
from engine.experiments.composition_settings import LEARNED_SUITES, CompositionConfiguration
from engine.experiments.context import Context

MIXTURES = np.linspace(0, 1, 21)
SHOWN = 24  # rollouts that are kept point by point

Row = dict[str, Any]


def run(configuration: CompositionConfiguration, context: Context) -> dict[str, Any]:
    """Compare every method on each world of the suite; the result holds a row for each world and method."""
    if configuration.suite in LEARNED_SUITES:
        from engine.experiments.composition_learned import learn  # torch is loaded where it is needed

        return learn(configuration, context)
    announce(context, METHODS)
    match configuration.suite:
        case "grid":
            return _grids(configuration, context)
        case "plane":
            return _planes(configuration, context)
    return _file(configuration, context)


def method_rows(name: str, found: Composition, **more: Any) -> list[Row]:
    """A row of the result for each method: mean value and regret over a uniform start."""
    return [
        {
            "row": name,
            **more,
            "method": method,
            "value": float(found.values[method].mean()),
            "regret": 0.0 if method == "optimal" else found.regret(method),
        }
        for method in METHODS
    ]


def _grids(c: CompositionConfiguration, context: Context) -> dict[str, Any]:
    """The 8 by 8 suite, for every kind of move and pair, and each of 21 mixtures."""
    maps, scores = context.table("maps", map_columns(8, 8, 4)), context.table("scores", SCORE_COLUMNS)
    weights = np.array([c.mixture, 1 - c.mixture])
    rows: list[Row] = []
    cases: list[Row] = []
    worlds = [(moves, pair) for moves in MOVES for pair in c.pairs]
    for case, (moves, pair) in enumerate(worlds):
        context.check()
        grid = standard_grid(pair, moves)
        problem = grid.problem(SUITE_GAMMA, SUITE_ALPHA)
        skills = Skills(problem)
        found, name = skills.compose(weights), f"{moves} {pair}"
        context.event("cases", {"case": case, "row": name, "suite": "grid", "pair": pair, "mixture": c.mixture}
                      | describe_grid(grid, problem))  # fmt: skip
        write_board(maps, case, grid, skills, found)
        rows += method_rows(name, found, moves=moves, pair=pair, mixture=c.mixture)
        one = evaluate(problem, problem.mixed(weights)[None], skills.log_policies[:1])[1]
        worst = float(np.abs(found.action_values["dc"] - found.action_values["optimal"]).max())
        for b in MIXTURES:
            mixed = skills.compose(np.array([b, 1 - b]))
            worst = max(worst, float(np.abs(mixed.action_values["dc"] - mixed.action_values["optimal"]).max()))
            for number, row in enumerate(method_rows(name, mixed)):
                scores.append(case=case, updates=0, method=number, mixture=b, value=row["value"],
                              regret=row["regret"], returned=np.nan, near=np.nan)  # fmt: skip
        cases.append({"row": name, "max_correction": float(found.correction.max()),
                      "first_skill_value": float(one.mean()), "worst_dc_error": worst,
                      "islands": grid.islands()})  # fmt: skip
        context.progress(case + 1, len(worlds), "worlds")
    return {"suite": "grid", "rows": rows, "cases": cases}


def _planes(c: CompositionConfiguration, context: Context) -> dict[str, Any]:
    """The near-exact plane: values on its grid, and runs of each method's policy from the same starts."""
    side = Plane().side
    maps, scores = context.table("maps", map_columns(side, side, 2)), context.table("scores", SCORE_COLUMNS)
    ends = context.table("ends", end_columns(c.runs))
    rollouts = context.table("rollouts", rollout_columns(STEPS, 1))
    weights = np.array([c.mixture, 1 - c.mixture])
    rows: list[Row] = []
    for case, pair in enumerate(c.pairs):
        context.progress(case, len(c.pairs), "worlds")
        context.check()
        plane = Plane(pair)
        problem = plane.problem()
        found = Skills(problem).compose(weights)
        context.event("cases", plane_case(case, pair, pair, "plane", c.mixture, GAMMA, ALPHA))
        begin = context.rng("starts").uniform(-1, 1, (c.runs, 2))
        for number, row in enumerate(method_rows(pair, found, pair=pair, mixture=c.mixture)):
            method, wanted = row["method"], found.action_values[row["method"]]
            context.check()
            law = boltzmann(problem, wanted)
            mass = masses(problem, law)
            lost = found.values["optimal"] - found.values[method]
            gap = (mass * (law - boltzmann(problem, found.action_values["optimal"]))).sum(1) * problem.alpha
            maps.append(case=case, updates=0, method=number, weights=weights, density=gap.reshape(side, side),
                        value=found.values[method].reshape(side, side), regret=lost.reshape(side, side),
                        correction=(mass * found.correction).sum(1).reshape(side, side),
                        moves=0.2 * (mass @ plane.quadrature[0]).reshape(side, side, 2))  # fmt: skip
            path = plane.rollouts(problem, wanted, begin, STEPS, context.rng("runs"))
            paid = (plane_rewards(pair, path[:-1]) @ weights).sum(0)
            near = [_near(path[-1], centre) for centre in TARGETS[pair]]
            near.append(share_near(path[-1]) if pair == "tricky" else np.nan)
            ends.append(case=case, updates=0, method=number, ends=path[-1], returned=paid)
            points = np.pad(path.swapaxes(0, 1)[:SHOWN, :, None], ((0, 0), (0, 0), (0, 0), (0, 1)))
            for one in range(len(points)):
                rollouts.append(case=case, updates=0, method=number, run=one, points=points[one], returned=paid[one])
            scores.append(case=case, updates=0, method=number, mixture=c.mixture, value=row["value"],
                          regret=row["regret"], returned=paid.mean(), near=near)  # fmt: skip
            rows.append(row | {"return": float(paid.mean()), "share_at_shared": None if pair != "tricky" else near[2]})
        context.flush()
    context.progress(len(c.pairs), len(c.pairs), "worlds")
    return {"suite": "plane", "rows": rows}


def plane_case(case: int, row: str, pair: str, suite: str, mixture: float, gamma: float, alpha: float) -> Row:
    """The event that describes a world in the plane."""
    return {"case": case, "row": row, "suite": suite, "pair": pair, "mixture": mixture, "gamma": gamma, "alpha": alpha,
            "targets": plain(TARGETS[pair]), "near": NEAR}  # fmt: skip


def _near(ends: Floats, centre: Floats) -> float:
    return float((np.nansum((ends - centre) ** 2, axis=-1) < NEAR**2).mean())


def _file(c: CompositionConfiguration, context: Context) -> dict[str, Any]:
    """A problem of one's own."""
    if c.path is None:
        raise BadInput("path is needed: an .npz file with P, r, gamma, alpha and w")
    problem, weights, remarks = read_problem(c.path)
    for remark in remarks:
        context.event("remarks", {"text": remark})
    context.progress(0, 1, "worlds")
    found = Skills(problem).compose(weights)
    scores = context.table("scores", SCORE_COLUMNS)
    rows = method_rows(c.path.name, found)
    for number, row in enumerate(rows):
        scores.append(case=0, updates=0, method=number, mixture=weights[0], value=row["value"],
                      regret=row["regret"], returned=np.nan, near=np.nan)  # fmt: skip
    context.event("cases", {"case": 0, "row": c.path.name, "suite": "file", "pair": "", "mixture": float(weights[0]),
                            "gamma": problem.gamma, "alpha": problem.alpha, "states": problem.dynamics.states,
                            "actions": problem.dynamics.actions, "tasks": len(weights)})  # fmt: skip
    if c.out is not None:
        values = {f"Q_{name}": found.action_values[name] for name in METHODS}
        write_solution(c.out, values | {f"V_{name}": found.values[name] for name in METHODS})
    context.progress(1, 1, "worlds")
    worst = float(np.abs(found.action_values["dc"] - found.action_values["optimal"]).max())
    result: dict[str, Any] = {"suite": "file", "rows": rows, "worst_dc_error": worst, "remarks": remarks}
    return result | ({"out": str(c.out)} if c.out is not None else {})
