"""An httpx transport into an ASGI application that passes each part of a response on as it is made.

httpx's own collects the whole response first, so that a stream of events would never begin.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx
from starlette.types import ASGIApp, Message

CHUNKS_AHEAD = 16
LEAVING_SECONDS = 5.0


class StreamingASGITransport(httpx.AsyncBaseTransport):
    """Calls ``app`` in a task of its own for each request. A response that is closed early is a client that left."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        exchange = Exchange(await request.aread())
        exchange.task = asyncio.create_task(exchange.run(self._app, scope_of(request)))
        try:
            status, headers = await exchange.start()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(status, headers=headers, stream=exchange)


class Exchange(httpx.AsyncByteStream):
    """One request and its response on the way."""

    task: asyncio.Task[None]

    def __init__(self, body: bytes) -> None:
        self._body: bytes | None = body
        self._closed = asyncio.Event()
        # ``None`` ends the body; a failure of the application is passed on as it is.
        self._messages: asyncio.Queue[Message | BaseException | None] = asyncio.Queue(CHUNKS_AHEAD)

    async def run(self, app: ASGIApp, scope: dict[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:
            await self._messages.put(error)
        else:
            await self._messages.put(None)

    async def start(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        message = await self._next()
        if message is None or message["type"] != "http.response.start":
            raise httpx.RemoteProtocolError("The application answered nothing.")
        return message["status"], list(message.get("headers", []))

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (message := await self._next()) is not None:
            if chunk := message.get("body", b""):
                yield chunk
            if not message.get("more_body", False):
                return

    async def aclose(self) -> None:
        """The client is done, or leaves: the application hears of it as from a server, and ends in its own time."""
        self._closed.set()
        while not self._messages.empty():
            self._messages.get_nowait()
        _, unfinished = await asyncio.wait({self.task}, timeout=LEAVING_SECONDS)
        for task in unfinished:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _send(self, message: Message) -> None:
        if self._closed.is_set():
            # ASGI's way to say that the client has left.
            raise OSError("The client has left.")
        await self._messages.put(message)

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._closed.wait()
        return {"type": "http.disconnect"}

    async def _next(self) -> Message | None:
        message = await self._messages.get()
        if isinstance(message, BaseException):
            raise message
        return message


def scope_of(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "server": (request.url.host, request.url.port or 80),
        "client": ("127.0.0.1", 0),
        "root_path": "",
        "state": {},
    }
