"""What the Export menu of this page makes."""

from __future__ import annotations

from collections.abc import Callable

from gui.pages.control import script
from gui.pages.exporting import PICTURES, PageExporter
from gui.translation import tr


class Exporter(PageExporter):
    """Pictures, an episode and lines of Python."""

    words = PICTURES | {"csv": tr("Save episode as CSV")}

    def name(self) -> str:
        return f"{self._page.source.record.id}-scene{self._page.scene}"

    def title(self) -> str:
        return tr("Control, {id}, {title}", id=self._page.source.record.id, title=self._page.view.info.title)

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: script.table(self._page.view)}

    def python(self) -> str:
        return script.python_lines(self._page.view, self._page.position)
