"""Budgets hold, and answers are found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.budget import Budget, Price
from engine.language.cache import AnswerCache, request_key
from engine.language.model import Message, Reply, Usage

ASK = [Message("user", "word " * 200)]


@given(st.lists(st.integers(1, 300), min_size=1, max_size=60), st.integers(500, 20_000))
def test_a_budget_is_never_exceeded(sizes, limit):
    """Whatever answers take, as long as they keep to their limit and no byte is more than a token."""
    budget = Budget(tokens=limit)
    for number, size in enumerate(sizes):
        ticket = budget.reserve(ASK, 300)
        if ticket is None:
            break
        budget.settle(ticket, ASK, Usage(200 + number % 7, size))
        assert budget.used.tokens <= limit


def test_requests_under_way_count():
    budget = Budget(tokens=3000)
    assert budget.reserve(ASK, 300)
    assert budget.reserve(ASK, 300)
    assert budget.reserve(ASK, 300) is None


def test_what_is_known_of_the_tokeniser_makes_room():
    budget = Budget(tokens=3000)
    first = budget.reserve(ASK, 300)
    budget.settle(first, ASK, Usage(250, 100))
    assert all(budget.reserve(ASK, 300) for _ in range(4))


def test_money_is_a_limit_of_its_own_and_cached_answers_are_free():
    budget = Budget(dollars=0.01, price=Price(1.0, 10.0))
    ticket = budget.reserve(ASK, 500)
    budget.settle(ticket, ASK, Usage(200, 500, 0.0052), paid=False)
    assert budget.used == Usage()
    ticket = budget.reserve(ASK, 500)
    budget.settle(ticket, ASK, Usage(200, 500, 0.0052))
    assert budget.reserve(ASK, 500) is None
    assert Budget().reserve(ASK, 10**9)


def test_an_answer_is_found_by_an_equal_request_alone(tmp_path):
    cache = AnswerCache(tmp_path)
    key = request_key({"model": "m", "seed": 1, "messages": [{"role": "user", "content": "ä"}]})
    assert key == request_key({"messages": [{"role": "user", "content": "ä"}], "seed": 1, "model": "m"})
    assert cache.find(key) is None
    cache.keep(key, Reply("Action: wait", Usage(10, 2, 0.5), 3.0, finish="stop"))
    found = cache.find(key)
    assert (found.text, found.usage, found.cached, found.finish) == ("Action: wait", Usage(10, 2, 0.5), True, "stop")
    assert cache.find(request_key({"model": "m", "seed": 2, "messages": []})) is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"text": 5, "finish": "", "usage": [1, 2, 3]}', b"\xff\xfe", b'{"text": "a"}']
)
def test_a_damaged_answer_counts_as_missing(tmp_path, damage):
    cache, key = AnswerCache(tmp_path), request_key({"model": "m"})
    cache.keep(key, Reply("x"))
    next(tmp_path.glob("*/*.json")).write_bytes(damage)
    assert cache.find(key) is None


def test_a_disk_that_refuses_costs_nothing_but_the_saving(tmp_path):
    (tmp_path / "file").write_text("")
    AnswerCache(tmp_path / "file").keep("ab" * 32, Reply("x"))
    assert AnswerCache(tmp_path / "file").find("ab" * 32) is None
