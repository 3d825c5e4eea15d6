"""SQLite's connections and what its errors mean."""

from __future__ import annotations

import sqlite3
from typing import cast

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from core.errors import InvalidInput, Unavailable

BUSY_MILLISECONDS = 10_000
LARGEST_IDLE_WAL = 64 * 1024 * 1024

# The service's condition, not the caller's mistake.
CONDITIONS = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_READONLY,
}
# After these SQLite may have rolled back more than the statement; its documentation asks for a ROLLBACK.
SPOILING = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_NOMEM}


def sqlite_engine(url: str, synchronous: str = "NORMAL") -> Engine:
    """An engine whose connections never begin a transaction by themselves. Its owner closes each connection."""
    if make_url(url).database in (None, "", ":memory:"):
        raise InvalidInput(
            "SQLite needs a file here: several connections share the database.",
            mend="Write the address as sqlite:////absolute/path/nexus.db.",
        )
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False},
        poolclass=NullPool,
        hide_parameters=True,
    )

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        # busy_timeout first: switching to WAL needs a lock that another process may hold.
        for pragma in (
            f"busy_timeout={BUSY_MILLISECONDS}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            f"journal_size_limit={LARGEST_IDLE_WAL}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    return engine


def connect(engine: Engine) -> Connection:
    """A connection of ``engine``. Raises ``Unavailable`` where the file cannot be opened."""
    try:
        return engine.connect()
    except DBAPIError as error:
        raise translated(error) from error


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: transactions are begun and ended by us, and event rows inserted, on it."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def translated(error: BaseException) -> BaseException:
    """``Unavailable`` for a full disk, a lock that was not released and the like; every other error as it is."""
    return unavailable(error) if code(error) in CONDITIONS else error


def translated_reading(error: BaseException) -> BaseException:
    """The same for a query. One that tries to write is the caller's mistake."""
    if code(error) not in CONDITIONS - {sqlite3.SQLITE_READONLY}:
        return error
    failure = Unavailable(
        f"The database could not be read: {original(error)}.",
        mend="Check the data directory's disk and the database file's permissions.",
    )
    failure.__cause__ = original(error)
    return failure


def spoils_transaction(error: BaseException | None) -> bool:
    """Whether the transaction in which ``error`` arose is lost as a whole."""
    return code(error) in SPOILING


def unavailable(error: BaseException) -> Unavailable:
    """What whoever waited for a commit hears when ``error`` undid it."""
    mend = "Try again: another change in the same commit was at fault, and nothing of it was stored."
    if code(error) in CONDITIONS:
        mend = "Free space on the data directory's disk and check that it is writable; nothing was half-written."
    failure = Unavailable(f"The database could not store this: {original(error)}.", mend=mend)
    failure.__cause__ = error
    return failure


def original(error: BaseException) -> BaseException:
    return error.orig if isinstance(error, DBAPIError) and error.orig is not None else error


def code(error: BaseException | None) -> int | None:
    """SQLite's primary result code."""
    if error is None:
        return None
    extended: int | None = getattr(original(error), "sqlite_errorcode", None)
    return extended & 0xFF if extended is not None else None
