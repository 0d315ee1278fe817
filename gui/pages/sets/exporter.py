"""What the Export menu of this page makes."""

from __future__ import annotations

from collections.abc import Callable

from gui.pages.exporting import PICTURES, PageExporter
from gui.pages.sets import script
from gui.translation import tr


class Exporter(PageExporter):
    """Pictures, operations and lines of Python."""

    words = PICTURES | {"csv": tr("Save operations as CSV")}

    def name(self) -> str:
        return str(self._page.shown.record.id)

    def title(self) -> str:
        return tr("Sets, {id}", id=self._page.shown.record.id)

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: script.table(self._page.shown)}

    def python(self) -> str:
        return script.python_lines(self._page.shown, self._page.position)
