"""The one way to the application from outside it: the running service, or the same application in this process.

Command line and ``Companion`` stand on it (decision: one door).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import httpx

from core.errors import InvalidInput, NexusError, Unavailable
from core.settings import Settings
from orchestrator.data_directory import DataDirectory, InUse, RunningService
from orchestrator.serving import holds_database
from orchestrator.streaming_transport import StreamingASGITransport

TIMEOUT = httpx.Timeout(60.0, connect=5.0, read=None)
HOLDER_SECONDS = 60.0
POLL_SECONDS = 0.1
IN_PROCESS_URL = "http://localhost"


class Refusal(NexusError):
    """A problem document that the service answered with; ``document`` is the whole of it."""

    def __init__(self, document: dict[str, Any]) -> None:
        standard = {"type", "title", "status", "code", "detail", "mend", "request_id"}
        facts = {name: value for name, value in document.items() if name not in standard and name.isidentifier()}
        super().__init__(str(document.get("detail", "The service refused.")), mend=document.get("mend"), **facts)
        self.document = document
        self.answered_code = str(document.get("code", "internal"))
        self.answered_status = int(document.get("status", 500))


class Client:
    """JSON over HTTP to one service, as one caller."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def call(self, method: str, path: str, **request: Any) -> Any:
        """The JSON that the service answers (``None`` for an empty answer).

        Raises ``Refusal``, ``Unavailable``, and ``InvalidInput`` where ``json`` is nothing that JSON can say.
        """
        try:
            built = self.http.build_request(method, path, **request)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(
                f"This cannot be sent as JSON in UTF-8: {reason_of(error)}.", mend="Correct the text that you gave."
            ) from None
        try:
            response = await self.http.send(built)
        except httpx.TransportError as error:
            raise lost(error) from error
        if response.is_error:
            raise refusal(response.content, response.status_code)
        return response.json() if response.content else None

    async def get(self, path: str, **request: Any) -> Any:
        return await self.call("GET", path, **request)

    async def events(self, path: str, *, after: int = 0) -> AsyncIterator[dict[str, Any]]:
        """The events of an SSE path, each once, across lost connections; ends when the service ends the stream.

        A path that is cut is asked for again from the last event seen.
        """
        while True:
            try:
                async with self.http.stream(
                    "GET", path, headers={"Accept": "text/event-stream", "Last-Event-ID": str(after)}
                ) as response:
                    if response.is_error:
                        raise refusal(await response.aread(), response.status_code)
                    async for line in response.aiter_lines():
                        if line.startswith("data:"):
                            event = json.loads(line.removeprefix("data:"))
                            after = event["id"]
                            yield event
                return
            except httpx.RemoteProtocolError:
                await asyncio.sleep(POLL_SECONDS)
            except httpx.TransportError as error:
                raise lost(error) from error


@asynccontextmanager
async def connect(settings: Settings, *, url: str | None = None, key: str | None = None) -> AsyncIterator[Client]:
    """A client of the service of ``settings.data_dir``, or of the one at ``url``.

    Without a running service the application is opened in this process, which holds the directory meanwhile.
    """
    if url is not None:
        async with remote(url, key) as client:
            yield client
        return
    directory = DataDirectory(settings.data_dir)
    directory.prepare()
    async with AsyncExitStack() as stack:
        service = await find_or_hold(settings, directory, stack)
        opened = embedded(settings) if service is None else remote(service.url, directory.owner_key())
        yield await stack.enter_async_context(opened)


async def find_or_hold(settings: Settings, directory: DataDirectory, stack: AsyncExitStack) -> RunningService | None:
    """The running service; or none, and then ``stack`` holds the directory where that is needed.

    Another command may hold the directory for a moment without serving: it is waited for.
    """
    if not holds_database(settings):
        service = directory.running()
        return service if service is not None and await answers(service) else None
    deadline = asyncio.get_running_loop().time() + HOLDER_SECONDS
    while True:
        try:
            stack.enter_context(directory.held())
            return None
        except InUse:
            # The directory is held, so an announcement in it is its holder's, unless that has just begun.
            service = directory.running()
            if service is not None and await answers(service):
                return service
            if asyncio.get_running_loop().time() > deadline:
                raise
        await asyncio.sleep(POLL_SECONDS)


async def answers(service: RunningService) -> bool:
    """Whether a service answers where the announcement says."""
    with suppress(httpx.HTTPError):
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as http:
            return (await http.get(service.url + "/healthz")).is_success
    return False


@asynccontextmanager
async def remote(url: str, key: str | None) -> AsyncIterator[Client]:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT, trust_env=False) as http:
        yield Client(http)


@asynccontextmanager
async def embedded(settings: Settings) -> AsyncIterator[Client]:
    """The application, opened in this process and asked as over HTTP."""
    from orchestrator.app import create_app

    app = create_app(settings)
    async with app.router.lifespan_context(app):
        headers = {"Authorization": f"Bearer {DataDirectory(settings.data_dir).owner_key()}"}
        transport = StreamingASGITransport(app)
        async with httpx.AsyncClient(
            transport=transport, base_url=IN_PROCESS_URL, headers=headers, timeout=TIMEOUT
        ) as http:
            yield Client(http)


def refusal(content: bytes, status: int) -> Refusal:
    try:
        document = json.loads(content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        document = {"status": status, "code": "internal", "detail": f"The service answered with status {status}."}
    return Refusal(document)


def reason_of(error: Exception) -> str:
    """Why a value has no JSON, in words."""
    if isinstance(error, UnicodeError):
        return "a text holds bytes that are no UTF-8"
    return "it is nested too deep" if isinstance(error, RecursionError) else str(error)


def lost(error: httpx.TransportError) -> Unavailable:
    return Unavailable(
        f"The service cannot be reached: {str(error) or type(error).__name__}.",
        mend="See whether `nexus serve` is running and what it says.",
    )
