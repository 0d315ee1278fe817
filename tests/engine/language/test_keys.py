"""A key is in the keyring or in somebody's head, and nowhere else."""

import logging
import threading
import time
import traceback

import pytest

from engine.experiments.context import Context
from engine.experiments.control import Control
from engine.language import keys
from engine.language.endpoint import Endpoint
from engine.language.model import Message, ModelError
from engine.language.providers import PROVIDERS, Provider
from engine.language.settings import asker
from engine.runs import RecordWriter
from engine.service.execution import Execution
from engine.service.jobs import Job

pytest.importorskip("openai", reason="the package openai is not installed (extra language)")
keyring = pytest.importorskip("keyring", reason="the package keyring is not installed (extra language)")
errors = pytest.importorskip("keyring.errors")

CANARY = "sk-canary-0123456789abcdefghijklmnop"
ASK = [Message("user", "What now?")]


class Memory(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self):
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        if (service, username) not in self.kept:
            raise errors.PasswordDeleteError("no such key")
        del self.kept[service, username]


class Broken(Memory):
    """A system without a keyring that works."""

    def get_password(self, *_):
        raise errors.KeyringError("locked")

    set_password = delete_password = get_password


@pytest.fixture
def ring():
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def test_a_stored_key_is_found_and_can_be_forgotten(ring):
    keys.store_key("openai", CANARY + "\n")
    assert keys.obtain_key("openai", None).reveal() == CANARY
    keys.forget_key("openai")
    keys.forget_key("openai")
    with pytest.raises(ModelError, match="No key for openai"):
        keys.obtain_key("openai", None)


def test_without_a_keyring_the_key_is_asked_for_each_time(ring):
    keyring.set_keyring(Broken())
    asked = []
    for _ in range(2):
        assert keys.obtain_key("gemini", lambda provider: asked.append(provider) or CANARY).reveal() == CANARY
    assert asked == ["gemini", "gemini"]
    with pytest.raises(ModelError, match="no keyring that works"):
        keys.store_key("gemini", CANARY)


def test_a_secret_does_not_show_itself():
    secret = keys.Secret(CANARY)
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret!r}", str([secret]), str({"key": secret})):
        assert "canary" not in shown
    assert "0123456789" not in secret.scrub(f"bad key {CANARY}, {CANARY[:20]}, {CANARY[-12:]}")


def leaks(folder):
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and (b"canary" in path.read_bytes() or b"0123456789abc" in path.read_bytes())
    ]


def test_the_key_is_in_no_file_log_record_or_traceback(faulty, ring, tmp_path, home, monkeypatch, caplog, capsys):
    """A whole run against an endpoint that echoes the key in its refusals, first with luck and then without."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("engine.language.endpoint.FIRST_WAIT", 0.01)
    server = faulty([500, 429, "truncated"])
    monkeypatch.setitem(PROVIDERS, "test", Provider("Test", server.url, True, "m"))
    settings = {"model": "endpoint/test/m", "episodes": 1, "trials": 2, "steps": 2, "references": False, "attempts": 5}
    results = []
    for faults in (None, ["echo key"]):
        if faults:
            server.faults = faults
            settings |= {"wording": "compact"}  # another request, so that it is not answered from the cache
        control = Control()
        execution = Execution(
            Job("text-alchemy", settings, runs_folder=str(tmp_path / "runs")), control, lambda _: None
        )
        watcher = threading.Thread(target=answer_when_asked, args=(tmp_path / "runs", control, len(results)))
        watcher.start()
        results.append(execution.run())
        watcher.join()
    assert [finished.status for finished in results] == ["finished", "failed"]
    assert "refused the request (401)" in results[1].error
    assert f"Bearer {CANARY}" in server.keys  # it was really used
    assert leaks(tmp_path) == []
    assert leaks(home) == []
    said = caplog.text + capsys.readouterr().err + str(results)
    assert "canary" not in said


def answer_when_asked(runs, control, number):
    """What the window does: wait for the event, then send the key as a command."""
    for _ in range(500):
        if len(list(runs.glob("*/key-wanted.jsonl"))) > number:
            control.command({"command": "key", "provider": "test", "key": CANARY})
            return
        time.sleep(0.02)


def test_in_a_terminal_the_key_is_typed_unseen(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or CANARY)
    with RecordWriter.create(tmp_path, experiment="text-alchemy", configuration={}) as writer:
        assert asker(Context(writer))("gemini") == CANARY
    assert asked == ["Key for gemini (not kept): "]
    assert leaks(tmp_path) == []


def test_tracebacks_with_everything_in_them_show_no_key(faulty, ring, monkeypatch):
    server = faulty(["echo key", "hang up"])
    monkeypatch.setitem(PROVIDERS, "test", Provider("Test", server.url, True, "m"))
    model = Endpoint("test/m", ask=lambda provider: CANARY, attempts=1)
    for _ in range(2):
        with pytest.raises(ModelError) as raised:
            model.complete(ASK)
        text = "".join(traceback.format_exception(raised.value))
        assert "canary" not in text
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__
