"""Is the process that writes a record still alive? Answered without trusting the clock."""

from __future__ import annotations

import os
import platform
import sys


def host_name() -> str:
    """Name of this machine as records keep it."""
    return platform.node() or "unknown"


def process_start(pid: int) -> float | None:
    """When a process started, or None if no such process runs (an ended, unreaped one does not run).

    Together with the pid this names a process for good, because pids are used again. On Linux these are seconds after
    boot, which do not move when the clock is set; psutil's creation time there is derived from the present clock and
    does move. Elsewhere the creation time in seconds since 1970, fixed when the process starts.
    """
    if sys.platform == "linux":
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                fields = file.read().rpartition(b")")[2].split()
            return None if fields[0] in b"ZXx" else int(fields[19]) / os.sysconf("SC_CLK_TCK")
        except (OSError, IndexError, ValueError):
            return None
    import psutil  # costs 20 ms, which Linux need not pay

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except (psutil.Error, ValueError, OverflowError, OSError):
        return None


def is_alive(pid: int, started: float) -> bool:
    """Whether the process with this pid is there and is the one that started then."""
    now = process_start(pid)
    return now is not None and abs(now - started) < 0.05
