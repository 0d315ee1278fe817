"""Slow reads away from the main thread: one helper thread, newest request of a name wins, answers arrive with the
frames.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

log = logging.getLogger("athanor.loader")


@dataclass(frozen=True)
class _Request:
    generation: int
    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]


class Loader:
    """Runs functions that read files or the index; at most one request of a name waits, so nothing piles up.

    ``load`` and ``deliver`` belong to the main thread. Every request has a generation number: the answer to a request
    that was overtaken or cancelled is thrown away, even if its work had already begun.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: dict[str, _Request] = {}
        self._generations: dict[str, int] = {}
        self._answers: dict[str, tuple[_Request, Any, Exception | None]] = {}
        self._thread: threading.Thread | None = None
        self._ending = False

    def load(
        self,
        name: str,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> int:
        """Run ``work()`` soon and give its value to ``done`` on the main thread; returns the request's generation."""
        with self._condition:
            generation = self._generations.get(name, 0) + 1
            self._generations[name] = generation
            self._waiting[name] = _Request(generation, work, done, failed or _log_failure)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="athanor-loader", daemon=True)
                self._thread.start()
            self._condition.notify()
        return generation

    def cancel(self, name: str) -> None:
        """Forget the request ``name``; an answer under way will not be delivered."""
        with self._condition:
            self._generations[name] = self._generations.get(name, 0) + 1
            self._waiting.pop(name, None)

    @property
    def is_idle(self) -> bool:
        """No request waits, runs or has an undelivered answer (for tests and tours)."""
        with self._condition:
            return not self._waiting and not self._answers and not self._busy

    _busy = False

    def deliver(self) -> None:
        """Hand over what has arrived; the frame clock calls this."""
        if not self._answers:
            return
        with self._condition:
            answers, self._answers = self._answers, {}
            current = {name: self._generations[name] for name in answers}
        for name, (request, value, error) in answers.items():
            if request.generation != current[name]:
                continue
            if error is None:
                request.done(value)
            else:
                request.failed(error)

    def close(self) -> None:
        """End the thread after the work in hand."""
        with self._condition:
            self._ending = True
            self._waiting.clear()
            self._condition.notify()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        while True:
            with self._condition:
                self._busy = False
                while not self._waiting and not self._ending:
                    self._condition.wait()
                if self._ending:
                    return
                name = next(iter(self._waiting))
                request = self._waiting.pop(name)
                self._busy = True
            value, failure = None, None
            try:
                value = request.work()
            except Exception as error:  # noqa: BLE001  handed to the requester, which decides
                failure = error
            with self._condition:
                if request.generation == self._generations[name]:
                    self._answers[name] = (request, value, failure)


def _log_failure(error: Exception) -> None:
    log.error("a background read failed", exc_info=error)
