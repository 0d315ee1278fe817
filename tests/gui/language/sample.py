"""Real records of text Alchemy for the page, and a small chat endpoint on this computer that is no model at all."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from engine.experiments.context import Context
from engine.experiments.text_alchemy import TextAlchemyConfiguration, run
from engine.runs import RecordWriter


def play(folder, seed=0, title="", **settings):
    """A finished record made by the real experiment; by default three short episodes of the speaking ideal observer."""
    configuration = TextAlchemyConfiguration(
        **{"model": "scripted/ideal-observer", "episodes": 2, "trials": 3, "steps": 8, "summary": True} | settings
    )
    writer = RecordWriter.create(
        folder, experiment="text-alchemy", configuration=configuration.to_dict(), seed=seed, title=title
    )
    context = Context(record=writer, seed=seed)
    result = run(configuration, context)
    writer.finish("finished", result)
    return writer


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        server = self.server
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server.keys.append(self.headers.get("Authorization", ""))
        text = body["messages"][-1]["content"]
        prompt = sum(len(message["content"]) for message in body["messages"]) // 4
        with server.lock:
            server.asked += 1
            number = server.asked
        answer = server.answer(number, text)
        usage = {"prompt_tokens": prompt, "completion_tokens": len(answer) // 4}
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": answer}}
        payload = json.dumps(
            {"id": "x", "object": "chat.completion", "created": 0, "model": "parrot", "choices": [choice],
             "usage": usage | {"total_tokens": sum(usage.values())}}
        ).encode()  # fmt: skip
        self.send_response(server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *arguments):
        pass


class Parrot:
    """An endpoint that speaks the OpenAI protocol: turns over the potions one by one, every seventh answer is unusable.

    ``keys`` are the Authorization headers it was sent.
    """

    def __init__(self, status=200):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.server.keys, self.server.asked, self.server.lock = [], 0, threading.Lock()
        self.server.answer, self.server.status = self.answer, status
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    @property
    def keys(self):
        return self.server.keys

    def answer(self, number, text):
        if "Stones" not in text.split("\n"):
            return ("Effects of potions\nred: makes small stones large\ngreen: seems to undo red\n"
                    "Best way found: turn a large round stone with orange, then cash it at once.")  # fmt: skip
        if number % 7 == 0:
            return "I would rather think about this a little longer before I touch anything."
        lines = text.split("\n")
        potions = lines[lines.index("Potions") + 1 :][:12]
        there = [line.split(":")[0] for line in potions if "none" not in line]
        stones = [line for line in lines[lines.index("Stones") + 1 : lines.index("Potions")] if "none" not in line]
        rich = next((line for line in stones if "+15" in line or "+1" in line), None)
        if rich and number % 3 == 0:
            action = f"place stone {rich.split(':')[0]} in the cauldron"
        elif stones and there:
            action = f"place stone {stones[0].split(':')[0]} in potion {there[number % len(there)]}"
        else:
            action = "end the trial"
        return (
            f"Observation: {len(stones)} stones are on the table and {len(there)} potions are left. The last action "
            "changed what the first stone looks like.\n"
            "Reasoning: I have not seen yet what this colour does to a stone of this look. If potions come in opposite "
            "pairs, one that lowers a stone tells me which one raises it, so the test is worth a potion.\n"
            f"Action: {action}"
        )

    def close(self):
        self.server.shutdown()
        self.server.server_close()
