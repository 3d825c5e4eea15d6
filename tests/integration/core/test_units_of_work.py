"""What a unit of work may rely on, the same on both engines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.credentials import credentials
from core.database import Database, Transaction, migrate, open_database
from core.errors import InvalidInput, Unavailable
from core.events import head, read_events


def insert(tx: Transaction, name: str) -> None:
    tx.execute(credentials.insert().values(org="o", name=name, sealed="s", created_at="t", updated_at="t"))


def names(connection: Connection) -> list[str]:
    return list(connection.execute(sa.select(credentials.c.name).order_by(credentials.c.name)).scalars())


def state(tx: Transaction, key: str) -> None:
    tx.emit("system.tested", {"key": key}, key=key, org="o")


def keys(connection: Connection) -> list[str]:
    return [event.key for event in read_events(connection, after=0, org="o", limit=10_000)]


async def test_a_unit_returns_its_value_once_it_is_committed(database: Database) -> None:
    def unit(tx: Transaction) -> str:
        insert(tx, "a")
        state(tx, "a")
        return "value"

    assert await database.write(unit) == "value"
    assert await database.read(names) == ["a"]
    assert await database.read(keys) == ["a"]


async def test_a_unit_that_raises_leaves_no_trace_and_the_others_of_its_group_stand(
    database: Database, one_group: Callable[..., Awaitable[list[Any]]]
) -> None:
    def good(name: str) -> Callable[[Transaction], None]:
        def unit(tx: Transaction) -> None:
            insert(tx, name)
            state(tx, name)

        return unit

    def bad(tx: Transaction) -> None:
        good("bad")(tx)
        raise InvalidInput("no")

    outcomes = await one_group(database, good("a"), bad, good("b"), bad, good("c"))
    assert [type(outcome) for outcome in outcomes] == [type(None), InvalidInput, type(None), InvalidInput, type(None)]
    assert await database.read(names) == ["a", "b", "c"]
    assert sorted(await database.read(keys)) == ["a", "b", "c"]


async def test_a_lone_unit_that_raises_leaves_no_trace(database: Database) -> None:
    def bad(tx: Transaction) -> None:
        insert(tx, "bad")
        state(tx, "bad")
        raise InvalidInput("no")

    with pytest.raises(InvalidInput):
        await database.write(bad)
    assert await database.read(names) == []
    assert await database.read(keys) == []


async def test_a_statement_may_fail_inside_a_savepoint_and_the_unit_go_on(database: Database) -> None:
    await database.write(lambda tx: insert(tx, "a"))

    def unit(tx: Transaction) -> None:
        with pytest.raises(IntegrityError), tx.connection.begin_nested():
            insert(tx, "a")
        insert(tx, "b")

    await database.write(unit)
    assert await database.read(names) == ["a", "b"]


async def test_a_broken_constraint_is_the_callers_error(database: Database) -> None:
    await database.write(lambda tx: insert(tx, "a"))
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: insert(tx, "a"))


@pytest.mark.parametrize("error", [KeyError("k"), StopIteration(), GeneratorExit(), OSError("disk")])
async def test_any_exception_reaches_its_caller_and_the_writer_lives_on(
    database: Database, error: BaseException
) -> None:
    def broken(_argument: object) -> None:
        raise error

    for attempt in (database.write(broken), database.read(broken)):
        (outcome,) = await asyncio.gather(attempt, return_exceptions=True)
        assert outcome is error or (isinstance(error, StopIteration) and isinstance(outcome, RuntimeError))
    await database.write(lambda tx: insert(tx, "a"))
    assert await database.read(names) == ["a"]


async def test_a_key_that_exists_states_nothing(database: Database) -> None:
    await database.write(lambda tx: state(tx, "a"))

    def twice(tx: Transaction) -> None:
        for key in ("a", "b", "b", "a", "c"):
            state(tx, key)

    await database.write(twice)
    assert await database.read(keys) == ["a", "b", "c"]


async def test_events_of_one_unit_stand_in_the_order_they_were_stated(database: Database) -> None:
    expected = [f"{number:03}" for number in range(500)]

    def unit(tx: Transaction) -> None:
        for key in expected:
            state(tx, key)

    await database.write(unit)
    assert await database.read(keys) == expected


async def test_an_event_that_is_not_json_is_refused_and_nothing_is_written(database: Database) -> None:
    for value in (float("nan"), object()):

        def unit(tx: Transaction, value: object = value) -> None:
            insert(tx, "a")
            tx.emit("system.tested", {"value": value}, key="k", org="o")

        with pytest.raises((TypeError, ValueError)):
            await database.write(unit)
    assert await database.read(names) == []


async def test_a_read_cannot_write(database: Database) -> None:
    def sly(connection: Connection) -> None:
        connection.execute(credentials.insert().values(org="o", name="x", sealed="s", created_at="t", updated_at="t"))

    with pytest.raises(DBAPIError):
        await database.read(sly)
    assert await database.read(names) == []


async def test_a_read_sees_one_snapshot(database: Database) -> None:
    begun, written = threading.Event(), threading.Event()

    def query(connection: Connection) -> tuple[int, list[str]]:
        before = head(connection)
        begun.set()
        written.wait(20)
        return before, keys(connection)

    await database.write(lambda tx: state(tx, "a"))
    reading = asyncio.ensure_future(database.read(query))
    await asyncio.to_thread(begun.wait, 20)
    await database.write(lambda tx: state(tx, "b"))
    written.set()
    before, seen = await reading
    assert seen == ["a"]
    assert before == await database.read(head) - 1


async def test_reads_go_on_during_a_long_write(database: Database) -> None:
    await database.write(lambda tx: insert(tx, "a"))
    written, go = threading.Event(), threading.Event()

    def long(tx: Transaction) -> None:
        insert(tx, "b")
        written.set()
        go.wait(20)

    writing = asyncio.ensure_future(database.write(long))
    await asyncio.to_thread(written.wait, 20)
    assert await database.read(names) == ["a"]
    go.set()
    await writing
    assert await database.read(names) == ["a", "b"]


async def test_cancelling_the_caller_does_not_undo_a_queued_unit(
    database: Database, migrated_database_url: str, hold: Callable[[Database], AbstractAsyncContextManager[None]]
) -> None:
    async with hold(database):
        writing = asyncio.ensure_future(database.write(lambda tx: insert(tx, "a")))
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
    await database.aclose()
    again = open_database(migrated_database_url)
    assert await again.read(names) == ["a"]
    await again.aclose()


async def test_parameters_never_stand_in_an_error(database: Database) -> None:
    await database.write(lambda tx: insert(tx, "tell-nobody"))
    with pytest.raises(IntegrityError) as raised:
        await database.write(lambda tx: insert(tx, "tell-nobody"))
    assert "parameters" not in str(raised.value) or "hidden" in str(raised.value)


async def test_several_loops_may_use_one_database(database: Database) -> None:
    def elsewhere() -> list[str]:
        async def use() -> list[str]:
            await database.write(lambda tx: insert(tx, "from another loop"))
            return await database.read(names)

        return asyncio.run(use())

    assert await asyncio.to_thread(elsewhere) == ["from another loop"]
    await database.write(lambda tx: insert(tx, "here"))
    assert len(await database.read(names)) == 2


async def test_closing_commits_what_is_queued_and_refuses_what_comes_later(migrated_database_url: str) -> None:
    database = open_database(migrated_database_url)
    writes = [asyncio.ensure_future(database.write(lambda tx, n=n: insert(tx, str(n)))) for n in range(20)]
    await asyncio.sleep(0)
    await database.aclose()
    await asyncio.gather(*writes)
    for late in (database.write(lambda tx: None), database.read(names)):
        with pytest.raises(Unavailable):
            await late
    await database.aclose()

    again = open_database(migrated_database_url)
    assert len(await again.read(names)) == 20
    await again.aclose()


async def test_a_database_that_is_not_there_is_unavailable_in_one_line(engine: str, database_url: str) -> None:
    url = database_url.replace("nexus.db", "missing/nexus.db") if engine == "sqlite" else database_url + "gone"
    with pytest.raises(Unavailable) as raised:
        migrate(url)
    assert "\n" not in raised.value.detail
    with pytest.raises(Unavailable):
        await open_database(url).read(names)
