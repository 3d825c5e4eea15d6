"""What every request passes first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from core.clock import SystemClock
from core.ids import TimeOrderedIds
from orchestrator.api import guard
from orchestrator.api.guard import Guard


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)), headers={"Cache-Control": "private"})(scope, receive, send)


async def broken(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("the password is hunter2")


def guarded(app=echo) -> Guard:
    ids = TimeOrderedIds(SystemClock())
    return Guard(app, ids=ids, names=frozenset({"nexus.example"}), body_limit=10, body_limits={"/large": 100})


async def test_every_response_has_a_request_id_and_the_headers(ask) -> None:
    response = await ask(guarded(), "GET", "/")

    assert response.status_code == 200
    assert len(response.headers["x-request-id"]) == 36
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert response.headers["cache-control"] == "private", "a route's own header stays"


async def test_a_callers_request_id_is_kept_if_it_is_one(ask) -> None:
    given = await ask(guarded(), "GET", "/", headers={"X-Request-ID": "trace-7"})
    wild = await ask(guarded(), "GET", "/", headers={"X-Request-ID": "a b<script>" * 20})

    assert given.headers["x-request-id"] == "trace-7"
    assert "script" not in wild.headers["x-request-id"]


async def test_a_foreign_host_is_refused(ask) -> None:
    refused = await ask(guarded(), "GET", "/", headers={"Host": "evil.example"})
    answered = await ask(guarded(), "GET", "/", headers={"Host": "nexus.example"})

    assert (refused.status_code, refused.json()["code"]) == (421, "misdirected")
    assert answered.status_code == 200


async def test_a_body_over_the_limit_is_refused_by_its_length(ask) -> None:
    response = await ask(guarded(), "POST", "/", content=b"x" * 11)

    assert response.status_code == 413
    problem = response.json()
    assert (problem["code"], problem["status"]) == ("too_large", 413)
    assert problem["detail"] == "The request's body is over 10 bytes."
    assert problem["mend"]
    assert problem["request_id"] == response.headers["x-request-id"]


async def answered(headers: list[tuple[bytes, bytes]], receive: Receive) -> int:
    """The status with which a request is answered whose body comes from ``receive``."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"host", b"localhost"), *headers]}
    await guarded()(scope, receive, send)
    return sent[0]["status"]


async def test_a_client_that_asks_before_it_sends_too_much_is_told_at_once() -> None:
    async def receive() -> Message:
        raise AssertionError("the body was read")

    assert await answered([(b"content-length", b"11"), (b"expect", b"100-continue")], receive) == 413


@pytest.mark.parametrize("headers", [[(b"content-length", b"12")], []])
async def test_a_client_that_sends_too_much_is_heard_out_before_it_is_told(headers: list[tuple[bytes, bytes]]) -> None:
    left = [b"1234", b"1234", b"1234", b"1234"]

    async def receive() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": bool(left)}

    assert await answered(headers, receive) == 413
    assert left == []


async def test_a_client_that_never_ends_is_told_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "DRAIN_SECONDS", 0.05)

    async def receive() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x" * 6, "more_body": True}

    assert await answered([], receive) == 413


async def test_a_path_may_have_a_limit_of_its_own(ask) -> None:
    assert (await ask(guarded(), "POST", "/large", content=b"x" * 100)).text == "100"
    assert (await ask(guarded(), "POST", "/large", content=b"x" * 101)).status_code == 413
    assert (await ask(guarded(), "POST", "/", content=b"x" * 10)).text == "10"


async def test_a_failure_inside_tells_the_log_and_not_the_caller(ask, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = await ask(guarded(broken), "GET", "/")

    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["code"] == "internal"
    assert "hunter2" not in response.text
    assert response.json()["request_id"] in caplog.text
    assert "hunter2" in caplog.text


async def chunks(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b"12345"


async def test_a_body_without_a_length_is_counted(ask) -> None:
    assert (await ask(guarded(), "POST", "/", content=chunks(2))).text == "10"
    assert (await ask(guarded(), "POST", "/", content=chunks(3))).status_code == 413
