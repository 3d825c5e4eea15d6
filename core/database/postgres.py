"""PostgreSQL: the same units of work on pools of threads; appends take one lock right before the commit."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.database.database import Committed, Database, Listener, Query, Unit, guarded
from core.database.listener import CHANNEL, EventListener
from core.database.transaction import PendingEvent, Transaction
from core.errors import Unavailable

T = TypeVar("T")

APPEND_LOCK = "474148795763"
# One statement: the lock before the first id is drawn (nothing comes out of a sort before all has gone into it), rows
# in the order they were stated, their ids, and the news for every listening process. Not a pipeline of two: a process
# that is stopped inside one holds the lock in a session that its server does not count as idle.
INSERT_EVENTS = f"""
WITH locked AS MATERIALIZED (SELECT pg_advisory_xact_lock({APPEND_LOCK})),
stated AS (
    INSERT INTO events (key, org, run, type, data, ts)
    SELECT key, org, run, type, data, ts
    FROM locked,
         unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
         WITH ORDINALITY AS e (key, org, run, type, data, ts, place)
    ORDER BY place
    ON CONFLICT (key) DO NOTHING
    RETURNING id
)
SELECT count(*), min(id), max(id), pg_notify('{CHANNEL}', max(id)::text) FROM stated HAVING count(*) > 0
"""  # noqa: S608 (both are constants)
# Writers that wait for a row or for the append lock must not keep readers waiting, so the pools are two.
WRITERS = 8
READERS = 8
TRIES = 5
# A unit never waits between its statements. One that does is in a process that was stopped, and what it has locked is
# locked for everybody: the append lock is one of the locks. Somebody who has set another limit is left alone.
END_STALLED = """
SELECT set_config('idle_in_transaction_session_timeout', '15s', false)
WHERE current_setting('idle_in_transaction_session_timeout') = '0'
"""


class PostgresDatabase(Database):
    """Appends take one advisory lock as the last statements before the commit, so ids follow the order of commits.

    Without it 42 may commit before 41, and a reader whose cursor stands at 42 never sees 41.
    """

    def __init__(self, url: str, *, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self._url = url
        self._engine = postgres_engine(url, pool_size=WRITERS + READERS, max_overflow=0, pool_pre_ping=True)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._writers = ThreadPoolExecutor(WRITERS, thread_name_prefix="nexus-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="nexus-read")
        self._closed = threading.Event()
        self._listener: EventListener | None = None

    async def write(self, unit: Unit[T], *, brief: bool = False) -> T:
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._writers, self._write, unit)

    async def read(self, query: Query[T]) -> T:
        self._check_open()
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    async def aclose(self) -> None:
        self._closed.set()
        await asyncio.to_thread(self._close)
        self._mailboxes.close()

    def on_events(self, listener: Listener) -> Callable[[], None]:
        with self._listening:
            if self._listener is None:
                self._listener = EventListener(self._url, self._announce)
        return super().on_events(listener)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise Unavailable("The database is closed.")

    def _close(self) -> None:
        self._writers.shutdown()
        self._readers.shutdown()
        if self._listener is not None:
            self._listener.close()
        self._engine.dispose()

    def _read(self, query: Query[T]) -> T:
        try:
            with self._reader.connect() as connection, connection.begin():
                return guarded(query, connection)
        except DBAPIError as error:
            raise translated(error, "The database could not be read") from error

    def _write(self, unit: Unit[T]) -> T:
        for attempt in range(1, TRIES + 1):
            try:
                value, news = self._commit(unit)
            except DBAPIError as error:
                if attempt == TRIES or not is_retryable(error.orig):
                    raise translated(error, "The database could not store this") from error
            else:
                if news is not None:
                    self._announce(news)
                return value
        raise AssertionError("the last attempt returns or raises")

    def _commit(self, unit: Unit[T]) -> tuple[T, Committed | None]:
        with self._engine.connect() as connection, connection.begin():
            tx = Transaction(connection, self._clock.now())
            value = guarded(unit, tx)
            news = append(connection, tx.pending) if tx.pending else None
        return value, news


def append(connection: Connection, pending: Sequence[PendingEvent]) -> Committed | None:
    """Insert events under the append lock and tell every listening process."""
    raw = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    columns = [list(column) for column in zip(*pending, strict=True)]
    try:
        row = raw.execute(INSERT_EVENTS, columns).fetchone()
    except psycopg.Error as error:
        error.args = (first_line(error),)
        raise DBAPIError(None, None, error, hide_parameters=True) from error
    if row is None:
        return None
    count, first, newest, _ = row
    at_hand = count == len(pending) and newest - first + 1 == count
    return Committed(newest, tuple(pending) if at_hand else ())


def postgres_engine(url: str, **options: Any) -> Engine:
    """An engine whose errors quote neither parameters nor rows."""
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "handle_error", keep_first_line)
    event.listen(engine, "connect", limit_stalls)
    return engine


def limit_stalls(connection: psycopg.Connection[Any], _record: object) -> None:
    """Let the server end this session where a transaction of its stands still."""
    connection.execute(END_STALLED)
    connection.commit()


def keep_first_line(context: ExceptionContext) -> None:
    """Drop the lines after PostgreSQL's message: they quote the row at fault, whatever it holds."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = (str(error.args[0]).strip().split("\n", 1)[0] if error.args else "",)


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def is_retryable(error: BaseException | None) -> bool:
    """Serialization failures, deadlocks and stalls: the unit was rolled back whole and may simply run again."""
    return isinstance(
        error,
        psycopg.errors.SerializationFailure
        | psycopg.errors.DeadlockDetected
        | psycopg.errors.IdleInTransactionSessionTimeout,
    )


def translated(error: DBAPIError, what: str) -> Exception:
    """``Unavailable`` where the server or its disk is the reason; every other error as it is."""
    if not isinstance(error.orig, psycopg.OperationalError):
        return error
    return Unavailable(
        f"{what}: {first_line(error.orig)}.",
        mend="Check that PostgreSQL is reachable and has space; nothing was half-written.",
    )
