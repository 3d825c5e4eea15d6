"""SQLite: one writer thread that commits whatever is waiting in one group, and a few reading threads."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from core.clock import Clock
from core.database.database import Committed, Database, Listener, Query, Unit, guarded
from core.database.sqlite_connection import connect, driver, sqlite_engine, translated_reading
from core.database.writer import Writer
from core.errors import Unavailable

T = TypeVar("T")

READERS = 4
WATCH_SECONDS = 1.0


class SqliteDatabase(Database):
    """WAL, one writer.

    ``synchronous=NORMAL`` survives kill -9; a power cut may lose the last commits, which ``FULL`` prevents.
    """

    def __init__(self, url: str, *, clock: Clock, synchronous: str) -> None:
        super().__init__()
        self._engine = sqlite_engine(url, synchronous)
        self._writer = Writer(
            connect(self._engine),
            clock=clock,
            mailboxes=self._mailboxes,
            announce=self._announce,
            # A commit that waits for the disk is nothing for an event loop.
            brief_here=synchronous.upper() in ("NORMAL", "OFF"),
        )
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="nexus-read")
        self._reading = threading.local()
        self._opened: list[Connection] = []
        self._closed = threading.Event()
        self._watcher: threading.Thread | None = None

    async def write(self, unit: Unit[T], *, brief: bool = False) -> T:
        return await self._writer.submit(unit, brief=brief)

    async def read(self, query: Query[T]) -> T:
        if self._closed.is_set():
            raise Unavailable("The database is closed.")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    async def aclose(self) -> None:
        self._closed.set()
        await asyncio.sleep(0)  # brief units that were submitted find their place
        await asyncio.to_thread(self._close)
        self._mailboxes.close()

    def on_events(self, listener: Listener) -> Callable[[], None]:
        with self._listening:
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="nexus-watch", daemon=True)
                self._watcher.start()
        return super().on_events(listener)

    def _close(self) -> None:
        self._writer.close()
        self._readers.shutdown()
        if self._watcher is not None:
            self._watcher.join()
        while self._opened:
            self._opened.pop().close()

    def _read(self, query: Query[T]) -> T:
        try:
            connection = self._reading_connection()
            raw = driver(connection)
            raw.execute("BEGIN")
            try:
                return guarded(query, connection)
            finally:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
        except (sqlite3.Error, DBAPIError) as error:
            raise translated_reading(error) from error

    def _reading_connection(self) -> Connection:
        """This thread's own connection, which cannot write."""
        connection: Connection | None = getattr(self._reading, "connection", None)
        if connection is None:
            connection = connect(self._engine)
            connection.exec_driver_sql("PRAGMA query_only=ON")
            self._opened.append(connection)
            self._reading.connection = connection
        return connection

    def _watch(self) -> None:
        """Notice what another process commits: in this one the writer itself brings the news."""
        seen = None
        with closing(connect(self._engine)) as connection:
            while not self._closed.wait(WATCH_SECONDS):
                with suppress(DBAPIError):  # a moment's trouble; the next look finds what this one missed
                    version = connection.exec_driver_sql("PRAGMA data_version").scalar()
                    if version != seen:
                        self._announce(
                            Committed(connection.exec_driver_sql("SELECT max(id) FROM events").scalar() or 0)
                        )
                        seen = version
