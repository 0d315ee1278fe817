"""The page with the real engine and a memory that comes with the program."""

import pytest

from gui.pages.recall.sources import pretrained

pytestmark = [
    pytest.mark.qt_log_ignore("does not support propagateSizeHints"),  # the offscreen platform says so
    pytest.mark.skipif(not pretrained(), reason="no trained memory comes with this checkout"),
]


def test_the_tour_writes_damages_reads_and_starts_anywhere(make_application, tmp_path):
    whole = make_application(page="recall")
    page = whole.window.page
    facts = page.tour(tmp_path)
    assert facts["finished"]
    assert facts["read_by_hand"]
    assert facts["attractors"]
    assert facts["verdict"] == "memory"
    assert facts["error_read"] < facts["error_swap"]
    assert facts["error_read"] < facts["error_query"]
    assert (tmp_path / "recall.svg").stat().st_size > 10_000
    page.toolbar.patterns.setValue(2)
    page.write_examples()
    wait = whole.workspace.wait
    assert wait(lambda: page.shown == 1 and len(page.source.queries(1)) == 2, 20)
    assert len(page.source.traces[1].stored) == 2
