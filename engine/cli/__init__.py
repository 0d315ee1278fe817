"""The command line: everything the engine can do without a window."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from engine.errors import BadInput, Stopped

DONE, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130
"""Exit statuses."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; bad input is one line on standard error."""
    from engine.cli.parser import make_parser

    try:
        parsed = make_parser().parse_args(arguments)
        status: int = parsed.command(parsed)
        return status
    except BadInput as problem:
        sys.stderr.write(f"athanor: {' '.join(str(problem).split())}\n")
        return BAD_INPUT
    except (KeyboardInterrupt, Stopped):
        return STOPPED
    except BrokenPipeError:  # the reader of the output has seen enough, as with ``| head``
        sys.stdout = None  # type: ignore[assignment]
        return DONE
