"""Records unlike any a network makes are shown all the same."""

import numpy as np
import pytest

from gui.pages.memory.states import Look
from tests.gui.memory import sample

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")  # the offscreen platform says so


def odd(folder, name):
    """Records that are unlike any a network makes, but that must be shown."""
    writer, tables = sample.create(folder)
    if name == "nothing at all":
        pass
    elif name == "no accesses":
        sample.event(writer, 0, model="lstm", slots=0, heads=0, signals=[], spans=[])
        tables.steps.append(trace=0, step=0, input=0, target=1, output=0.2, mask=True, error_bits=6.0)
    elif name == "one step":
        sample.event(writer, 0, steps=1, spans=[{"name": "all", "start": 0, "stop": 1}])
        sample.Sam(tables, 0).run(1)
    elif name == "not numbers":
        sample.event(writer, 0, bits_wrong=None)
        network = sample.Sam(tables, 0)
        network.key[:] = np.nan
        network.run()
        nan = float("nan")
        tables.steps.append(trace=0, step=42, input=nan, target=nan, output=nan, mask=True, error_bits=nan)
        tables.signals.append(trace=0, step=3, signal=0, head=0, value=nan)
        writer.scalar("loss", nan, 1)
    elif name == "event without sizes":
        writer.event("traces", {"trace": 0})
        sample.Sam(tables, 0).run()
    elif name == "spans upside down":
        sample.event(writer, 0, spans=[{"name": "x", "start": 9, "stop": 3}, "y", {"stop": 1e9}])
        sample.Sam(tables, 0).run()
    writer.flush()
    return writer


@pytest.mark.parametrize(
    "name", ["nothing at all", "no accesses", "one step", "not numbers", "event without sizes", "spans upside down"]
)
def test_odd_records_are_shown(page, workspace, name):
    writer = odd(workspace.runs_folder, name)
    page.open_record(writer.id)
    page.on_frame()
    page.on_frame()
    page.choose_look(Look(address=True))
    page.on_frame()
    assert not page.grab().isNull()
    if name == "nothing at all":
        assert "no trace yet" in page.bar.words.text()
    else:
        page.hover(0, 0)
        page.go_to(10_000)
        page.on_frame()
        assert page.position == page.trace.length - 1
        assert not page.grab().isNull()
    writer.finish()
