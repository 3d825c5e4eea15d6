"""Where money is held before a call and booked after it."""

from __future__ import annotations

from typing import Protocol

from gateway.messages import ModelRequest
from gateway.result import CallRecord, Usage


class Ledger(Protocol):
    """Holds, books and frees. A hold that nobody books or frees expires by itself."""

    async def reserve(self, request: ModelRequest, model: str, most: Usage, seconds: float) -> str | None:
        """Hold the most that a try can cost, for so many seconds. Its id, or ``None`` where nothing is to be held.

        Raises ``BudgetExceeded`` before anything was sent.
        """
        ...

    async def settle(self, reservation: str | None, used: Usage) -> None:
        """Book what a try really used, in full."""
        ...

    async def release(self, reservation: str | None) -> None:
        """Free the hold of a try that cost nothing."""
        ...

    async def close(
        self,
        reservation: str | None,
        used: Usage,
        request: ModelRequest,
        record: CallRecord,
        payload: str | None = None,
    ) -> None:
        """Book the last try, and write the record of the whole call with what was said in it: all or nothing."""
        ...


class NoLedger:
    """Keeps nothing: the gateway as a library, without a database."""

    async def reserve(self, request: ModelRequest, model: str, most: Usage, seconds: float) -> str | None:
        return None

    async def settle(self, reservation: str | None, used: Usage) -> None:
        return None

    async def release(self, reservation: str | None) -> None:
        return None

    async def close(
        self,
        reservation: str | None,
        used: Usage,
        request: ModelRequest,
        record: CallRecord,
        payload: str | None = None,
    ) -> None:
        return None
