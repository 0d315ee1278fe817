"""An endpoint on this computer that speaks the OpenAI protocol and fails on request."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PROMPT_TOKENS, COMPLETION_TOKENS = 100, 7


class FaultyServer:
    """Answers each request as the next of ``faults`` says, and well when there is none left.

    Attributes: ``requests`` the bodies received, ``keys`` the keys sent with them, ``answer`` a function from a body to
    the text of a good answer, ``answered`` how many good answers were given.
    """

    def __init__(self, faults=(), answer=lambda body: "Action: end the trial", delay=0.0):
        self.faults, self.answer, self.delay = list(faults), answer, delay
        self.requests, self.keys, self.answered = [], [], 0
        self.most_at_once = self._now = 0
        self.released = threading.Event()
        self._lock = threading.Lock()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                with server._lock:
                    server.requests.append(body)
                    server.keys.append(self.headers.get("authorization", ""))
                    fault = server.faults.pop(0) if server.faults else None
                    server._now += fault is None
                    server.most_at_once = max(server.most_at_once, server._now)
                self.respond(fault, body)

            def respond(self, fault, body):
                if fault == "hang":
                    server.released.wait(20)
                    self.close_connection = True
                elif fault == "hang up":
                    self.close_connection = True
                elif fault == "truncated":
                    self.send(200, json.dumps(server.completion("Action: end the trial"))[:60].encode())
                elif fault == "wrong schema":
                    self.send(200, b'{"object": "list", "data": [1, 2, 3]}')
                elif fault == "wrong types":
                    self.send(200, b'{"choices": [{"message": {"content": [5]}, "finish_reason": 3}], "usage": "much"}')
                elif fault == "no json":
                    self.send(200, b"<html>a proxy says hello</html>")
                elif fault == "empty":
                    self.send(200, json.dumps({**server.completion(""), "usage": None}).encode())
                elif fault == "empty but billed":
                    self.send(200, json.dumps(server.completion("")).encode())
                elif fault == "echo key":
                    words = f"Incorrect key provided: {self.headers.get('authorization')}"
                    self.send(401, json.dumps({"error": {"message": words}}).encode())
                elif fault == "no schema" and "response_format" in body:
                    self.send(400, b'{"error": {"message": "response_format is not supported"}}')
                elif fault == "other name":
                    self.send(400, b'{"error": {"message": "use max_completion_tokens instead"}}')
                elif fault == "too long":
                    self.send(400, b'{"error": {"message": "maximum context length is 5 tokens"}}')
                elif isinstance(fault, int):
                    self.send(fault, json.dumps({"error": {"message": f"status {fault}"}}).encode())
                else:
                    time.sleep(server.delay)
                    with server._lock:
                        server.answered += 1
                        server._now -= fault is None  # before the answer, which may bring the next request at once
                    self.send(200, json.dumps(server.completion(server.answer(body))).encode())

            def send(self, status, data):
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                if status == 429:
                    self.send_header("retry-after", "0.01")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *arguments):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    @staticmethod
    def completion(text):
        return {
            "id": "1",
            "object": "chat.completion",
            "created": 0,
            "model": "m",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": PROMPT_TOKENS,
                "completion_tokens": COMPLETION_TOKENS,
                "total_tokens": PROMPT_TOKENS + COMPLETION_TOKENS,
            },
        }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
