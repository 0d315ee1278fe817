"""The page with the real engine: a network runs, is changed and rolled back, its cost is measured."""

import numpy as np
import pytest

from gui.pages.memory import provenance

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")  # the offscreen platform says so


def test_a_network_runs_is_changed_rolled_back_and_measured(make_application):
    whole = make_application(page="memory")
    page, wait = whole.window.page, whole.workspace.wait
    assert page.toolbar.setup.source == "pretrained/sam-recall"
    page.toolbar.level.setValue(3)
    page.run()
    assert page.welcome.title.text() == "Preparing…"
    page.training.measure(["sam"], 64)
    assert wait(lambda: page.is_ready and page.trace.reached >= page.trace.info.steps > 0, 120)
    assert page.trace.info.level == 3
    change_the_past(page, wait)
    roll_back(page, wait)
    scaling = page.panels.side.cost.scaling
    assert wait(lambda: scaling.state is not None, 120)
    (network,) = scaling.state.networks
    (point,) = network.points
    assert (network.name, network.warm, point.slots, point.extrapolated) == ("SAM", False, 64, False)
    assert 0 < point.value < 100
    scaling.grab()
    assert [region.key for region in scaling.regions] == [("SAM", False, 64)]


def change_the_past(page, wait):
    """Each kind of change gives a branch that first differs where it was made."""
    trace = page.trace
    step = int(trace.steps["step"][trace.steps["mask"]][0])
    slot = provenance.reads_at(trace, step)[0][0]
    page.go_to(step)
    page.changes.erase(slot)
    page.changes.overwrite(slot, np.full(trace.info.word, 0.5, np.float32))
    page.changes.freeze(0)
    page.changes.change_input([1 - int(bit) for bit in trace.steps["input"][step]])
    assert wait(lambda: len(page.source.traces) == 5, 60)
    changes = [info.change["kind"] for info in page.source.traces.values() if info.change]
    assert changes == ["erase", "overwrite", "freeze", "input"]
    for number in range(1, 5):
        page.show_traces((0, number))
        page.on_frame()
        assert page.panels.side.near.futures.state.first == step, number
        assert page.panels.columns[1].isVisible()
    page.show_traces((0,))
    page.on_frame()


def roll_back(page, wait):
    """The memory is the same before and after, and what was put back is what was written."""
    page.roll_back()
    assert wait(lambda: 0 in page.source.rollbacks, 60)
    back, accesses = page.source.rollbacks[0], page.trace.accesses
    assert back.identical
    assert back.before == back.after
    written = accesses[np.isin(accesses["kind"], (1, 2))]
    pairs = zip(written["step"].tolist(), written["slot"].tolist(), strict=True)
    assert {tuple(row) for row in back.rows.tolist()} == set(pairs)
    page.on_frame()
    assert page.panels.side.cost.rollback.state.restored.sum() == len(back.rows)
