"""The front door: what it answers while the house behind it is not open yet."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.responses import PlainTextResponse

from core.errors import Conflict, NexusError
from orchestrator.api.front import FrontDoor


class House:
    """An application that says where the request got to, and remembers whether it is open."""

    is_open = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await PlainTextResponse("house")(scope, receive, send)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        self.is_open = True
        yield
        self.is_open = False


class Stage:
    """A front door whose house is built when the test says so."""

    def __init__(self, wait_seconds: float = 30.0, failure: Exception | None = None) -> None:
        self.house = House()
        self.go = threading.Event()
        self.failure = failure
        self.opened = asyncio.Event()
        self.failed: asyncio.Future[NexusError] = asyncio.get_running_loop().create_future()
        self.door = FrontDoor(
            self.build, on_open=self.opened.set, on_failure=self.failed.set_result, wait_seconds=wait_seconds
        )

    def build(self) -> House:
        self.go.wait()
        if self.failure:
            raise self.failure
        return self.house

    @asynccontextmanager
    async def live(self) -> AsyncIterator[FrontDoor]:
        """The server's side of the lifespan protocol."""
        messages: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        sent: asyncio.Queue[Any] = asyncio.Queue()
        life = asyncio.create_task(self.door({"type": "lifespan"}, messages.get, sent.put))
        await messages.put({"type": "lifespan.startup"})
        assert (await sent.get())["type"] == "lifespan.startup.complete"
        try:
            yield self.door
        finally:
            self.go.set()
            await messages.put({"type": "lifespan.shutdown"})
            assert (await sent.get())["type"] == "lifespan.shutdown.complete"
            await life


@pytest.mark.parametrize("path", ["/healthz", "/health", "/v1/health"])
async def test_healthz_answers_at_once(ask, path: str) -> None:
    async with Stage().live() as door:
        response = await ask(door, "GET", path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readyz_says_what_is_missing_until_the_house_is_open(ask) -> None:
    stage = Stage()
    async with stage.live() as door:
        early = await ask(door, "GET", "/readyz")
        stage.go.set()
        await stage.opened.wait()
        late = await ask(door, "GET", "/readyz")

    assert (early.status_code, early.json()) == (503, {"ready": False, "missing": ["application"]})
    assert early.headers["retry-after"]
    assert late.text == "house"


async def test_an_early_request_waits_and_is_then_answered(ask) -> None:
    stage = Stage()
    async with stage.live() as door:
        waiting = asyncio.create_task(ask(door, "GET", "/v1/me"))
        await ask(door, "GET", "/healthz")
        assert not waiting.done()
        stage.go.set()

        assert (await waiting).text == "house"


async def test_an_early_request_does_not_wait_for_ever(ask) -> None:
    async with Stage(wait_seconds=0.01).live() as door:
        response = await ask(door, "GET", "/v1/me")

    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"]
    document = response.json()
    assert document["code"] == "unavailable"
    assert document["request_id"] == response.headers["x-request-id"]


async def test_openais_clients_are_told_in_their_own_words(ask) -> None:
    async with Stage(wait_seconds=0.01).live() as door:
        response = await ask(door, "POST", "/v1/chat/completions")

    assert (response.status_code, response.headers["content-type"]) == (503, "application/json")
    assert response.headers["retry-after"]
    assert response.headers["x-request-id"]
    assert response.json() == {
        "error": {
            "message": "The service is still starting. Try again in a moment.",
            "type": "server_error",
            "param": None,
            "code": "unavailable",
        }
    }


async def test_a_house_that_closes_says_so(ask) -> None:
    stage = Stage()
    async with stage.live() as door:
        stage.go.set()
        await stage.opened.wait()
    for path in ("/v1/me", "/v1/models"):
        response = await ask(door, "GET", path)
        assert response.status_code == 503
        assert "The service is stopping." in response.text


async def test_the_house_is_closed_when_the_server_stops() -> None:
    stage = Stage()
    async with stage.live():
        stage.go.set()
        await stage.opened.wait()
        assert stage.house.is_open

    assert not stage.house.is_open


@pytest.mark.parametrize(
    ("failure", "said"),
    [(Conflict("In use."), "In use."), (RuntimeError("odd"), "The service could not start: RuntimeError: odd.")],
)
async def test_a_house_that_cannot_be_built_is_reported(failure: Exception, said: str) -> None:
    stage = Stage(failure=failure)
    async with stage.live():
        stage.go.set()

        assert (await stage.failed).detail == said
