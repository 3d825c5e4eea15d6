"""The event log: appended facts in commit order, read from any point and followed live.

SSE, the pipeline viewer, run history and the audit trail are projections of it. Events are stated with
``Transaction.emit`` in the transaction that makes the change they tell of; here is the reading side.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from core.database import Committed, Database
from core.database.schema import events
from core.tail import Event, Tail, parsed

__all__ = ["Event", "EventLog", "head", "read_events"]

PAGE = 500


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
    return [as_event(row) for row in connection.execute(query)]


class Follower:
    """One reader's place in the log: it has been given, or does not want, everything up to ``position``."""

    __slots__ = ("awake", "org", "position", "run")

    def __init__(self, org: str, run: str | None, position: int) -> None:
        self.org = org
        self.run = run
        self.position = position
        self.awake = asyncio.Event()

    def wants(self, event: Event) -> bool:
        return event.org == self.org and (self.run is None or event.run == self.run)


class EventLog:
    """Follows the log on one event loop.

    The newest events are kept once for all followers: most commits bring them along, and otherwise one read serves
    everybody. A follower that is further behind reads the log itself, at its own pace.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._followers: set[Follower] = set()
        self._tail = Tail()
        self._stale = True
        self._catching_up = asyncio.Lock()
        self._unsubscribe: Callable[[], None] | None = None

    async def read(self, *, after: int, org: str, run: str | None = None, limit: int = PAGE) -> tuple[list[Event], int]:
        """A page of events, and the id of the newest event in the same snapshot."""
        return await self._db.read(
            lambda connection: (
                read_events(connection, after=after, org=org, run=run, limit=limit),
                head(connection),
            )
        )

    async def follow(self, *, org: str, after: int, run: str | None = None) -> AsyncGenerator[Event]:
        """Every event beyond ``after``, once, in order, for ever: cancel it, or close the iterator, to stop."""
        follower = Follower(org, run, after)
        self._join(follower)
        try:
            while True:
                for event in await self._next(follower):
                    yield event
        finally:
            self._leave(follower)

    async def _next(self, follower: Follower) -> Sequence[Event]:
        while True:
            # Cleared before looking: what is committed meanwhile sets it again.
            follower.awake.clear()
            if self._stale:
                await self._catch_up()
            page = self._recent(follower) if self._tail.covers(follower.position) else await self._older(follower)
            if page:
                return page
            await follower.awake.wait()

    def _recent(self, follower: Follower) -> Sequence[Event]:
        page = [event for event in self._tail.after(follower.position) if follower.wants(event)]
        follower.position = max(follower.position, self._tail.ceiling or 0)
        return page

    async def _older(self, follower: Follower) -> Sequence[Event]:
        page, newest = await self.read(after=follower.position, org=follower.org, run=follower.run)
        follower.position = page[-1].id if len(page) == PAGE else max(follower.position, newest)
        return page

    async def _catch_up(self) -> None:
        """Bring the tail to the log's end with one read for everybody."""
        async with self._catching_up:
            while self._stale:
                self._stale = False
                try:
                    await self._read_on()
                except BaseException:
                    self._stale = True
                    raise

    async def _read_on(self) -> None:
        if self._tail.ceiling is None:
            self._tail.start(await self._db.read(head))
            return
        position = self._tail.ceiling
        rows = await self._db.read(lambda connection: rows_after(connection, position))
        self._stale = self._stale or len(rows) == PAGE
        for row in rows:
            # A commit may have brought some of them while they were being read.
            if row.id > (self._tail.ceiling or 0):
                self._tail.append([as_event(row)], [len(row.data)])
        self._wake_all()

    def _heard(self, news: Committed) -> None:
        if self._tail.continues(news) and news.first is not None:
            before = self._tail.ceiling
            arrived = parsed(news.first, news.events)
            self._tail.append(arrived, [len(event.data) for event in news.events])
            self._wake(arrived, before)
        elif self._tail.ceiling is None or news.up_to is None or news.up_to > self._tail.ceiling:
            self._stale = True
            self._wake_all()

    def _wake(self, arrived: Sequence[Event], before: int | None) -> None:
        """Wake those who want what arrived, or are behind anyway; the others are up to date without it."""
        for follower in self._followers:
            if follower.position == before and not any(map(follower.wants, arrived)):
                follower.position = arrived[-1].id
            else:
                follower.awake.set()

    def _wake_all(self) -> None:
        for follower in self._followers:
            follower.awake.set()

    def _join(self, follower: Follower) -> None:
        self._followers.add(follower)
        if self._unsubscribe is None:
            self._unsubscribe = self._db.on_events(self._heard)

    def _leave(self, follower: Follower) -> None:
        self._followers.discard(follower)
        if not self._followers and self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
            self._tail = Tail()
            self._stale = True


def as_event(row: Row[Any]) -> Event:
    return Event(row.id, row.key, row.org, row.run, row.type, json.loads(row.data), row.ts)


def rows_after(connection: Connection, position: int) -> Sequence[Row[Any]]:
    query = select(events).where(events.c.id > position).order_by(events.c.id).limit(PAGE)
    return connection.execute(query).all()
