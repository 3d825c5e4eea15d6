"""A contract case's world: exactly its exchanges, in order, behind the same gate."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BudgetExceeded, InvalidInput, NexusError, PolicyViolation
from modules.broker import BrokerLimits, EgressDenied, FixtureMismatch, FixtureSession, Grant, parse_origin

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


MAKER = Grant(frozenset(), frozenset({"artifacts"}))
TEXT = {"action": "put", "name": "a", "media_type": "text/plain", "text": "hello", "base64": None}


async def test_a_case_s_artifacts_are_kept_as_in_production() -> None:
    fixture = FixtureSession([], MAKER)
    assert await fixture.handle("artifacts", TEXT) == {"id": "artifact-1"}
    (artifact,) = fixture.artifacts
    assert (artifact.name, artifact.media_type, artifact.bytes) == ("a", "text/plain", 5)
    assert artifact.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    assert fixture.problems == []


@pytest.mark.parametrize("change", [{"text": "a\0b"}, {"media_type": "text/html"}, {"name": "../a"}, {"text": 7}])
async def test_a_refused_artifact_is_a_problem_that_the_adapter_cannot_hide(change: dict[str, Any]) -> None:
    fixture = FixtureSession([], MAKER)
    with pytest.raises(InvalidInput) as refused:
        await fixture.handle("artifacts", {**TEXT, **change})
    assert fixture.problems == [f"{refused.value.detail} {refused.value.mend}"]
    assert list(fixture.artifacts) == []


async def test_the_budget_of_a_case_is_that_of_a_run() -> None:
    fixture = FixtureSession([], MAKER, BrokerLimits(artifacts=1))
    await fixture.handle("artifacts", TEXT)
    with pytest.raises(BudgetExceeded):
        await fixture.handle("artifacts", TEXT)
    assert fixture.problems
