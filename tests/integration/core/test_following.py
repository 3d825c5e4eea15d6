"""Following the log: every event once, in order, whoever commits it and however far behind the reader is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import pytest

from core import events as events_module
from core import tail as tail_module
from core.database import Database, Query, Transaction, open_database
from core.events import Event, EventLog


def stating(*keys: str, org: str = "o", run: str | None = None) -> Callable[[Transaction], None]:
    def unit(tx: Transaction) -> None:
        for key in keys:
            tx.emit("system.tested", {"key": key}, key=key, org=org, run=run)

    return unit


async def take(following: AsyncGenerator[Event], count: int) -> list[str]:
    return [(await asyncio.wait_for(anext(following), 30)).key for _ in range(count)]


def counting(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every query that is read from here on."""
    queries: list[object] = []
    read = database.read

    async def counted(query: Query[object]) -> object:
        queries.append(query)
        return await read(query)

    monkeypatch.setattr(database, "read", counted)
    return queries


async def test_a_follower_gets_what_was_there_and_what_comes(database: Database) -> None:
    await database.write(stating("a", "b"))
    async with aclosing(EventLog(database).follow(org="o", after=0)) as following:
        assert await take(following, 2) == ["a", "b"]
        await database.write(stating("c"))
        assert await take(following, 1) == ["c"]


async def test_a_follower_sees_its_own_organisation_and_run_only(database: Database) -> None:
    log = EventLog(database)
    async with (
        aclosing(log.follow(org="o", after=0)) as whole,
        aclosing(log.follow(org="o", after=0, run="r")) as run,
        aclosing(log.follow(org="other", after=0)) as other,
    ):
        for key, org, of in (("1", "o", "r"), ("2", "o", None), ("3", "other", "r"), ("4", "o", "r")):
            await database.write(stating(key, org=org, run=of))
        assert await take(whole, 3) == ["1", "2", "4"]
        assert await take(run, 2) == ["1", "4"]
        assert await take(other, 1) == ["3"]
        for key, org, of in (("5", "o", None), ("6", "o", "r"), ("7", "other", "r")):
            await database.write(stating(key, org=org, run=of))
        assert await take(whole, 2) == ["5", "6"]
        assert await take(run, 1) == ["6"]
        assert await take(other, 1) == ["7"]


async def test_a_follower_far_behind_gets_every_page(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "PAGE", 7)
    expected = [f"{number:03}" for number in range(100)]
    await database.write(stating(*expected))
    async with aclosing(EventLog(database).follow(org="o", after=0)) as following:
        assert await take(following, 100) == expected


async def test_a_slow_follower_reads_from_the_log_what_memory_no_longer_holds(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail_module, "MOST_EVENTS", 5)
    log = EventLog(database)
    async with aclosing(log.follow(org="o", after=0)) as slow, aclosing(log.follow(org="o", after=0)) as fast:
        await database.write(stating("first"))
        assert await take(slow, 1) == await take(fast, 1) == ["first"]
        expected = [str(number) for number in range(40)]
        for key in expected:
            await database.write(stating(key))
            assert await take(fast, 1) == [key]
        assert await take(slow, 40) == expected


async def test_memory_is_bounded_by_size_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail_module, "MOST_CHARACTERS", 100)
    log = EventLog(database)
    async with aclosing(log.follow(org="o", after=0)) as following:
        await database.write(stating("first"))
        assert await take(following, 1) == ["first"]
        long = "x" * 200
        await database.write(stating("a", long, "b"))
        assert await take(following, 3) == ["a", long, "b"]
        await database.write(stating("c"))
        assert await take(following, 1) == ["c"]


async def test_fifty_followers_do_not_multiply_the_reads(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    log = EventLog(database)
    followers = [log.follow(org="o", after=0) for _ in range(50)]
    await database.write(stating("first"))
    for follower in followers:
        assert await take(follower, 1) == ["first"]
    queries = counting(database, monkeypatch)
    for number in range(20):
        await database.write(stating(str(number)))
        for follower in followers:
            assert await take(follower, 1) == [str(number)]
    assert len(queries) <= 20
    for follower in followers:
        await follower.aclose()


async def test_a_cursor_beyond_the_log_waits_for_what_is_beyond_it(database: Database) -> None:
    await database.write(stating("a", "b"))
    async with aclosing(EventLog(database).follow(org="o", after=3)) as following:
        waiting = asyncio.ensure_future(anext(following))
        await database.write(stating("c", "d"))
        assert (await asyncio.wait_for(waiting, 30)).id > 3


async def test_commits_of_another_process_arrive(database: Database, migrated_database_url: str) -> None:
    other = open_database(migrated_database_url)
    async with aclosing(EventLog(database).follow(org="o", after=0)) as following:
        for number in range(3):
            await other.write(stating(f"other {number}"))
            await database.write(stating(f"here {number}"))
            assert await take(following, 2) == [f"other {number}", f"here {number}"]
        await other.write(stating("last"))
        assert await take(following, 1) == ["last"]
    await other.aclose()


async def test_the_last_follower_takes_the_subscription_along(database: Database) -> None:
    log = EventLog(database)
    for key in ("a", "b"):
        await database.write(stating(key))
        async with aclosing(log.follow(org="o", after=0)) as following:
            assert await take(following, 1) == ["a"]
    assert database._listeners == ()


async def test_a_page_comes_with_the_id_it_is_up_to_date_with(database: Database) -> None:
    await database.write(stating("a", "b", "c"))
    await database.write(stating("x", org="other"))
    page, newest = await EventLog(database).read(after=0, org="o", limit=2)
    assert [event.key for event in page] == ["a", "b"]
    rest, _ = await EventLog(database).read(after=page[-1].id, org="o")
    assert [event.key for event in rest] == ["c"]
    assert newest > rest[-1].id
