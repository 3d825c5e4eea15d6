"""A loopback server, and sessions of the real broker against it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from modules.broker import Broker, BrokerLimits, BrokerSession, CallScope, Grant
from tests.security.broker.wire import Names, OpenSession, Upstream


@pytest.fixture
async def start_upstream() -> AsyncIterator[Callable[..., Awaitable[Upstream]]]:
    servers: list[asyncio.Server] = []

    async def start(tls: ssl.SSLContext | None = None) -> Upstream:
        upstream = Upstream()
        server = await asyncio.start_server(upstream.serve, "127.0.0.1", 0, ssl=tls)
        upstream.port = server.sockets[0].getsockname()[1]
        servers.append(server)
        return upstream

    yield start
    for server in servers:
        server.close()


@pytest.fixture
async def upstream(start_upstream: Callable[..., Awaitable[Upstream]]) -> Upstream:
    return await start_upstream()


@pytest.fixture
async def open_session() -> AsyncIterator[OpenSession]:
    brokers: list[Broker] = []

    def open_one(
        granted: Grant,
        *,
        limits: BrokerLimits | None = None,
        vault: Any = None,
        names: Names | None = None,
        tls: ssl.SSLContext | None = None,
        **scope: Any,
    ) -> BrokerSession:
        broker = Broker(limits or BrokerLimits(), vault=vault, resolver=names, tls=tls)
        brokers.append(broker)
        return broker.session(CallScope(org="org", grant=granted, **scope))

    yield open_one
    for broker in brokers:
        await broker.aclose()
