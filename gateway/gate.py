"""The way to one provider: so many calls at once, and none while it is known to be down."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

from gateway.failure import CallFailed, FailureClass
from gateway.resilience import Breaker


class Gate:
    """Counts the calls of one provider, and how they end."""

    def __init__(self, timer: Callable[[], float], concurrency: int) -> None:
        self.breaker = Breaker(timer)
        self._places = asyncio.Semaphore(concurrency)

    @contextlib.asynccontextmanager
    async def passed(self, provider: str, seconds: float) -> AsyncGenerator[None]:
        """Hold a place while a call goes on; wait for one so many seconds at most.

        Raises ``CallFailed``: UNREACHABLE while the breaker is open, RATE_LIMIT when no place became free in time.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._places.acquire()
        except TimeoutError as error:
            raise CallFailed(FailureClass.RATE_LIMIT, f"Too many calls of {provider} are going on.") from error
        try:
            if not self.breaker.admits():
                raise CallFailed(
                    FailureClass.UNREACHABLE, f"{provider} failed again and again and is left alone for a moment."
                )
            try:
                yield
            except CallFailed as failure:
                self.breaker.failed(failure.kind)
                raise
            except BaseException:
                self.breaker.withdrew()
                raise
            self.breaker.succeeded()
        finally:
            self._places.release()
