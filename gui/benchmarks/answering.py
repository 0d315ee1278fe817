"""A chat endpoint on this computer that answers everything after a fixed time: ``python -m gui.benchmarks.answering``.

Prints its port and serves until its standard input is closed. A process of its own, so that it takes no time from the
window that is being measured.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECONDS = 0.2  # eight requests at once are then 40 answers a second, more than a hosted model gives

TEXT = "Reasoning: I try the next potion and remember what it does to this stone.\nAction: place stone {} in potion {}"


class Answering(BaseHTTPRequestHandler):
    """Answers each request with the next legal-looking action."""

    def do_POST(self) -> None:
        """Wait as a model would, then answer."""
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        turn = len(body["messages"]) // 2
        time.sleep(SECONDS)
        text = TEXT.format(turn % 3 + 1, turn % 12 + 1)
        message = {"role": "assistant", "content": text}
        answer = {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 100 * turn, "completion_tokens": 30, "total_tokens": 100 * turn + 30},
        }
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *words: object) -> None:
        """Say nothing."""


def main() -> None:
    """Serve on a free port of the loopback address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], flush=True)  # noqa: T201
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main()
