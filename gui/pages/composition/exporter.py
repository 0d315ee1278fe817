"""What the Export menu of this page makes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from gui.pages.composition import script
from gui.pages.exporting import PICTURES, PageExporter
from gui.translation import tr


class Exporter(PageExporter):
    """Pictures, scores and lines of Python."""

    words = PICTURES | {"csv": tr("Save scores as CSV")}

    def name(self) -> str:
        return f"{self._page.source.record.id}-{self._page.case}"

    def title(self) -> str:
        return tr("Composition, {id}, {row}", id=self._page.source.record.id, row=self._page.shown_case.row)

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: script.table(self._page.source, self._page.shown_case)}

    def python(self) -> str:
        page = self._page
        weights = page.mixture.weights if page.can_paint else []
        return script.python_lines(page.source, page.shown_case, weights)

    @property
    def area(self) -> QWidget:
        return self._page.panels
