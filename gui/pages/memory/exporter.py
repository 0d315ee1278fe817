"""What the Export menu of this page makes."""

from __future__ import annotations

from collections.abc import Callable

from gui.pages.exporting import PICTURES, PageExporter
from gui.pages.memory import script
from gui.translation import tr


class Exporter(PageExporter):
    """Pictures, accesses and lines of Python."""

    words = PICTURES | {"csv": tr("Save accesses as CSV"), "jsonl": tr("Save trace as JSON lines")}

    def name(self) -> str:
        return f"{self._page.source.record.id}-trace{self._page.shown[0]}"

    def title(self) -> str:
        return tr("Memory, {id}, {title}", id=self._page.source.record.id, title=self._page.trace.info.title)

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: script.table(self._page.trace), "jsonl": lambda: script.json_lines(self._page.trace)}

    def python(self) -> str:
        page = self._page
        return script.python_lines(page.source, page.trace, page.position, page.slot)
