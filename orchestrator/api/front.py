"""The front door: answers while the house behind it is still being lit.

Bind first, import the edge only. This ASGI application needs nothing but the standard library, so that a fresh
process answers /healthz at once; the application proper is imported and opened meanwhile, and everything else that
arrives waits for it, for a bounded time.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from core.errors import NexusError, Unavailable
from orchestrator.api.dialect import RETRY_SECONDS, openai_document, problem_document, speaks_openai

WAIT_SECONDS = 20.0
ALIVE_PATHS = frozenset({"/healthz", "/health", "/v1/health"})

log = logging.getLogger("nexus.front")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class House(Protocol):
    """The application behind: an ASGI callable, and a context that it is open in."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    def opened(self) -> AbstractAsyncContextManager[None]: ...


class FrontDoor:
    """ASGI application in front of the one that ``build`` makes (in a thread, because importing it takes long).

    ``on_open`` is called once everything can be served, ``on_failure`` with the reason where it never will be.
    """

    def __init__(
        self,
        build: Callable[[], House],
        *,
        on_open: Callable[[], None],
        on_failure: Callable[[NexusError], None],
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        self._build = build
        self._on_open = on_open
        self._on_failure = on_failure
        self._wait_seconds = wait_seconds
        self._house: House | None = None
        self._open = asyncio.Event()
        self._closing = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._house is not None:
            await self._house(scope, receive, send)
        else:
            await self._answer_early(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        owner = asyncio.create_task(self._keep_open())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._closing.set()
        await owner
        await send({"type": "lifespan.shutdown.complete"})

    async def _keep_open(self) -> None:
        """Build the house, hold it open until the server stops, close it: all in one task, as its context demands."""
        try:
            house = await asyncio.to_thread(self._build)
            async with house.opened():
                self._house = house
                self._open.set()
                self._on_open()
                await self._closing.wait()
                self._house = None
        except NexusError as error:
            self._on_failure(error)
        except Exception as error:
            log.exception("The service could not start")
            failure = Unavailable(
                f"The service could not start: {type(error).__name__}: {error}.", mend="The trace above says where."
            )
            self._on_failure(failure)

    async def _answer_early(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http":
            return
        if path in ALIVE_PATHS:
            await answer(send, 200, {"status": "ok"})
        elif path == "/readyz":
            await answer(send, 503, {"ready": False, "missing": ["application"]}, retry=True)
        else:
            await self._wait_and_pass(scope, receive, send)

    async def _wait_and_pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._open.wait()
        except TimeoutError:
            pass
        if self._house is not None:
            await self._house(scope, receive, send)
            return
        state = "stopping" if self._closing.is_set() else "still starting"
        await refuse(send, scope["path"], Unavailable(f"The service is {state}."))


async def refuse(send: Send, path: str, error: Unavailable) -> None:
    """``error`` in the words of whoever asks for ``path``, who may ask again."""
    request_id = str(uuid.uuid4())
    if speaks_openai(path):
        document = openai_document(f"{error.detail} {error.mend}", "server_error", error.code)
        await answer(send, error.status, document, retry=True, request_id=request_id)
    else:
        document = problem_document(error, request_id, error.status)
        media_type = "application/problem+json"
        await answer(send, error.status, document, retry=True, request_id=request_id, media_type=media_type)


async def answer(
    send: Send,
    status: int,
    body: dict[str, Any],
    *,
    retry: bool = False,
    request_id: str | None = None,
    media_type: str = "application/json",
) -> None:
    content = json.dumps(body, separators=(",", ":")).encode()
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if retry:
        headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
    if request_id is not None:
        headers.append((b"x-request-id", request_id.encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
