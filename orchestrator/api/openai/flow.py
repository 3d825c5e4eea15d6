"""An answer that is streamed: begun before its first byte is sent, kept alive, and ended when its client goes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing
from typing import Any, Generic, TypeVar

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import ClientDisconnect, Request
from starlette.types import Receive, Scope, Send

from core.errors import NexusError
from orchestrator.api.sse import KEEP_ALIVE_SECONDS

log = logging.getLogger("nexus.api")

PATIENCE_SECONDS = 10.0
"""How long the first part is waited for: until then a failure has a status of its own."""

T = TypeVar("T")


class Flow(Generic[T]):
    """Reads a generator in a task of its own, which ``aclose`` ends, whoever iterates or not."""

    def __init__(self, parts: AsyncGenerator[T]) -> None:
        self._queue: asyncio.Queue[T | None] = asyncio.Queue()
        self._begun = asyncio.Event()
        self._failure: NexusError | None = None
        self._reading = asyncio.create_task(self._read(parts))

    async def begun(self) -> None:
        """Wait for the first part, or long enough. Raises what went wrong before it."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._begun.wait()
        except TimeoutError:
            return
        if self._failure is not None and self._queue.qsize() == 1:
            raise self._failure

    async def parts(self) -> AsyncIterator[T]:
        """Every part. Raises what went wrong after them."""
        while (part := await self._queue.get()) is not None:
            yield part
        if self._failure is not None:
            raise self._failure

    async def aclose(self) -> None:
        """End the generator, and wait until it has."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self, parts: AsyncGenerator[T]) -> None:
        try:
            async with aclosing(parts):
                async for part in parts:
                    self._queue.put_nowait(part)
                    self._begun.set()
        except NexusError as error:
            self._failure = error
        except Exception:
            log.exception("an answer failed while it was streamed")
            self._failure = NexusError("Something went wrong inside.")
        finally:
            self._queue.put_nowait(None)
            self._begun.set()


class FlowResponse(EventSourceResponse):
    """Events made of a flow, which ends with the response however that ends."""

    def __init__(self, events: AsyncIterator[ServerSentEvent], flow: Flow[Any]) -> None:
        super().__init__(
            events,
            ping=KEEP_ALIVE_SECONDS,
            ping_message_factory=lambda: ServerSentEvent(comment="alive", sep="\n"),
            sep="\n",
        )
        self._flow = flow

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._flow.aclose()


async def begin(request: Request, parts: AsyncGenerator[T]) -> Flow[T]:
    """A flow of ``parts`` that has begun. Raises what went wrong before the first of them."""
    flow = Flow(parts)
    try:
        await unless_gone(request, flow.begun())
    except BaseException:
        await flow.aclose()
        raise
    return flow


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T:
    """The result of ``work``, which is cancelled when the client goes: then ``ClientDisconnect`` is raised."""
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise ClientDisconnect
        return working.result()
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
