"""When a commit is lost: every unit in it hears so, nothing of it is stored, and the database goes on."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from core.credentials import credentials
from core.database import Database, Transaction, migrate, open_database
from core.errors import Unavailable
from core.events import read_events
from tests.verify.postgres import PostgresServer, database_name

OneGroup = Callable[..., Awaitable[list[Any]]]


def storing(name: str, size: int = 1) -> Callable[[Transaction], None]:
    def unit(tx: Transaction) -> None:
        row = {"org": "o", "name": name, "sealed": "x" * size, "created_at": "t", "updated_at": "t"}
        tx.execute(credentials.insert().values(**row))
        tx.emit("system.tested", {"name": name}, key=name, org="o")

    return unit


def stored(connection: Connection) -> tuple[list[str], list[str]]:
    """Names of rows, and keys of events."""
    rows = connection.execute(credentials.select().order_by(credentials.c.name)).all()
    return [row.name for row in rows], sorted(event.key for event in read_events(connection, after=0, org="o"))


def fill(disk: Path) -> Path:
    """Take every byte that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096, 1):
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                write_for_ever(file, size)
    return filler


def write_for_ever(file: FileIO, size: int) -> None:
    while True:
        file.write(os.urandom(size))


@pytest.fixture
async def cramped(engine: str, small_disk: Path, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A database whose rows lie on the small disk."""
    if engine == "sqlite":
        url = f"sqlite:///{small_disk / 'nexus.db'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = on_tablespace(server, small_disk)
    migrate(url)
    database = open_database(url)
    yield database
    await database.aclose()
    if engine == "postgresql":
        server.drop_database(url)
        server._administer("DROP TABLESPACE small")


def on_tablespace(server: PostgresServer, folder: Path) -> str:
    for parent in [folder, *folder.parents]:
        if parent.stat().st_uid == os.geteuid() and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)
    owner = server.home.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    server._administer(f"CREATE TABLESPACE small LOCATION '{folder}'")
    url = server.create_database()
    server._administer(f'ALTER DATABASE "{database_name(url)}" SET TABLESPACE small')
    return url


async def test_a_full_disk_fails_every_unit_of_the_group_and_writing_goes_on_afterwards(
    cramped: Database, small_disk: Path, one_group: OneGroup
) -> None:
    await cramped.write(storing("before"))
    filler = fill(small_disk)
    outcomes = await one_group(cramped, *(storing(f"lost {number}", 200_000) for number in range(8)))
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 8
    assert all("\n" not in outcome.detail and "space" in outcome.mend for outcome in outcomes)
    assert await cramped.read(stored) == (["before"], ["before"])

    filler.unlink()
    await cramped.write(storing("after"))
    assert await cramped.read(stored) == (["after", "before"], ["after", "before"])


class TestOnSqlite:
    @pytest.fixture(params=["sqlite"])
    def engine(self, request: pytest.FixtureRequest) -> str:
        return request.param

    @pytest.mark.parametrize("huge", ["one row", "many rows"])
    async def test_one_unit_that_does_not_fit_takes_its_whole_group_along(
        self, database: Database, one_group: OneGroup, huge: str
    ) -> None:
        # SQLite rolls the transaction back after the one, and the statement alone after the other.
        unit = storing("huge", 1_000_000) if huge == "one row" else many_rows
        await database.write(storing("before"))
        most = await database.write(lambda tx: limit_pages(tx, 0))
        await database.write(lambda tx: limit_pages(tx, pages(tx) + 20))
        outcomes = await one_group(database, storing("a"), unit, storing("b"))
        assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3
        assert await database.read(stored) == (["before"], ["before"])

        await database.write(lambda tx: limit_pages(tx, most))
        assert await one_group(database, storing("a"), unit, storing("b")) == [None] * 3
        assert {"a", "b"} < set((await database.read(stored))[1])

    async def test_an_error_that_rolls_everything_back_is_the_guilty_units_and_undoes_the_others(
        self, database: Database, one_group: OneGroup
    ) -> None:
        await database.write(storing("taken"))

        def guilty(tx: Transaction) -> None:
            tx.connection.exec_driver_sql("INSERT OR ROLLBACK INTO credentials VALUES ('o', 'taken', '', '', '')")

        before, outcome, after = await one_group(database, storing("a"), guilty, storing("b"))
        assert isinstance(outcome, IntegrityError)
        assert isinstance(before, Unavailable)
        assert isinstance(after, Unavailable)
        assert "again" in before.mend
        assert await database.read(stored) == (["taken"], ["taken"])
        await database.write(storing("a"))

    async def test_a_unit_that_survives_the_rollback_of_its_transaction_is_not_committed_in_halves(
        self, database: Database, one_group: OneGroup
    ) -> None:
        await database.write(storing("taken"))

        def careless(tx: Transaction) -> None:
            with suppress(IntegrityError):
                tx.connection.exec_driver_sql("INSERT OR ROLLBACK INTO credentials VALUES ('o', 'taken', '', '', '')")
            with suppress(Exception):
                storing("half")(tx)

        for units in ([careless], [storing("a"), careless, storing("b")]):
            outcomes = await one_group(database, *units)
            assert {type(outcome) for outcome in outcomes} == {Unavailable}
        assert await database.read(stored) == (["taken"], ["taken"])

    async def test_a_commit_that_fails_fails_every_unit_in_it(self, database: Database, one_group: OneGroup) -> None:
        await database.write(with_deferred_constraint)
        outcomes = await one_group(database, storing("a"), orphan, storing("b"))
        assert [type(outcome) for outcome in outcomes] == [Unavailable] * 3
        assert await database.read(stored) == ([], [])
        await database.write(storing("a"))


async def test_a_lone_unit_whose_commit_fails_hears_why(database: Database) -> None:
    await database.write(with_deferred_constraint)
    with pytest.raises(IntegrityError):
        await database.write(orphan)
    assert await database.read(stored) == ([], [])
    await database.write(storing("a"))
    assert await database.read(stored) == (["a"], ["a"])


def many_rows(tx: Transaction) -> None:
    tx.connection.exec_driver_sql(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
        "INSERT INTO credentials SELECT 'o', 'row ' || i, hex(zeroblob(500)), 't', 't' FROM n"
    )


def with_deferred_constraint(tx: Transaction) -> None:
    tx.connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
    tx.connection.exec_driver_sql(
        "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)"
    )


def orphan(tx: Transaction) -> None:
    tx.connection.exec_driver_sql("INSERT INTO child VALUES (1)")
    tx.emit("system.tested", {}, key="orphan", org="o")


def limit_pages(tx: Transaction, most: int) -> int:
    return tx.connection.exec_driver_sql(f"PRAGMA max_page_count={most}").scalar_one()


def pages(tx: Transaction) -> int:
    return tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
