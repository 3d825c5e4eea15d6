"""What every command begins with: the settings, and a client of the application."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from orchestrator.client import Client

T = TypeVar("T")


def with_client(work: Callable[[Client], Awaitable[T]]) -> T:
    """Run ``work`` with a client of the running service, or of the same application in this process."""
    # Imported on use: `nexus --help` must not wait for it.
    from core.settings import load_settings

    settings = load_settings()

    async def session() -> T:
        from orchestrator.client import connect

        async with connect(settings) as client:
            return await work(client)

    return asyncio.run(session())
