"""Delivery: sixteen writers, fifty readers cut and resumed at random; did each see every id once, in order?"""

from __future__ import annotations

import asyncio
import contextlib
import random
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from benchmarks.report import CACHE, Figure, RawSamples
from core.database import Database, Transaction, migrate, open_database
from core.database.schema import events
from core.events import EventLog
from tests.verify.postgres import running_server

WRITERS = 16
READERS = 50
UNITS = 60  # a writer
SECONDS = 120.0
ORG = "local"


@dataclass
class Reader:
    """A client with a cursor: what it saw, and how often its stream was cut."""

    number: int
    seen: list[int] = field(default_factory=list)
    cuts: int = 0

    @property
    def cursor(self) -> int:
        return self.seen[-1] if self.seen else 0


async def measure(rng: random.Random) -> Figure:
    """``delivered_all``: 1 when every reader on both engines has exactly the log, else 0; n counts the readers."""
    held = True
    with RawSamples("events", "delivered_all") as raw:
        for engine in ("sqlite", "postgresql"):
            async with _databases(engine) as databases:
                expected, readers = await _write_and_read(databases, rng)
            for reader in readers:
                whole = reader.seen == expected
                held = held and whole and bool(expected)
                raw.add(
                    engine=engine, reader=reader.number, events=len(expected), seen=len(reader.seen), cuts=reader.cuts,
                    whole=whole,
                )  # fmt: skip
    return Figure("delivered_all", int(held), "bool", raw.n, raw.path)


@contextlib.asynccontextmanager
async def _databases(engine: str) -> AsyncIterator[list[Database]]:
    """Open databases: one on SQLite, where one process serves; two on PostgreSQL, as two processes would have."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if engine == "sqlite":
            folder = stack.enter_context(tempfile.TemporaryDirectory(dir=CACHE))
            urls = [f"sqlite:///{Path(folder) / 'nexus.db'}"]
        else:
            urls = [stack.enter_context(running_server()).create_database()] * 2
        migrate(urls[0])
        databases = [open_database(url) for url in urls]
        try:
            yield databases
        finally:
            for database in databases:
                await database.aclose()


async def _write_and_read(databases: list[Database], rng: random.Random) -> tuple[list[int], list[Reader]]:
    readers = [Reader(number) for number in range(READERS)]
    logs = [EventLog(database) for database in databases]
    written = asyncio.Event()
    following = [
        asyncio.create_task(_follow(reader, logs[reader.number % len(logs)], random.Random(rng.random()), written))
        for reader in readers
    ]
    async with asyncio.TaskGroup() as group:
        for number in range(WRITERS):
            group.create_task(_write(databases[number % len(databases)], number, random.Random(rng.random())))
    expected = await databases[0].read(
        lambda connection: list(
            connection.execute(select(events.c.id).where(events.c.org == ORG).order_by(events.c.id)).scalars()
        )
    )
    written.set()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_until_caught_up(readers, expected), SECONDS)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    return expected, readers


class RolledBack(Exception):
    """Raised by a writer's unit on purpose: what it stated must never be seen."""


async def _write(database: Database, number: int, rng: random.Random) -> None:
    """Units of one to three events, some of another organisation, some of them rolled back."""
    for n in range(UNITS):
        several, fails = rng.randint(1, 3), rng.random() < 0.1
        org = ORG if rng.random() < 0.8 else "other"

        def unit(tx: Transaction, n: int = n, several: int = several, fails: bool = fails, org: str = org) -> None:
            for part in range(several):
                tx.emit("message.delta", {"n": n}, key=f"{number}/{n}/{part}", org=org)
            if fails:
                raise RolledBack

        with contextlib.suppress(RolledBack):
            await database.write(unit)
        await asyncio.sleep(rng.random() * 0.01)


async def _follow(reader: Reader, log: EventLog, rng: random.Random, written: asyncio.Event) -> None:
    """Follow for ever, but be cut again and again: between two events, or in the middle of waiting for one."""
    while True:
        reading = asyncio.create_task(_read_some(reader, log, rng.randint(1, 80)))
        limit = None if written.is_set() else rng.random() * 0.2
        try:
            await asyncio.wait([reading], timeout=limit)
        finally:
            reading.cancel()
            await asyncio.wait([reading])
        reader.cuts += 1


async def _read_some(reader: Reader, log: EventLog, count: int) -> None:
    async with contextlib.aclosing(log.follow(org=ORG, after=reader.cursor)) as stream:
        async for event in stream:
            reader.seen.append(event.id)
            count -= 1
            if count == 0:
                return


async def _until_caught_up(readers: list[Reader], expected: list[int]) -> None:
    while any(reader.cursor < expected[-1] for reader in readers):
        await asyncio.sleep(0.01)
