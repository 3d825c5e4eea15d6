"""Room for runs: so many at once, so many more in line, and a refusal for whoever comes after them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from core.errors import Unavailable


class SandboxBusy(Unavailable):
    """As many wait for the sandbox as may. Nothing was started, so trying again is safe."""

    code = "sandbox_busy"
    default_mend = "Try again in a moment, or raise sandbox.parallel or sandbox.waiting."


class Places:
    """``parallel`` at once; ``waiting`` wait for them, first come, first served."""

    def __init__(self, parallel: int, waiting: int) -> None:
        self._free = asyncio.Semaphore(parallel)
        self._limit = waiting
        self._waiting = 0

    @asynccontextmanager
    async def take(self) -> AsyncGenerator[None]:
        """Hold a place, after those who came before. Raises ``SandboxBusy`` at once where the line is full."""
        if self._free.locked() and self._waiting >= self._limit:
            raise SandboxBusy(f"The sandbox is busy, and its line of {self._limit} is full.")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()
