"""A real window with a real engine process, for measurements."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.application import Application


@contextlib.contextmanager
def window(page: str) -> Iterator[Application]:
    """The whole program offscreen in a home of its own, shown on ``page``."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    before = os.environ.get("ATHANOR_HOME")
    with tempfile.TemporaryDirectory() as home:
        os.environ["ATHANOR_HOME"] = home
        from gui.application import Application, make_qt, options

        qt = make_qt()
        whole = Application(qt, options(["--engine", "process", "--page", page]))
        whole.window.resize(1280, 800)
        whole.show()
        try:
            yield whole
        finally:
            whole.close()
            if before is None:
                del os.environ["ATHANOR_HOME"]
            else:
                os.environ["ATHANOR_HOME"] = before
