"""One HTTP exchange with one judged address: warm pooled connections, deadlines and caps; no proxies, no cookies."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from typing import Final

import httpcore
import httpx

from core.errors import UpstreamFailed
from modules.broker.address import Target
from modules.broker.body import ACCEPTED_ENCODINGS, reader_for
from modules.broker.limits import BrokerLimits
from modules.broker.network import PinnedBackend, Reach, Resolver, SystemResolver
from modules.broker.refusal import ResponseTooLarge, UpstreamTimeout

REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
USER_AGENT: Final = "nexus"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: header names as sent, values as text, the body decompressed. ``wire_bytes`` counts it as it came."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    wire_bytes: int

    def header(self, name: str) -> str:
        """The first header of that (lower-case) name, or an empty text."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Connections:
    """Two pools, so that a connection that a binding opened never serves a module without that binding."""

    def __init__(
        self, limits: BrokerLimits, *, resolver: Resolver | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self._limits = limits
        self._resolver = resolver or SystemResolver()
        self._tls = tls
        self._pools: dict[Reach, httpcore.AsyncConnectionPool] = {}

    async def send(
        self,
        method: str,
        target: Target,
        reach: Reach,
        headers: list[tuple[str, str]],
        body: bytes,
        cap: int,
        seconds: float,
    ) -> Reply:
        """Send one request and read its answer whole, up to ``cap`` bytes in ``seconds``; redirects are the caller's.

        Raises ``EgressDenied``, ``UpstreamTimeout``, ``ResponseTooLarge`` or ``UpstreamFailed``.
        """
        request = httpcore.Request(
            method.encode("ascii"),
            httpcore.URL(
                scheme=target.origin.scheme.encode(),
                host=target.origin.host.encode(),
                port=target.origin.port,
                target=target.resource.encode("ascii"),
            ),
            headers=_sent_headers(target, headers, method, body),
            content=body,
            extensions={"timeout": {"connect": self._limits.connect_seconds}},
        )
        try:
            async with asyncio.timeout(seconds):
                return await self._once_or_twice(request, method, reach, cap)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise UpstreamTimeout(f"{target.origin} did not answer in {seconds:.3g} s.") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, ssl.SSLError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise UpstreamFailed(f"{target.origin} could not be spoken to: {reason}.") from error

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()
        self._pools.clear()

    async def _once_or_twice(self, request: httpcore.Request, method: str, reach: Reach, cap: int) -> Reply:
        try:
            return await self._once(request, reach, cap)
        except (httpcore.RemoteProtocolError, httpcore.ReadError, httpcore.WriteError):
            # A pooled connection that the server closed in the same moment: what changes nothing may be sent again.
            if method not in REPEATABLE:
                raise
            return await self._once(request, reach, cap)

    async def _once(self, request: httpcore.Request, reach: Reach, cap: int) -> Reply:
        response = await self._pool(reach).handle_async_request(request)
        try:
            headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers)
            return await _read(response, request.method.decode(), headers, cap)
        finally:
            await response.aclose()

    def _pool(self, reach: Reach) -> httpcore.AsyncConnectionPool:
        if reach not in self._pools:
            self._tls = self._tls or httpx.create_ssl_context()
            self._pools[reach] = httpcore.AsyncConnectionPool(
                ssl_context=self._tls,
                max_connections=self._limits.connections,
                keepalive_expiry=30.0,
                network_backend=PinnedBackend(self._resolver, reach),
            )
        return self._pools[reach]


async def _read(response: httpcore.Response, method: str, headers: tuple[tuple[str, str], ...], cap: int) -> Reply:
    reply = Reply(response.status, headers, b"", 0)
    length = reply.header("content-length")
    if length.isdigit() and int(length) > cap and method != "HEAD":
        raise ResponseTooLarge(f"The answer is larger than {cap} bytes.", retryable=False)
    reader = reader_for(reply.header("content-encoding"), cap)
    received = 0
    async for chunk in response.aiter_stream():
        received += len(chunk)
        if received > cap:
            raise ResponseTooLarge(f"The answer is larger than {cap} bytes.", retryable=False)
        reader.feed(chunk)
    return Reply(response.status, headers, reader.finish(), received)


def _sent_headers(
    target: Target, headers: list[tuple[str, str]], method: str, body: bytes
) -> list[tuple[bytes, bytes]]:
    own = {name.lower() for name, _ in headers}
    sent = [("Host", target.origin.authority), ("Accept-Encoding", ACCEPTED_ENCODINGS), *headers]
    for name, value in (("User-Agent", USER_AGENT), ("Accept", "*/*")):
        if name.lower() not in own:
            sent.append((name, value))
    if body or method in ("POST", "PUT", "PATCH"):
        sent.append(("Content-Length", str(len(body))))
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in sent]
