"""SQLite's writer: one thread that takes what is waiting, commits it as one group and wakes the waiters.

A brief unit that comes when nobody writes is run where it stands, on its event loop: to hand it to the thread and back
wakes two processors, which takes longer than the unit itself.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from core.clock import Clock
from core.database.database import Committed, Unit, guarded
from core.database.mailbox import Mailbox, Mailboxes
from core.database.sqlite_connection import BUSY_MILLISECONDS, code, driver, spoils_transaction, translated, unavailable
from core.database.transaction import PendingEvent, Transaction
from core.errors import Unavailable

T = TypeVar("T")

INSERT_EVENT = (
    "INSERT INTO events (key, org, run, type, data, ts) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING"
)
LARGEST_GROUP = 256
# The thread has its turn after so many brief units at the latest, and copies the log into the database then.
BRIEF_IN_A_ROW = 100
CHECKPOINT_PAGES = 1000


class Ticket:
    """A queued unit, where its waiter gets its mail, and in the end its value or its error."""

    __slots__ = ("error", "future", "mailbox", "unit", "value")

    def __init__(self, unit: Unit[Any], mailbox: Mailbox) -> None:
        self.unit = unit
        self.mailbox = mailbox
        self.future: asyncio.Future[Any] = mailbox.loop.create_future()
        self.value: Any = None
        self.error: BaseException | None = None

    def settle(self) -> None:
        """Hand the outcome to the waiter. Runs on the waiter's loop."""
        if self.future.done():
            return
        if self.error is None:
            self.future.set_result(self.value)
        else:
            self.future.set_exception(self.error)


class GroupLost(Exception):
    """The transaction cannot be committed any more: every unit in it fails."""


