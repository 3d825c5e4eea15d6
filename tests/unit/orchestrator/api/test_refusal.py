"""Every error leaves as problem+json, and under ``/v1`` as OpenAI's clients read it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI

from core.clock import SystemClock
from core.errors import Conflict, NexusError, Unauthenticated, Unavailable
from core.ids import TimeOrderedIds
from orchestrator.api import refusal
from orchestrator.api.bodies import Body
from orchestrator.api.guard import Guard


class Secret(Body):
    value: Any
    count: int = 0
    name: str = ""


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    refusal.install(app)
    ids = TimeOrderedIds(SystemClock())
    app.add_middleware(Guard, ids=ids, names=frozenset(), body_limit=100_000, body_limits={})

    @app.post("/take")
    @app.post("/v1/take")
    async def take(body: Secret) -> Any:
        return body.value

    @app.get("/fail/{name}")
    @app.get("/v1/fail/{name}")
    async def fail(name: str) -> None:
        errors: dict[str, NexusError] = {
            "conflict": Conflict("It was answered.", first="approve", status="mine", title="not this"),
            "key": Unauthenticated("No."),
            "busy": Unavailable("Not now."),
        }
        raise errors[name]

    return app


MEMBERS = {"type", "title", "status", "code", "detail", "mend", "request_id"}


REFUSALS = pytest.mark.parametrize(
    ("method", "path", "arguments", "status", "code"),
    [
        ("GET", "/nowhere", {}, 404, "not_found"),
        ("GET", "/take", {}, 405, "method_not_allowed"),
        ("POST", "/take", {"json": {}}, 422, "invalid_input"),
        ("POST", "/take", {"content": b"{", "headers": {"content-type": "application/json"}}, 400, "bad_request"),
        ("POST", "/take", {"content": b'"\xff"', "headers": {"content-type": "application/json"}}, 400, "bad_request"),
        (
            "POST",
            "/take",
            {"content": b"[" * 99_000, "headers": {"content-type": "application/json"}},
            400,
            "bad_request",
        ),
        (
            "POST",
            "/take",
            {"content": b"9" * 9_000, "headers": {"content-type": "application/json"}},
            400,
            "bad_request",
        ),
        ("GET", "/fail/conflict", {}, 409, "conflict"),
        ("GET", "/fail/key", {}, 401, "unauthenticated"),
        ("GET", "/fail/busy", {}, 503, "unavailable"),
        ("GET", "/fail/unknown", {}, 500, "internal"),
        ("GET", "/take", {"headers": {"host": "evil.example"}}, 421, "misdirected"),
        ("POST", "/take", {"content": b"x" * 100_001}, 413, "too_large"),
    ],
)


@REFUSALS
async def test_every_error_is_a_problem_document(ask, app, method, path, arguments, status, code) -> None:
    response = await ask(app, method, path, **arguments)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    assert set(document) >= MEMBERS
    assert (document["status"], document["code"]) == (status, code)
    assert document["detail"].endswith(".")
    assert document["mend"].endswith(".")
    assert document["request_id"] == response.headers["x-request-id"]


@REFUSALS
async def test_openais_clients_are_refused_in_their_own_words(ask, app, method, path, arguments, status, code) -> None:
    response = await ask(app, method, "/v1" + path, **arguments)

    assert response.status_code == {422: 400}.get(status, status)
    assert response.headers["content-type"] == "application/json"
    assert set(response.json()) == {"error"}
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == ("invalid_request_error" if status < 500 else "server_error")
    assert error["code"] == {"unauthenticated": "invalid_api_key"}.get(code, code)
    assert response.headers["x-request-id"]


async def test_what_was_sent_is_not_repeated(ask, app) -> None:
    response = await ask(app, "POST", "/take", json={"name": ["s3cret"], "count": "s3cret", "value": 1})

    assert "s3cret" not in response.text
    assert {error["place"] for error in response.json()["errors"]} == {"body.name", "body.count"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"value": "\\ud800"}', "half of a character"),
        (b'{"value": {"a": ["\\udc00 "]}}', "half of a character"),
        (b'{"value": {"\\udc00": 1}}', "half of a character"),
        (b'{"value": "a\\u0000b"}', "NUL"),
        (b'{"value": NaN}', "NaN"),
        (b'{"value": -Infinity}', "infinite"),
        (b'{"value": ' + b"[" * 300 + b"]" * 300 + b"}", "nested"),
    ],
)
async def test_what_cannot_be_stored_is_refused(ask, app, body: bytes, said: str) -> None:
    response = await ask(app, "POST", "/take", content=body, headers={"content-type": "application/json"})

    assert response.status_code == 422
    assert said in response.json()["detail"]


async def test_every_character_that_is_one_is_taken(ask, app) -> None:
    text = "ünï \U0001f600 \u2028 \ufffd"

    assert (await ask(app, "POST", "/take", json={"value": text})).json() == text


async def test_facts_are_members_but_never_outrank_the_standard_ones(ask, app) -> None:
    document = (await ask(app, "GET", "/fail/conflict")).json()

    assert document["first"] == "approve"
    assert document["status"] == 409
    assert document["title"] == "Conflict"


async def test_headers_that_a_status_promises_are_there(ask, app) -> None:
    assert (await ask(app, "GET", "/fail/key")).headers["www-authenticate"].startswith("Bearer")
    assert (await ask(app, "GET", "/fail/busy")).headers["retry-after"]
    assert (await ask(app, "GET", "/take")).headers["allow"] == "POST"
    assert (await ask(app, "GET", "/v1/fail/key")).headers["www-authenticate"].startswith("Bearer")
    assert (await ask(app, "GET", "/v1/take")).headers["allow"] == "POST"
    for path in ("/take", "/v1/take"):
        for content in (b"x" * 100_001, endless()):
            assert (await ask(app, "POST", path, content=content)).headers["connection"] == "close"


async def endless() -> AsyncIterator[bytes]:
    for _ in range(20):
        yield b"x" * 10_000
