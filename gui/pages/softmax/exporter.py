"""What the Export menu of this page makes."""

from __future__ import annotations

from collections.abc import Callable

from gui.pages.exporting import PICTURES, PageExporter
from gui.pages.softmax import script
from gui.translation import tr


class Exporter(PageExporter):
    """Pictures, a table and lines of Python."""

    words = PICTURES | {"csv": tr("Save table as CSV")}

    def name(self) -> str:
        return str(self._page.source.record.id)

    def title(self) -> str:
        return tr("Rare words, {id}, step {position}", id=self._page.source.record.id, position=self._page.position)

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: script.table(self._page.source)}

    def python(self) -> str:
        return script.python_lines(self._page.source)
