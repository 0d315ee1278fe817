"""A record of the recall room made by rules that can be checked: 4 x 4 patterns, two write steps, three read steps."""

import numpy as np

from engine.runs import Column, RecordWriter

SIZE, WRITES, READS, STORED = 16, 2, 3, 3
COLUMNS = {
    "patterns": [("trace", "i4", ()), ("role", "u1", ()), ("of", "i4", ()), ("values", "f4", (SIZE,))],
    "writing": [("trace", "i4", ()), ("step", "i2", ()), ("pattern", "i4", ()), ("energy", "f4", ()),
                ("slope", "f4", ())],
    "weights": [("trace", "i4", ()), ("step", "i2", ()), ("change", "f4", (10,)), ("norm", "f4", (2,)),
                ("loss", "f4", (3,))],
    "reading": [("trace", "i4", ()), ("pattern", "i4", ()), ("step", "i2", ()), ("values", "f4", (SIZE,)),
                ("energy", "f4", ()), ("slope", "f4", ()), ("error", "f4", ()), ("swapped", "f4", ()),
                ("nearest", "i4", ()), ("distance", "f4", ())],
    "landscapes": [("trace", "i4", ()), ("first", "i4", ()), ("second", "i4", ()), ("query", "i4", ()),
                   ("origin", "f4", (SIZE,)), ("axes", "f4", (2, SIZE)), ("extent", "f4", (4,)),
                   ("energy", "f4", (WRITES + 1, 5, 5))],
    "attractors": [("trace", "i4", ()), ("values", "f4", (SIZE,)), ("starts", "i4", ()), ("energy", "f4", ()),
                   ("nearest", "i4", ()), ("distance", "f4", ()), ("spurious", "b1", ())],
}  # fmt: skip


class Sample:
    """A record that grows by one write or one read at a time."""

    def __init__(self, folder, experiment="recall-play", **about):
        self.writer = RecordWriter.create(folder, experiment=experiment, configuration={})
        self.tables = {
            name: self.writer.table(name, [Column(*column) for column in columns]) for name, columns in COLUMNS.items()
        }
        self.rows = self.traces = 0
        self.stored = {}
        facts = {"form": "dense", "data": "digits", "shape": [4, 4, 1], "floats": 10, "patterns": STORED,
                 "unit": "squared error an image", "binary": False, "source": "pretrained/small", "damage": "block",
                 "twin": True, "made": {}}  # fmt: skip
        self.writer.event("memory", facts | about)

    def _pattern(self, trace, role, of, values):
        self.tables["patterns"].append(trace=trace, role=role, of=of, values=values)
        self.rows += 1
        return self.rows - 1

    def write(self, title="examples"):
        """Stored patterns have one white row each; energies fall by one a write step."""
        trace = self.traces
        self.traces += 1
        rows = []
        for k in range(STORED):
            values = np.full((4, 4), -1.0, np.float32)
            values[k] = 1
            rows.append(self._pattern(trace, 0, -1, values.ravel()))
        unseen = [self._pattern(trace, 1, -1, np.ones(SIZE, np.float32))]
        for step in range(WRITES + 1):
            for row in (*rows, *unseen):
                energy = -float(step) if row in rows else 0.5
                self.tables["writing"].append(trace=trace, step=step, pattern=row, energy=energy, slope=1.0)
            change = np.arange(10, dtype=np.float32) * step / 10
            self.tables["weights"].append(trace=trace, step=step, change=change, norm=[step, step / 2], loss=[0, 0, 0])
        self.stored[trace] = rows
        self.writer.event(
            "traces",
            {"trace": trace, "title": title, "updates": -1, "stored": rows, "unseen": unseen,
             "tensors": [["memory_weight", [2, 4]], ["memory_bias", [1, 2]]], "schedule": {}, "floats": 10},
        )  # fmt: skip
        return trace

    def read(self, trace, of, landscape=True):
        """The query of stored pattern ``of`` is all noise in its last row; each step takes a third of it away."""
        stored = np.full((4, 4), -1.0, np.float32)
        stored[of] = 1
        damage = np.zeros((4, 4), np.float32)
        damage[3] = 1.5
        row = self._pattern(trace, 2, self.stored[trace][of], (stored + damage).ravel())
        for step in range(WRITES + 1):
            self.tables["writing"].append(trace=trace, step=step, pattern=row, energy=2.0, slope=1.0)
        for step in range(READS + 1):
            left = damage * (1 - step / READS)
            error = float(np.square(left / 2).sum())
            self.tables["reading"].append(
                trace=trace, pattern=row, step=step, values=(stored + left).ravel(), energy=2.0 - step, slope=1.0,
                error=error, swapped=3.0, nearest=self.stored[trace][of], distance=error,
            )  # fmt: skip
        if landscape:
            axes = np.zeros((2, SIZE), np.float32)
            axes[0, 0] = axes[1, 12] = 1
            self.tables["landscapes"].append(
                trace=trace, first=self.stored[trace][0], second=self.stored[trace][1], query=row,
                origin=np.zeros(SIZE), axes=axes, extent=[-2, 2, -2, 2],
                energy=np.arange((WRITES + 1) * 25, dtype=np.float32).reshape(-1, 5, 5),
            )  # fmt: skip
        return row

    def done(self):
        self.writer.flush()
        return self
