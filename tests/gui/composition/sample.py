"""Records as the engine writes them: a board that was solved, and runs of a body."""

import numpy as np

from engine.composition.trace import SCORE_COLUMNS, end_columns, map_columns, rollout_columns
from engine.experiments.composition_play import Session
from engine.experiments.composition_settings import PlayConfiguration
from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.runs import RecordWriter


def board(runs, curves=True, **settings):
    """The folder of a session that solved its first mixture, and the curves over all."""
    with RecordWriter.create(runs, experiment="composition-play", configuration={}) as writer:
        session = Session(PlayConfiguration(**settings), Context(writer, control=Control()))
        session.work()
        while curves and session.busy:
            session.work()
        writer.flush()
    return writer.folder


METHODS = ("optimal", "dc", "co")


def body(runs, pairs=("tricky",), seeds=2, joints=6, steps=5):
    """The folder of a comparison of two learned methods: DC at the shared region, CO at the first task's."""
    random = np.random.default_rng(0)
    with RecordWriter.create(runs, experiment="composition", configuration={"suite": "arm"}, title="arm") as writer:
        writer.event("methods", {"names": list(METHODS), "titles": ["Optimum", "Divergence correction", "Optimism"]})
        maps, scores = writer.table("maps", map_columns(4, 4, 2)), writer.table("scores", SCORE_COLUMNS)
        ends, rollouts = writer.table("ends", end_columns(8)), writer.table("rollouts", rollout_columns(steps, joints))
        cases = [(pair, seed) for pair in pairs for seed in range(seeds)]
        for case, (pair, seed) in enumerate(cases):
            writer.event("cases", {"case": case, "row": f"{pair}, seed {seed}", "suite": "arm", "pair": pair,
                                   "mixture": 0.5, "gamma": 0.95, "alpha": 0.05, "near": 0.4,
                                   "targets": [[-0.7, 0.7], [0.7, None]]})  # fmt: skip
            for method, place in ((1, (0.7, 0.7)), (2, (-0.7, 0.7))):
                look = {"case": case, "updates": 10, "method": method}
                field = random.normal(size=(4, 4))
                maps.append(**look, weights=[0.5, 0.5], value=field, correction=field, regret=np.nan, density=np.nan,
                            moves=0.1)  # fmt: skip
                scores.append(**look, mixture=0.5, value=5 - method, regret=method - 1 + 0.1 * seed, returned=9.0,
                              near=[0, 0, 1])  # fmt: skip
                ends.append(**look, ends=np.tile(place, (8, 1)), returned=9.0)
                for run in range(3):
                    points = np.zeros((steps + 1, joints, 3))
                    points[:, -1, :2] = np.linspace(0, 1, steps + 1)[:, None] * place
                    rollouts.append(**look, run=run, points=points, returned=9.0)
        writer.scalar("tricky: value of dc", 1.0, 5)
        writer.scalar("tricky: value of dc", 2.0, 10)
    return writer.folder
