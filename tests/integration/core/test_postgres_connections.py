"""PostgreSQL: connections that break, processes that wake each other."""

from __future__ import annotations

import asyncio
import select
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection, event

from core.database import Database, Transaction, open_database
from core.database.postgres import PostgresDatabase
from core.errors import Unavailable
from core.events import Event, EventLog, head

OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
LISTENERS = f"{OTHERS} AND query LIKE 'LISTEN%'"


@pytest.fixture(params=["postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
async def other(migrated_database_url: str) -> AsyncIterator[Database]:
    """The database as another process has it open."""
    opened = open_database(migrated_database_url)
    yield opened
    await opened.aclose()


def terminate(connection: Connection, whom: str) -> int:
    return len(connection.execute(sa.text(f"SELECT pg_terminate_backend(pid) {whom}")).all())


def stating(tx: Transaction, key: str) -> None:
    tx.emit("system.tested", {}, key=key, org="o")


async def key_of(following: AsyncIterator[Event]) -> str:
    return (await asyncio.wait_for(anext(following), 30)).key


async def listeners(database: Database) -> int:
    return await database.read(lambda connection: connection.scalar(sa.text(f"SELECT count(*) {LISTENERS}")) or 0)


async def test_a_commit_elsewhere_wakes_a_follower(database: Database, other: Database) -> None:
    async with aclosing(EventLog(database).follow(org="o", after=0)) as following:
        for number in range(5):
            waiting = asyncio.ensure_future(key_of(following))
            await other.write(lambda tx, number=number: stating(tx, str(number)))
            assert await waiting == str(number)


async def test_what_is_committed_while_nobody_listens_is_found_after_the_reconnect(
    database: Database, other: Database
) -> None:
    async with aclosing(EventLog(database).follow(org="o", after=0)) as following:
        await other.write(lambda tx: stating(tx, "before"))
        assert await key_of(following) == "before"
        for number in range(3):
            while not await listeners(other):
                await asyncio.sleep(0.01)
            waiting = asyncio.ensure_future(key_of(following))
            assert await other.read(lambda connection: terminate(connection, LISTENERS)) == 1
            await other.write(lambda tx, number=number: stating(tx, str(number)))
            assert await waiting == str(number)


async def test_a_restarted_server_costs_the_units_under_way_and_no_more(database: Database, other: Database) -> None:
    await database.write(lambda tx: stating(tx, "before"))

    def cut(tx: Transaction) -> None:
        stating(tx, "cut")
        tx.connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(Unavailable) as raised:
        await database.write(cut)
    assert "\n" not in raised.value.detail
    await asyncio.gather(*(database.read(head) for _ in range(20)))
    assert await other.read(lambda connection: terminate(connection, OTHERS)) > 0
    await asyncio.gather(*(database.write(lambda tx, n=n: stating(tx, f"after {n}")) for n in range(20)))
    page, _ = await EventLog(database).read(after=0, org="o")
    assert sorted(event.key for event in page) == sorted(["before", *(f"after {n}" for n in range(20))])


async def test_a_connection_lost_at_the_commit_is_unavailable_and_stores_nothing(
    database: PostgresDatabase,
) -> None:
    def unit(tx: Transaction) -> None:
        tx.emit("system.tested", {}, key="lost", org="o")

    def cut(connection: Connection) -> None:
        connection.execute(sa.text("SELECT pg_terminate_backend(pg_backend_pid())"))

    event.listen(database._engine, "commit", cut)
    with pytest.raises(Unavailable):
        await database.write(unit)
    event.remove(database._engine, "commit", cut)
    assert await EventLog(database).read(after=0, org="o") == ([], 0)


async def test_units_that_deadlock_run_again(database: Database) -> None:
    await database.write(lambda tx: tx.connection.exec_driver_sql("CREATE TABLE rows (id int, touched int)"))
    await database.write(lambda tx: tx.connection.exec_driver_sql("INSERT INTO rows VALUES (1, 0), (2, 0)"))

    def touching(*order: int) -> Callable[[Transaction], None]:
        def unit(tx: Transaction) -> None:
            for row in order:
                tx.execute(sa.text("UPDATE rows SET touched = touched + 1 WHERE id = :row"), {"row": row})
                tx.execute(sa.text("SELECT pg_sleep(0.05)"))

        return unit

    await asyncio.gather(database.write(touching(1, 2)), database.write(touching(2, 1)))
    touched = await database.read(lambda connection: connection.exec_driver_sql("SELECT touched FROM rows").all())
    assert [row.touched for row in touched] == [2, 2]


async def test_a_session_that_stands_still_is_ended_by_the_server(database: Database) -> None:
    shown = "SHOW idle_in_transaction_session_timeout"
    assert await database.write(lambda tx: tx.connection.scalar(sa.text(shown))) == "15s"


async def test_a_unit_that_stood_still_runs_again(database: Database) -> None:
    tries: list[str] = []

    def unit(tx: Transaction) -> None:
        stating(tx, "once")
        tries.append("stalled" if not tries else "again")
        if tries == ["stalled"]:
            tx.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 1"))
            driver: Any = tx.connection.connection.driver_connection
            assert select.select([driver.fileno()], [], [], 30)[0], "the server has said so"
            tx.execute(sa.text("SELECT 1"))

    await database.write(unit)
    assert tries == ["stalled", "again"]
    page, _ = await EventLog(database).read(after=0, org="o")
    assert [event.key for event in page] == ["once"]
