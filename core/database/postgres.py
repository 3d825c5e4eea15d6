"""PostgreSQL: the same units of work on a pool of threads, and LISTEN for the events of other processes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.database.database import Database, Query, Unit
from core.database.transaction import PendingEvent, Transaction
from core.errors import Unavailable

T = TypeVar("T")

CHANNEL = "nexus_events"
APPEND_LOCK = 0x6E65787573
INSERT_EVENT = (
    "INSERT INTO events (key, org, run, type, data, ts) VALUES (%s, %s, %s, %s, %s, %s) "
    "ON CONFLICT (key) DO NOTHING RETURNING id"
)
THREADS = 16
TRIES = 5
LISTEN_RETRY_SECONDS = 1.0


class PostgresDatabase(Database):
    """Appends take one advisory lock as the last statements before the commit, so ids follow the order of commits.

    Without it 42 may commit before 41, and a reader whose cursor stands at 42 never sees 41.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._url = url
        self._engine = create_engine(url, pool_size=THREADS, max_overflow=0, pool_pre_ping=True)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="nexus-pg")
        self._stop = threading.Event()
        self._listener: threading.Thread | None = None

    async def write(self, unit: Unit[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._write, unit)

    async def read(self, query: Query[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, query)

    async def aclose(self) -> None:
        self._stop.set()
        await asyncio.to_thread(self._threads.shutdown)
        if self._listener is not None:
            await asyncio.to_thread(self._listener.join)
        self._engine.dispose()

    def on_events(self, listener: Callable[[], None]) -> Callable[[], None]:
        if self._listener is None:
            self._listener = threading.Thread(target=self._listen, name="nexus-listen", daemon=True)
            self._listener.start()
        return super().on_events(listener)

    def _read(self, query: Query[T]) -> T:
        with self._reader.connect() as connection, connection.begin():
            return query(connection)

    def _write(self, unit: Unit[T]) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                return self._write_once(unit)
            except DBAPIError as error:
                if attempt == TRIES or not is_retryable(error.orig):
                    raise translate(error) from error
        raise AssertionError("unreachable")

    def _write_once(self, unit: Unit[T]) -> T:
        with self._engine.connect() as connection, connection.begin():
            tx = Transaction(connection, self._clock.now())
            value = unit(tx)
            if tx.pending:
                append(connection, tx.pending)
            return value

    def _listen(self) -> None:
        url = make_url(self._url).set(drivername="postgresql").render_as_string(hide_password=False)
        while not self._stop.is_set():
            try:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    # What was committed while nobody listened is found by reading again from the last id.
                    self._announce()
                    while not self._stop.is_set():
                        if any(True for _ in connection.notifies(timeout=0.5, stop_after=1)):
                            self._announce()
            except psycopg.Error:
                self._stop.wait(LISTEN_RETRY_SECONDS)


def append(connection: Connection, pending: Sequence[PendingEvent]) -> None:
    """Insert events under the append lock and tell the listeners."""
    raw = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with raw.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (APPEND_LOCK,))
        cursor.executemany(INSERT_EVENT, pending)
        cursor.execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def is_retryable(error: BaseException | None) -> bool:
    """Serialization failures and deadlocks: the unit was rolled back whole and may simply run again."""
    return isinstance(error, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected)


def translate(error: DBAPIError) -> Exception:
    if isinstance(error.orig, psycopg.errors.DiskFull | psycopg.OperationalError):
        return Unavailable(
            f"The database could not store this: {str(error.orig).strip()}.",
            mend="Check that PostgreSQL is reachable and has space; nothing was half-written.",
        )
    return error
