"""Sixteen writers, fifty readers that are cut and resumed at random: each reader sees every event once, in order."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import Connection, select

from core.database import Database, Transaction, open_database
from core.database.schema import events
from core.events import EventLog

WRITERS, READERS, UNITS = 16, 50, 20
LAST = "last"


def ids(connection: Connection) -> list[int]:
    return list(connection.execute(select(events.c.id).order_by(events.c.id)).scalars())


async def write(database: Database, writer: int, chance: random.Random) -> None:
    """Units of one to four events, some under a key that exists already, some that fail."""
    for number in range(UNITS):
        count = chance.randint(1, 4)
        fails = chance.random() < 0.1

        def unit(tx: Transaction, number: int = number, count: int = count, fails: bool = fails) -> None:
            for place in range(count):
                tx.emit("system.tested", {"place": place}, key=f"{writer}/{number}/{place}", org="o")
            tx.emit("system.tested", {}, key=f"{writer}/0/0", org="o")
            if fails:
                raise LookupError

        await asyncio.gather(database.write(unit), return_exceptions=True)
        if chance.random() < 0.2:
            await asyncio.sleep(chance.random() / 200)


async def read_in_pieces(log: EventLog, chance: random.Random) -> list[int]:
    """Follow, be cut by closing or by cancellation, resume after the last id that arrived; until the last event."""
    seen: list[int] = []
    done = False

    async def follow(most: int) -> None:
        nonlocal done
        following = log.follow(org="o", after=seen[-1] if seen else 0)
        try:
            async for event in following:
                seen.append(event.id)
                done = event.key == LAST
                if done or len(seen) >= most:
                    return
        finally:
            await following.aclose()

    while not done:
        connection = asyncio.ensure_future(follow(len(seen) + chance.randint(1, 60)))
        await asyncio.wait([connection], timeout=chance.random() / 20 if chance.random() < 0.3 else None)
        connection.cancel()
        await asyncio.gather(connection, return_exceptions=True)
        await asyncio.sleep(chance.random() / 100)
    return seen


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_reader_sees_every_event_once_in_order(migrated_database_url: str, seed: int) -> None:
    # Half of the writers and readers use a second handle: to the first, what comes from there is foreign.
    databases = [open_database(migrated_database_url) for _ in range(2)]
    logs = [EventLog(database) for database in databases]
    reading = [
        asyncio.ensure_future(read_in_pieces(logs[reader % 2], random.Random(f"{seed}/r{reader}")))
        for reader in range(READERS)
    ]
    await asyncio.gather(
        *(write(databases[writer % 2], writer, random.Random(f"{seed}/w{writer}")) for writer in range(WRITERS))
    )
    await databases[0].write(lambda tx: tx.emit("system.tested", {}, key=LAST, org="o"))

    every = await asyncio.wait_for(asyncio.gather(*reading), 60)
    expected = await databases[0].read(ids)
    assert len(expected) > WRITERS * UNITS
    assert [seen for seen in every if seen != expected] == []
    for database in databases:
        await database.aclose()
