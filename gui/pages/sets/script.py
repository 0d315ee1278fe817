"""What is on screen as lines of Python and as a table. No Qt in here."""

from __future__ import annotations

import csv
import io

from gui.pages.sets.model import SetsRecord


def python_lines(source: SetsRecord, position: int) -> str:
    """Python that reads the same operation, or the sets of a measurement."""
    lines = ["from engine.runs import Record", "", f"record = Record.open({str(source.record.folder)!r})"]
    if source.is_bench:
        lines += [
            f'row = record.table("operations").read({position}, {position + 1})[0]',
            'print("insert" if row["kind"] == 0 else "ask", record.events("keys")[row["key"]]["text"])',
            'print("logit", row["logit"], "network", row["network"], "backup", row["backup"])',
            'print("adds", row["word"][:, None] * row["address"])',
            'print("memory", row["memory"])',
        ]
    else:
        lines += [
            'for row in record.events("summaries"):',
            '    print(row["n"], row["fpr"], row["method"], row["bits"], row["wrong"])',
        ]
    return "\n".join([*lines, ""])


def table(source: SetsRecord) -> str:
    """Every operation, or every summary of a measurement, as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if not source.is_bench:
        columns = ("n", "fpr", "method", "bits", "memory", "backup", "missed", "false_negatives", "wrong", "worst")
        writer.writerow(columns)
        writer.writerows([row.get(name, "") for name in columns] for row in source.summaries)
        return text.getvalue()
    writer.writerow(["operation", "kind", "key", "n", "logit", "network", "backup", "member", "bloom"])
    for number, row in enumerate(source.operations):
        kind = "insert" if row["kind"] == 0 else "ask"
        flags = [int(row[name]) for name in ("network", "backup", "member", "bloom")]
        key = source.keys.get(int(row["key"]), "")
        writer.writerow([number, kind, key, int(row["n"]), f"{float(row['logit']):.7g}", *flags])
    return text.getvalue()
