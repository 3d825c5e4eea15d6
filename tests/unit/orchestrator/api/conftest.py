"""Asking an ASGI application directly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.types import ASGIApp

from orchestrator.streaming_transport import StreamingASGITransport

Ask = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def ask() -> Ask:
    """``await ask(app, "GET", "/path", **httpx_arguments)``."""

    async def send(app: ASGIApp, method: str, path: str, **arguments: object) -> httpx.Response:
        async with httpx.AsyncClient(transport=StreamingASGITransport(app), base_url="http://localhost") as client:
            return await client.request(method, path, **arguments)  # type: ignore[arg-type]

    return send
