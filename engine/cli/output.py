"""What the commands print: a table for people, or one JSON object for programs; progress and logs on standard error."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.runs.files import encode_json


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line, valid for strict readers: NaN becomes null."""
    sys.stdout.write(encode_json(value).decode() + "\n")
    sys.stdout.flush()


def print_lines(lines: Iterable[str]) -> None:
    """Lines for people."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def print_pairs(values: Mapping[str, Any]) -> None:
    """Names and values below each other."""
    width = max(map(len, values), default=0)
    print_lines(f"{name:<{width}}  {shown(value)}" for name, value in values.items())


def print_table(rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows with the keys of the first as headings."""
    if not rows:
        return
    names = list(rows[0])
    cells = [names, *([shown(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(names))]
    print_lines("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells)


def shown(value: Any) -> str:
    """A value as people like to read it."""
    match value:
        case None:
            return "–"
        case float():
            return f"{value:.4g}"
        case list() | tuple():
            return " ".join(shown(item) for item in value)
        case dict():
            return " ".join(f"{key}={shown(item)}" for key, item in value.items())
    return str(value)


def log_to_stderr() -> None:
    """Warnings and errors of a run go to standard error; its record keeps more."""
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", force=True)
    logging.getLogger().setLevel(logging.INFO)
    for handler in logging.getLogger().handlers:
        handler.setLevel(logging.WARNING)


class ProgressLine:
    """One line on the terminal that is written over; silent where standard error is no terminal."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._drawn_at = 0.0

    def show(self, done: float, total: float | None, unit: str, rate: float) -> None:
        """Draw it, ten times a second at most."""
        now = time.monotonic()
        if not self._on or now - self._drawn_at < 0.1:
            return
        self._drawn_at = now
        words = f"{done:,.0f} of {total:,.0f} {unit}" if total else f"{done:,.0f} {unit}"
        if rate > 0:
            words += f", {rate:,.3g} a second"
            words += f", {(total - done) / rate:,.0f} s left" if total else ""
        sys.stderr.write(f"\r\x1b[K{words}")
        sys.stderr.flush()

    def clear(self) -> None:
        """Leave an empty line."""
        if self._on and self._drawn_at:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