class Writer:
    """Runs units of work on one connection, in the order they came, in as few commits as possible."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock,
        mailboxes: Mailboxes,
        announce: Callable[[Committed], None],
        brief_here: bool,
    ) -> None:
        self._connection = connection
        self._raw = driver(connection)
        self._clock = clock
        self._mailboxes = mailboxes
        self._announce = announce
        self._queue: SimpleQueue[Ticket | None] = SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._connection_free = threading.Lock()
        self._brief_here = brief_here
        self._unplaced = 0
        self._in_a_row = 0
        self._patient: bool | None = None
        event.listen(connection, "before_cursor_execute", self._check_transaction)
        self._thread = threading.Thread(target=self._serve, name="nexus-write", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit[T], *, brief: bool = False) -> asyncio.Future[T]:
        """Queue ``unit``; the future is settled on the running loop once its group is committed or lost."""
        ticket = Ticket(unit, self._mailboxes.here())
        with self._gate:
            if self._closed:
                raise Unavailable("The database is closed.")
            if brief and self._brief_here:
                # Not at once: whoever else is ready to write on this loop is to be seen first, as one of a group.
                self._unplaced += 1
                ticket.mailbox.loop.call_soon(self._place, ticket)
            else:
                self._queue.put(ticket)
        return ticket.future

    def close(self) -> None:
        """Commit what is queued, end the thread and close the connection. Blocks."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _place(self, ticket: Ticket) -> None:
        """Run a brief unit here and now where it is the only one, else let the thread have it."""
        with self._gate:
            here = self._unplaced == 1 and self._in_a_row < BRIEF_IN_A_ROW and not self._closed and self._queue.empty()
            self._unplaced -= 1
            here = here and self._connection_free.acquire(blocking=False)
            if not here:
                ticket.error = Unavailable("The database is closed.") if self._closed else None
                if ticket.error is None:
                    self._queue.put(ticket)
        if here:
            self._run_here(ticket)
        elif ticket.error is not None:
            ticket.settle()

    def _run_here(self, ticket: Ticket) -> None:
        self._in_a_row += 1
        news = self._run_group([ticket], patient=False)
        self._connection_free.release()
        if is_busy(ticket.error):
            with self._gate:
                if not self._closed:
                    ticket.error = None
                    self._queue.put(ticket)
                    return
        ticket.settle()
        if news is not None:
            self._announce(news)

    def _serve(self) -> None:
        last = False
        while not last and (first := self._queue.get()) is not None:
            group, last = self._waiting(first)
            with self._connection_free:
                self._in_a_row = 0
                news = self._run_group(group, patient=True)
            settle(group)
            if news is not None:
                self._announce(news)
        self._connection.close()

    def _be_patient(self, patient: bool) -> None:
        """Only the thread waits for another process's lock, and for the disk when the log is copied."""
        if patient is not self._patient:
            self._raw.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS if patient else 0}")
            self._raw.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES if patient else 0}")
            self._patient = patient

    def _waiting(self, first: Ticket) -> tuple[list[Ticket], bool]:
        group = [first]
        # Nobody else takes from the queue, so what is there can be had without waiting.
        while len(group) < LARGEST_GROUP and not self._queue.empty():
            ticket = self._queue.get()
            if ticket is None:
                return group, True
            group.append(ticket)
        return group, False

    def _run_group(self, group: list[Ticket], *, patient: bool) -> Committed | None:
        try:
            self._be_patient(patient)
            return self._commit(group)
        except BaseException as error:  # whatever it is, those who wait must hear of it, and the thread must live on
            self._roll_back()
            reason = (error.__cause__ or error) if isinstance(error, GroupLost) else error
            for ticket in group:
                ticket.error = ticket.error or outcome_of(reason, alone=len(group) == 1)
            return None

    def _commit(self, group: list[Ticket]) -> Committed | None:
        self._raw.execute("BEGIN IMMEDIATE")
        now = self._clock.now()
        if len(group) == 1:
            pending = self._run(group[0], now)
        else:
            pending = [event for ticket in group for event in self._run_beside_others(ticket, now)]
        news = self._insert(pending) if pending else None
        self._raw.execute("COMMIT")
        return news

    def _run(self, ticket: Ticket, now: datetime) -> list[PendingEvent]:
        """Run one unit; its own error stands on its ticket, and ``GroupLost`` ends the transaction."""
        tx = Transaction(self._connection, now)
        try:
            ticket.value = guarded(ticket.unit, tx)
        except GroupLost:
            raise
        except BaseException as error:
            ticket.error = translated(error)
            raise GroupLost("a unit of work failed") from error
        self._check_transaction()
        return tx.pending

    def _run_beside_others(self, ticket: Ticket, now: datetime) -> list[PendingEvent]:
        """Run one of several units: its failure leaves the others alone, unless it took the transaction along."""
        self._raw.execute("SAVEPOINT unit")
        try:
            pending = self._run(ticket, now)
        except GroupLost as lost:
            if ticket.error is None or not self._raw.in_transaction or spoils_transaction(lost.__cause__):
                raise
            self._raw.execute("ROLLBACK TO unit")
            pending = []
        self._raw.execute("RELEASE unit")
        return pending

    def _insert(self, pending: Sequence[PendingEvent]) -> Committed | None:
        if len(pending) == 1:
            cursor = self._raw.execute(INSERT_EVENT, pending[0])
            return Committed(cursor.lastrowid, pending) if cursor.rowcount else None
        stated = self._raw.executemany(INSERT_EVENT, pending).rowcount
        if not stated:
            return None
        (newest,) = self._raw.execute("SELECT last_insert_rowid()").fetchone()
        # AUTOINCREMENT counts on by one where no insert failed, so the ids are known without reading them.
        return Committed(newest, pending if stated == len(pending) else ())

    def _check_transaction(self, *_event: object) -> None:
        """A unit that goes on after SQLite rolled everything back would commit each further statement by itself."""
        if not self._raw.in_transaction:
            raise GroupLost("a unit of work lost or ended the transaction that it shares")

    def _roll_back(self) -> None:
        if self._raw.in_transaction:
            try:
                self._raw.execute("ROLLBACK")
            except sqlite3.Error:
                # The next BEGIN fails and says so to whoever asks.
                return


def outcome_of(reason: BaseException, *, alone: bool) -> BaseException:
    """What a unit that did nothing wrong while it ran hears when its commit failed."""
    if alone and isinstance(reason, sqlite3.IntegrityError):
        # A deferred constraint, and nobody else can have broken it.
        return IntegrityError("COMMIT", None, reason, hide_parameters=True)
    return unavailable(reason)


def is_busy(error: BaseException | None) -> bool:
    """Whether another process held the lock, so that nothing was begun."""
    return error is not None and code(error.__cause__) == sqlite3.SQLITE_BUSY


def settle(group: Sequence[Ticket]) -> None:
    """One wake-up a loop, however many units the group held."""
    by_loop: dict[Mailbox, list[Callable[[], None]]] = {}
    for ticket in group:
        by_loop.setdefault(ticket.mailbox, []).append(ticket.settle)
    for mailbox, outcomes in by_loop.items():
        mailbox.post(*outcomes)
