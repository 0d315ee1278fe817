"""Endpoints that fail: nothing is lost, nothing is billed that was not answered."""

import socket
import threading
import time

import pytest

pytest.importorskip("openai", reason="the package openai is not installed (extra language)")

from engine.errors import Stopped
from engine.language.budget import Price
from engine.language.endpoint import Endpoint
from engine.language.model import ContextFull, Message, ModelError, Usage

ASK = [Message("system", "You play."), Message("user", "What now?")]
PRICE = Price(prompt=1.0, completion=10.0)
ONE = Usage(100, 7, 170e-6)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("engine.language.endpoint.FIRST_WAIT", 0.01)


def endpoint(server, **options):
    return Endpoint("model", url=server.url, price=PRICE, **{"timeout": 5.0, **options})


@pytest.mark.parametrize(
    "fault", [429, 500, 502, 503, 408, "truncated", "wrong schema", "wrong types", "no json", "hang up", "empty"]
)
def test_a_passing_failure_is_tried_again_and_costs_nothing(faulty, fault):
    server = faulty([fault, fault])
    reply = endpoint(server).complete(ASK)
    assert reply.text == "Action: end the trial"
    assert reply.usage == ONE
    assert reply.attempts == 3
    assert len(server.requests) == 3
    assert server.answered == 1


def test_a_hanging_server_is_given_up_in_time(faulty):
    server = faulty(["hang"])
    started = time.monotonic()
    reply = endpoint(server, timeout=0.3).complete(ASK)
    assert reply.usage == ONE
    assert reply.attempts == 2
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("fault", [429, 500, "truncated", "wrong schema", "hang up"])
def test_a_lasting_failure_is_one_sentence(faulty, fault):
    server = faulty([fault] * 3)
    with pytest.raises(ModelError, match=r"endpoint/model did not answer after 3 attempts: \w+") as raised:
        endpoint(server, attempts=3).complete(ASK)
    assert "\n" not in str(raised.value)
    assert endpoint(server, attempts=1).complete(ASK).usage == ONE  # the failure was not kept as an answer


def test_a_refused_connection_is_one_sentence():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="no connection"):
            Endpoint("model", url=url, attempts=2).complete(ASK)


def test_an_answer_that_stays_empty_is_an_answer_and_what_was_billed_is_counted(faulty):
    server = faulty(["empty but billed"] * 3)
    reply = endpoint(server).complete(ASK)
    assert (reply.text, reply.attempts) == ("", 3)
    assert reply.usage == ONE + ONE + ONE


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_final_refusal_is_not_tried_again(faulty, status):
    server = faulty([status] * 5)
    with pytest.raises(ModelError, match=rf"refused the request \({status}\): .*status {status}"):
        endpoint(server).complete(ASK)
    assert len(server.requests) == 1


def test_a_conversation_too_long_is_told_apart(faulty):
    with pytest.raises(ContextFull, match="context length"):
        endpoint(faulty(["too long"])).complete(ASK)


def test_the_same_request_is_never_paid_for_twice(faulty):
    server = faulty()
    first = endpoint(server).complete(ASK, seed=3)
    again = endpoint(server).complete(ASK, seed=3)
    other = endpoint(server).complete(ASK, seed=4)
    assert (first.cached, again.cached, other.cached) == (False, True, False)
    assert again.text == first.text
    assert len(server.requests) == 2


def test_a_schema_is_asked_for_and_given_up_where_it_is_refused(faulty):
    server = faulty(["no schema"])
    model = endpoint(server)
    legal = ["end the trial", "place stone 1 in potion 1"]
    assert model.complete(ASK, legal_actions=legal).text == "Action: end the trial"
    assert model.complete(ASK, legal_actions=legal, seed=1).text == "Action: end the trial"
    forms = ["response_format" in body for body in server.requests]
    assert forms == [True, False, False]
    schema = server.requests[0]["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["action"]["enum"] == legal


def test_a_newer_name_of_the_limit_is_taken_up(faulty):
    server = faulty(["other name"])
    model = endpoint(server)
    assert model.complete(ASK, max_tokens=33).usage == ONE
    assert model.complete(ASK, max_tokens=33, seed=1).usage == ONE
    assert [body.get("max_completion_tokens") for body in server.requests] == [None, 33, 33]
    assert "max_tokens" not in server.requests[1]


def test_closing_ends_the_waits_between_attempts(faulty, monkeypatch):
    monkeypatch.setattr("engine.language.endpoint.FIRST_WAIT", 30.0)
    server = faulty([500] * 6)
    model, ended = endpoint(server), []

    def ask():
        with pytest.raises(Stopped):
            model.complete(ASK)
        ended.append(True)

    thread = threading.Thread(target=ask)
    thread.start()
    while not server.requests:
        time.sleep(0.01)
    time.sleep(0.1)
    model.close()
    thread.join(2)
    assert ended == [True]


def test_names_of_endpoints(faulty):
    with pytest.raises(ModelError, match="endpoint/PROVIDER/MODEL"):
        Endpoint("gpt-4o")
    with pytest.raises(ModelError, match="No key for openai"):
        Endpoint("openai/gpt-4o", ask=lambda provider: None)
    asked = []
    Endpoint("openrouter/some/model", ask=lambda provider: asked.append(provider) or "sk-canary-123456789")
    assert asked == ["openrouter"]
    Endpoint("ollama/qwen3:4b")
