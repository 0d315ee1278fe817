"""What the Export menu of this page makes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from gui.pages.exporting import PICTURES, PageExporter
from gui.pages.recall.states import View
from gui.translation import tr


class Exporter(PageExporter):
    """Pictures, reads and lines of Python."""

    words = PICTURES | {"csv": tr("Save reads as CSV")}

    def name(self) -> str:
        return f"{self._page.source.record.id}-write{self._page.shown + 1}"

    def title(self) -> str:
        return tr("Recall, {id}", id=self._page.source.record.id)

    def texts(self) -> dict[str, Callable[[], str]]:
        return {"csv": lambda: reads_table(self._page.view)}

    def python(self) -> str:
        return python_lines(self._page.view)


def reads_table(view: View) -> str:
    """Every read step of the write shown: query, step, energy, error, swap control, nearest stored pattern."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = ("pattern", "step", "energy", "slope", "error", "swapped", "nearest", "distance")
    writer.writerow(columns)
    for row in view.source.rows("reading", view.trace):
        writer.writerow([f"{row[name]:.7g}" for name in columns])
    return text.getvalue()


def python_lines(view: View) -> str:
    """Python that reads the same write and its reads."""
    return "\n".join(
        [
            "from engine.runs import Record",
            "",
            f"record = Record.open({str(view.source.record.folder)!r})",
            tr('reading = record.table("reading").read()'),
            tr('reading = reading[reading["trace"] == {trace}]', trace=view.trace),
            tr('one = reading[reading["pattern"] == {query}]', query=view.query),
            tr('print(one["step"], one["energy"], one["error"], one["swapped"])'),
            'print(record.events("controls"))',
            "",
        ]
    )
