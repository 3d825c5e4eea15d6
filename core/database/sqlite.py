"""SQLite: one writer thread that commits whatever is waiting in one group, and a few reading threads."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.database.database import Database, Query, Unit
from core.database.transaction import PendingEvent, Transaction
from core.errors import NexusError, Unavailable

T = TypeVar("T")

INSERT_EVENT = (
    "INSERT INTO events (key, org, run, type, data, ts) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
)
LARGEST_GROUP = 256
READERS = 4


class Ticket:
    """A queued unit, the loop that waits for it, and in the end its value or its error."""

    __slots__ = ("error", "future", "loop", "unit", "value")

    def __init__(self, unit: Unit[Any], loop: asyncio.AbstractEventLoop) -> None:
        self.unit = unit
        self.loop = loop
        self.future: asyncio.Future[Any] = loop.create_future()
        self.value: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Hand the outcome to the waiter. Runs on the waiter's loop."""
        if self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.value)


class GroupLost(Exception):
    """The engine rolled the whole transaction back (a full disk does that): every unit in it failed."""


class SqliteDatabase(Database):
    """WAL, one writer.

    ``synchronous=NORMAL`` survives kill -9; a power cut may lose the last commits, which ``FULL`` prevents.
    """

    def __init__(self, url: str, *, clock: Clock, synchronous: str) -> None:
        super().__init__()
        self._clock = clock
        self._engine = sqlite_engine(url, synchronous)
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="nexus-read")
        self._reading = threading.local()
        self._closed = False
        self._writer = threading.Thread(target=self._write_groups, name="nexus-write", daemon=True)
        self._writer.start()

    async def write(self, unit: Unit[T]) -> T:
        if self._closed:
            raise Unavailable("The database is closed.")
        ticket = Ticket(unit, asyncio.get_running_loop())
        self._queue.put(ticket)
        return await ticket.future

    async def read(self, query: Query[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._readers.shutdown)
        self._engine.dispose()

    def _read(self, query: Query[T]) -> T:
        connection: Connection | None = getattr(self._reading, "connection", None)
        if connection is None:
            connection = self._engine.connect()
            connection.exec_driver_sql("PRAGMA query_only=ON")
            self._reading.connection = connection
        raw = driver(connection)
        raw.execute("BEGIN")
        try:
            return query(connection)
        finally:
            raw.execute("ROLLBACK")

    def _write_groups(self) -> None:
        connection = self._engine.connect()
        try:
            while (first := self._queue.get()) is not None:
                group, last = self._waiting(first)
                self._run_group(connection, group)
                if last:
                    break
        finally:
            connection.close()

    def _waiting(self, first: Ticket) -> tuple[list[Ticket], bool]:
        group = [first]
        while len(group) < LARGEST_GROUP:
            try:
                ticket = self._queue.get_nowait()
            except Empty:
                return group, False
            if ticket is None:
                return group, True
            group.append(ticket)
        return group, False

    def _run_group(self, connection: Connection, group: list[Ticket]) -> None:
        raw = driver(connection)
        stated = False
        try:
            raw.execute("BEGIN IMMEDIATE")
            pending = self._run_units(connection, raw, group)
            if pending:
                stated = raw.executemany(INSERT_EVENT, pending).rowcount > 0
            raw.execute("COMMIT")
        except (sqlite3.Error, GroupLost) as error:
            if raw.in_transaction:
                raw.execute("ROLLBACK")
            for ticket in group:
                ticket.error = ticket.error or commit_failed(error)
        settle_all(group)
        if stated:
            self._announce()

    def _run_units(self, connection: Connection, raw: sqlite3.Connection, group: list[Ticket]) -> list[PendingEvent]:
        pending: list[PendingEvent] = []
        several = len(group) > 1
        now = self._clock.now()
        for ticket in group:
            if several:
                raw.execute("SAVEPOINT unit")
            tx = Transaction(connection, now)
            try:
                ticket.value = ticket.unit(tx)
            except BaseException as error:
                ticket.error = translate(error)
                if not raw.in_transaction:
                    raise GroupLost(str(error)) from error
                raw.execute("ROLLBACK TO unit" if several else "ROLLBACK")
                if not several:
                    raw.execute("BEGIN IMMEDIATE")
            else:
                pending += tx.pending
            if several:
                raw.execute("RELEASE unit")
        return pending


def settle_all(group: Sequence[Ticket]) -> None:
    """One wake-up a loop, however many units the group held."""
    by_loop: dict[asyncio.AbstractEventLoop, list[Ticket]] = {}
    for ticket in group:
        by_loop.setdefault(ticket.loop, []).append(ticket)
    for loop, tickets in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle_each, tickets)


def settle_each(tickets: list[Ticket]) -> None:
    for ticket in tickets:
        ticket.settle()


def translate(error: BaseException) -> BaseException:
    """A full or broken disk is the service's condition, not the caller's mistake."""
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.OperationalError) and not isinstance(error, NexusError):
        return commit_failed(original)
    return error


def commit_failed(error: BaseException) -> Unavailable:
    failure = Unavailable(
        f"The database could not store this: {error}.",
        mend="Free space on the data directory's disk and check that it is writable; nothing was half-written.",
    )
    failure.__cause__ = error
    return failure


def driver(connection: Connection) -> sqlite3.Connection:
    """The driver's own connection: transactions are begun and ended by us, and event rows inserted, on it."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def sqlite_engine(url: str, synchronous: str = "NORMAL") -> Engine:
    """An engine whose connections never begin a transaction by themselves."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"check_same_thread": False})

    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "busy_timeout=10000",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", prepare)
    return engine
