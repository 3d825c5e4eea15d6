"""What every request passes first: an id, the Host check, the size limit; and what every response carries."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping, Set
from contextlib import suppress
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import InvalidInput, NexusError, TooLarge
from core.ids import Ids
from orchestrator.api.origins import answers_to
from orchestrator.api.problem import too_large
from orchestrator.api.refusal import refused

log = logging.getLogger("nexus.api")

DRAIN_SECONDS = 10.0
"""How long a body that is too large is read on, and thrown away, so that its sender can hear why."""
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
CLOSE = {"Connection": "close"}
RESPONSE_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


class Misdirected(InvalidInput):
    """The request is for a host that we do not answer to."""

    code = "misdirected"
    status = 421
    default_mend = "Use the address that `nexus serve` printed, or make that name the host of the setting bind."


class BodyTooLarge(HTTPException):
    """Raised into whoever reads the body. The framework lets its own kind of exception through, and no other."""


class Guard:
    """ASGI middleware around the whole application.

    ``body_limits`` names the paths that take more than ``body_limit`` bytes. The request's id is in
    ``scope["nexus.request_id"]``, on the response as ``X-Request-ID`` and in the log.
    """

    def __init__(
        self, app: ASGIApp, *, ids: Ids, names: Set[str], body_limit: int, body_limits: Mapping[str, int]
    ) -> None:
        self._app = app
        self._ids = ids
        self._names = names
        self._body_limit = body_limit
        self._body_limits = body_limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = self._request_id(headers)
        limit = self._body_limits.get(scope["path"], self._body_limit)
        scope["nexus.request_id"] = request_id
        scope["nexus.body_limit"] = limit
        outgoing = Outgoing(send, request_id)
        if refusal := self._refusal(headers, limit):
            if isinstance(refusal, TooLarge) and headers.get("expect", "").lower() != "100-continue":
                await drained(receive)
            await refused(scope, refusal, CLOSE)(scope, receive, outgoing)
            return
        try:
            await self._app(scope, Incoming(receive, limit), outgoing)
        except ClientDisconnect:
            log.debug("request %s: the client left", request_id)
        except BodyTooLarge:
            await refused(scope, too_large(limit), CLOSE)(scope, receive, outgoing)
        except Exception:
            log.exception("request %s: %s %s failed", request_id, scope["method"], scope["path"])
            if outgoing.started:
                raise
            failure = NexusError("Something went wrong inside.")
            await refused(scope, failure)(scope, receive, outgoing)

    def _request_id(self, headers: Headers) -> str:
        given = headers.get("x-request-id", "")
        return given if REQUEST_ID.fullmatch(given) else self._ids.new()

    def _refusal(self, headers: Headers, limit: int) -> NexusError | None:
        host = headers.get("host", "")
        if not answers_to(host, self._names):
            return Misdirected(f"This service does not answer to the name {host!r}.")
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > limit:
            return too_large(limit)
        return None


async def drained(receive: Receive) -> None:
    """Read the rest of a refused body and drop it, for a bounded time.

    Most clients listen only once they have sent everything, and a connection that is closed with bytes still unread is
    reset: they would hear of a broken connection and never of the limit.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while (await receive()).get("more_body", False):
                pass


class Incoming:
    """Counts the body, for requests that do not say how long they are."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                if message.get("more_body", False):
                    await drained(self._receive)
                raise BodyTooLarge(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, headers=CLOSE)
        return message


class Outgoing:
    """Adds the headers that every response carries, where it has none of its own."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in RESPONSE_HEADERS.items():
                headers.setdefault(name, value)
            headers["x-request-id"] = self._request_id
        await self._send(message)
