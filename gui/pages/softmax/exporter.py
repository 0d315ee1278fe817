"""What the Export menu of this page makes."""

from __future__ import annotations

from collections.abc import Callable

from gui.pages.exporting import PICTURES, PageExporter
from gui.pages.softmax import script


class Exporter(PageExporter):
    """Pictures, a table and lines of Python."""

    words = PICTURES | {"csv": "Save table as CSV"}

    def name(self) -> str:
        return str(self._page.source.record.id)

    def title(self) -> str:
        return f"Rare words, {self._page.source.record.id}, step {self._page.position}"

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: script.table(self._page.source)}

    def python(self) -> str:
        return script.python_lines(self._page.source)
