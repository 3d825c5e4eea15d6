"""A contract case's world: exactly its exchanges, in order, behind the same gate."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import NexusError, PolicyViolation
from modules.broker import EgressDenied, FixtureMismatch, FixtureSession, Grant, parse_origin

GRANT = Grant(frozenset({parse_origin("https://a.example")}), frozenset({"http"}))
REQUEST = {"method": "POST", "url": "https://a.example/x?b=2&a=%31", "headers": [["X-A", "1"]], "body": '{"k": 1}'}
EXCHANGE = {
    "request": REQUEST,
    "response": {"status": 200, "headers": [["Content-Type", "application/json"]], "body": "{}"},
}


def session() -> FixtureSession:
    return FixtureSession([EXCHANGE], GRANT)


async def test_the_described_request_gets_the_described_answer() -> None:
    fixture = session()
    same = {"method": "POST", "url": "https://a.example/x?a=1&b=2", "headers": [["x-a", "1"]], "body": '{ "k":1 }'}
    answer = await fixture.handle("http", same)
    assert (answer["status"], answer["text"]) == (200, "{}")
    assert (fixture.problems, fixture.unused) == ([], 0)


@pytest.mark.parametrize(
    "change",
    [{"method": "GET"}, {"url": "https://a.example/y?a=1&b=2"}, {"url": "https://a.example/x?a=1"}, {"headers": []},
     {"body": '{"k": 2}'}, {"body": None}, {"headers": [["X-A", "2"]]}],
)  # fmt: skip
async def test_another_request_is_a_problem_that_the_adapter_cannot_hide(change: dict[str, Any]) -> None:
    fixture = session()
    with pytest.raises(FixtureMismatch):
        await fixture.handle("http", {**REQUEST, **change})
    assert len(fixture.problems) == 1
    assert fixture.unused == 1


async def test_a_request_too_many_is_a_problem() -> None:
    fixture = session()
    await fixture.handle("http", dict(REQUEST))
    with pytest.raises(FixtureMismatch):
        await fixture.handle("http", dict(REQUEST))
    assert fixture.problems


async def test_the_gate_stands_in_tests_too() -> None:
    with pytest.raises(EgressDenied):
        await session().handle("http", {**REQUEST, "url": "https://evil.example/"})
    with pytest.raises(PolicyViolation):
        await session().handle("files", {"id": "x"})
    with pytest.raises(NexusError):
        await session().handle("http", {**REQUEST, "headers": [["X", "a\r\nb"]]})
