"""Brief units of work on SQLite: run where they stand when nobody else writes, and never at anybody's cost."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from core.database import Database, Transaction, open_database
from core.database.writer import BRIEF_IN_A_ROW
from core.errors import Unavailable
from core.events import EventLog


@pytest.fixture(params=["sqlite"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def stating(key: str, threads: list[int] | None = None) -> Callable[[Transaction], None]:
    """A unit that states one event, and notes the thread that it ran on."""

    def unit(tx: Transaction) -> None:
        tx.emit("system.tested", {}, key=key, org="o")
        if threads is not None:
            threads.append(threading.get_ident())

    return unit


async def keys(database: Database) -> list[str]:
    page, _ = await EventLog(database).read(after=0, org="o")
    return [event.key for event in page]


async def test_alone_it_runs_where_it_stands(database: Database) -> None:
    threads: list[int] = []
    await database.write(stating("a", threads), brief=True)
    await database.write(stating("b", threads))
    assert threads[0] == threading.get_ident() != threads[1]
    assert await keys(database) == ["a", "b"]


async def test_several_at_once_are_a_group_of_the_thread(database: Database) -> None:
    threads: list[int] = []
    await asyncio.gather(*(database.write(stating(str(n), threads), brief=True) for n in range(8)))
    assert threading.get_ident() not in threads
    assert await keys(database) == [str(n) for n in range(8)]


async def test_behind_a_long_unit_it_waits_in_the_queue_and_the_loop_goes_on(database: Database) -> None:
    begun, go_on, threads = threading.Event(), threading.Event(), list[int]()

    def long(tx: Transaction) -> None:
        stating("long")(tx)
        begun.set()
        assert go_on.wait(20)

    first = asyncio.ensure_future(database.write(long))
    await asyncio.to_thread(begun.wait, 20)
    second = asyncio.ensure_future(database.write(stating("brief", threads), brief=True))
    await asyncio.wait([second], timeout=0.1)
    go_on.set()
    await asyncio.gather(first, second)
    assert threads != [threading.get_ident()]
    assert await keys(database) == ["long", "brief"]


async def test_what_it_raises_is_raised_and_leaves_no_trace(database: Database) -> None:
    def failing(tx: Transaction) -> None:
        stating("lost")(tx)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await database.write(failing, brief=True)
    await database.write(stating("kept"), brief=True)
    assert await keys(database) == ["kept"]


async def test_the_lock_of_another_process_holds_up_no_loop(database: Database, database_path: Path) -> None:
    await database.write(stating("before"), brief=True)
    other = sqlite3.connect(database_path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.ensure_future(database.write(stating("after"), brief=True))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not waiting.done(), "it waits, and this line is reached while it does"
    other.execute("ROLLBACK")
    other.close()
    await waiting
    assert await keys(database) == ["before", "after"]


async def test_the_thread_has_its_turn_so_that_the_log_is_copied(database: Database, database_path: Path) -> None:
    threads: list[int] = []
    for n in range(12 * BRIEF_IN_A_ROW):
        await database.write(stating(f"{n}", threads), brief=True)
    mine = threads.count(threading.get_ident())
    assert 0 < len(threads) - mine <= len(threads) // BRIEF_IN_A_ROW
    assert database_path.with_name(f"{database_path.name}-wal").stat().st_size < 8 * 1024 * 1024


async def test_what_was_handed_in_before_the_end_is_stored(database: Database, migrated_database_url: str) -> None:
    waiting = [asyncio.ensure_future(database.write(stating(str(n)), brief=True)) for n in range(3)]
    await asyncio.sleep(0)
    await database.aclose()
    await asyncio.gather(*waiting)
    with pytest.raises(Unavailable):
        await database.write(stating("late"), brief=True)
    again = open_database(migrated_database_url)
    assert await keys(again) == ["0", "1", "2"]
    await again.aclose()


@pytest.fixture
async def careful(migrated_database_url: str) -> AsyncIterator[Database]:
    opened = open_database(migrated_database_url, synchronous="FULL")
    yield opened
    await opened.aclose()


async def test_a_commit_that_waits_for_the_disk_is_never_made_on_the_loop(careful: Database) -> None:
    threads: list[int] = []
    await careful.write(stating("a", threads), brief=True)
    assert threads != [threading.get_ident()]


@pytest.fixture
def database_path(migrated_database_url: str) -> Path:
    return Path(migrated_database_url.split("///", 1)[1])
