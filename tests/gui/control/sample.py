"""Records like those of the engine, made by rules that can be checked: an agent that swims round, one that knows."""

import numpy as np

from engine.control.quantities import Task
from engine.control.tasks import TASKS
from engine.runs import Column, RecordWriter

WIDTH = 6


def columns(task: Task):
    """Those of table ``steps``, without the engine's torch."""
    seen = Column("observation", "f4", (len(task.observation),))
    if task.pixels:
        seen = Column("image", "u1", (32, 32))
    return [
        Column("scene", "i4"), Column("agent", "u1"), Column("step", "i2"), seen,
        Column("state", "f4", (len(task.state),)), Column("hidden", "f4", (len(task.hidden),)),
        Column("decoded", "f4", (len(task.hidden),)), Column("plane", "f4", (3,)), Column("memory", "f4", (WIDTH,)),
        Column("action", "f4", (len(task.actions),)), Column("reward", "f4"), Column("teleported", "b1"),
    ]  # fmt: skip


class Recorded:
    """A record of *control-play* (or *control*) with two agents, of which the first has a memory."""

    def __init__(self, runs, name="water-maze-r", experiment="control-play"):
        self.task = TASKS[name]
        configuration = {"task": name, "agent": "pretrained"}
        self.writer = RecordWriter.create(runs, experiment=experiment, configuration=configuration, title="Sample")
        self.table = self.writer.table("steps", columns(self.task))
        self.writer.event("task", self.task.to_json())
        for number, (title, kind) in enumerate((("LSTM", "lstm"), ("Feed-forward", "feed-forward"))):
            facts = {"agent": number, "name": kind, "title": title, "kind": kind, "remembers": number == 0,
                     "algorithm": "imitation" if number == 0 else "", "made": {}}  # fmt: skip
            self.writer.event("agents", facts)
        self.scenes = 0

    def scene(self, *, parent=None, changes=(), updates=None, agents=2):
        """An episode: contact at steps 10, 60 and 80, thrown off four steps later; numbers follow from the step."""
        task, first = self.task, len(self.table)
        rows = np.zeros((agents, task.horizon), self.table.dtype)
        steps = np.arange(task.horizon)
        rows["scene"], rows["step"], rows["agent"] = self.scenes, steps, np.arange(agents)[:, None]
        names = [quantity.name for quantity in task.state]
        if task.maze:
            rows["state"][..., 0] = 0.8 * np.cos(steps / 20)
            rows["state"][..., 1] = 0.8 * np.sin(steps / 20)
            rows["state"][..., 2:5] = (0.3, 0.4, 0.3)
            for contact in (10, 60, 80):
                rows["state"][..., contact : contact + 4, names.index("on platform")] = 1
                rows["reward"][..., contact - 1 : contact + 4] = 1
                rows["teleported"][..., contact + 3] = True
                rows["state"][..., contact + 4 :, names.index("trial")] += 1
        else:
            for k, quantity in enumerate(task.state):
                rows["state"][..., k] = 0.5 * (quantity.low + quantity.high) + 0.2 * np.sin(steps / 9 + k)
            rows["reward"] = -1
        for k in range(len(task.hidden)):
            rows["hidden"][..., k] = np.sin(steps / 15 + k)
            rows["decoded"][..., k] = rows["hidden"][..., k] + 0.1
        rows["plane"][..., 0], rows["plane"][..., 1] = np.cos(steps / 30), np.sin(steps / 30)
        rows["memory"] = 0.5
        for name in ("decoded", "plane", "memory"):
            rows[name][1:] = np.nan
        self.table.extend(rows.reshape(-1))
        returns = rows["reward"].sum(1).tolist()
        self.writer.event(
            "scenes",
            {
                "scene": self.scenes, "title": f"episode {self.scenes + 1}", "seed": [2, 0, 0], "episode": self.scenes,
                "parent": parent, "from_step": changes[-1]["step"] if changes else None, "changes": list(changes),
                "wipe": "none", "agents": list(range(agents)), "returns": returns, "first_row": first,
                "updates": updates,
            },
        )  # fmt: skip
        self.scenes += 1
        self.writer.flush()
        return self
