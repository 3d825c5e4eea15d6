"""The event log: appended facts in commit order, read from any point and followed live.

SSE, the pipeline viewer, run history and the audit trail are projections of it. Events are stated with
``Transaction.emit`` in the transaction that makes the change they tell of; here is the reading side.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from core.database import Database
from core.database.schema import events

PAGE = 500


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. ``id`` is a 64-bit integer in commit order; ``ts`` is RFC 3339 UTC."""

    id: int
    key: str
    org: str
    run: str | None
    type: str
    data: dict[str, Any]
    ts: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def head(connection: Connection) -> int:
    """Id of the newest event (0 in an empty log): the ``as_of`` of whatever else this snapshot reads."""
    return connection.execute(select(func.max(events.c.id))).scalar() or 0


def read_events(
    connection: Connection, *, after: int, org: str, run: str | None = None, limit: int = PAGE
) -> list[Event]:
    """Up to ``limit`` events of ``org`` (of ``run`` alone where given) with ids beyond ``after``, in order."""
    query = select(events).where(events.c.id > after, events.c.org == org).order_by(events.c.id).limit(limit)
    if run is not None:
        query = query.where(events.c.run == run)
    return [
        Event(row.id, row.key, row.org, row.run, row.type, json.loads(row.data), row.ts)
        for row in connection.execute(query)
    ]


class EventLog:
    """Follows the log. Each follower reads at its own pace; a commit only wakes it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiters: set[asyncio.Event] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def read(self, *, after: int, org: str, run: str | None = None, limit: int = PAGE) -> tuple[list[Event], int]:
        """A page of events, and the id of the newest event in the same snapshot."""
        return await self._db.read(
            lambda connection: (
                read_events(connection, after=after, org=org, run=run, limit=limit),
                head(connection),
            )
        )

    async def follow(self, *, org: str, after: int, run: str | None = None) -> AsyncIterator[Event]:
        """Every event beyond ``after``, once, in order, for ever: cancel it, or close the iterator, to stop."""
        waiter = asyncio.Event()
        self._attach()
        self._waiters.add(waiter)
        try:
            while True:
                # Cleared before reading: what commits during the read sets it again.
                waiter.clear()
                page, _ = await self.read(after=after, org=org, run=run)
                for event in page:
                    yield event
                    after = event.id
                if len(page) < PAGE:
                    await waiter.wait()
        finally:
            self._waiters.discard(waiter)

    def _attach(self) -> None:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._db.on_events(self._committed)

    def _committed(self) -> None:
        if self._waiters and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for waiter in self._waiters:
            waiter.set()
