"""What is on screen as lines of Python and as a table. No Qt in here."""

from __future__ import annotations

import csv
import io

from gui.pages.softmax.model import LANGUAGE, LESSON, SoftmaxRecord

TABLES = {LESSON: "readings", LANGUAGE: "perplexities"}


def table_of(source: SoftmaxRecord) -> str:
    """Name of the table that says most about a record."""
    return TABLES.get(source.kind, "checks")


def python_lines(source: SoftmaxRecord) -> str:
    """Python that reads the same tables."""
    return "\n".join(
        [
            "from engine.runs import Record",
            "",
            f"record = Record.open({str(source.record.folder)!r})",
            'arms = [event["title"] for event in record.events("arms")]',
            f'rows = record.table("{table_of(source)}").read()',
            "for row in rows:",
            '    print(arms[row["arm"]], dict(zip(rows.dtype.names, row.tolist())))',
            "print(record.status().result)",
            "",
        ]
    )


def table(source: SoftmaxRecord) -> str:
    """The rows of that table as CSV, words and arms by name."""
    rows = source.table(table_of(source))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if rows is None:
        return ""
    kept = [name for name in rows.dtype.names if rows.dtype[name].shape == ()]
    writer.writerow(kept)
    names, arms = source.names, source.arms
    for row in rows[kept].tolist():
        values = dict(zip(kept, row, strict=True))
        if "word" in values and values["word"] < len(names):
            values["word"] = names[values["word"]]
        if values["arm"] < len(arms):
            values["arm"] = arms[values["arm"]]
        writer.writerow([f"{value:.7g}" if isinstance(value, float) else value for value in values.values()])
    return text.getvalue()
