"""Ids follow the order of commits: a reader whose cursor stands between two commits misses neither."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import Connection, event

from core.database import Database, Transaction, postgres
from core.events import EventLog


async def test_a_unit_that_began_first_and_commits_last_is_read_last(database: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        tx.emit("system.tested", {}, key="slow", org="o")
        begun.set()
        go.wait(20)

    def fast(tx: Transaction) -> None:
        tx.emit("system.tested", {}, key="fast", org="o")

    log = EventLog(database)
    first = asyncio.ensure_future(database.write(slow))
    await asyncio.to_thread(begun.wait, 20)
    second = asyncio.ensure_future(database.write(fast))
    # On SQLite the second waits for the first, on PostgreSQL it does not: the reader must not care.
    await asyncio.wait([second], timeout=0.2)
    before, newest = await log.read(after=0, org="o")
    go.set()
    await asyncio.gather(first, second)
    after, _ = await log.read(after=newest, org="o")

    seen = [event.key for event in (*before, *after)]
    assert sorted(seen) == ["fast", "slow"]
    assert seen == [event.key for event in (await log.read(after=0, org="o"))[0]]


class TestHeldAtTheCommit:
    """PostgreSQL hands out ids before it commits, so the one with the lower id may become visible last."""

    @pytest.fixture(params=["postgresql"])
    def engine(self, request: pytest.FixtureRequest) -> str:
        return request.param

    async def read_between(self, database: postgres.PostgresDatabase) -> list[str]:
        """What a reader sees of two events when the first is held between its insert and its commit."""
        held, go = threading.Event(), threading.Event()

        def hold_the_first(_connection: Connection) -> None:
            if not held.is_set():
                held.set()
                go.wait(20)

        log = EventLog(database)
        event.listen(database._engine, "commit", hold_the_first)
        first = asyncio.ensure_future(
            database.write(lambda tx: tx.emit("system.tested", {}, key="first", org="o")),
        )
        await asyncio.to_thread(held.wait, 20)
        second = asyncio.ensure_future(
            database.write(lambda tx: tx.emit("system.tested", {}, key="second", org="o")),
        )
        await asyncio.wait([second], timeout=0.5)
        before, newest = await log.read(after=0, org="o")
        go.set()
        await asyncio.gather(first, second)
        after, _ = await log.read(after=newest, org="o")
        return [event.key for event in (*before, *after)]

    async def test_the_reader_misses_nothing(self, database: postgres.PostgresDatabase) -> None:
        assert await self.read_between(database) == ["first", "second"]

    async def test_without_the_append_lock_an_event_is_lost(
        self, database: postgres.PostgresDatabase, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        unlocked = postgres.INSERT_EVENTS.replace("pg_advisory_xact_lock", "abs")
        monkeypatch.setattr(postgres, "INSERT_EVENTS", unlocked)
        assert await self.read_between(database) == ["second"]
