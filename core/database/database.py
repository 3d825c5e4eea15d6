"""The one way to the database, whatever engine is under it."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from core.database.mailbox import Mailbox, Mailboxes
from core.database.transaction import PendingEvent, Transaction

A = TypeVar("A")
T = TypeVar("T")
Unit = Callable[[Transaction], T]
Query = Callable[[Connection], T]


@dataclass(frozen=True, slots=True)
class Committed:
    """News of the event log: it reaches ``up_to`` now.

    ``events`` are the newest ones with their consecutive ids, ``up_to`` last, where the engine has them at hand;
    without them the log itself is to be read. ``up_to`` is ``None`` when only reading can tell.
    """

    up_to: int | None
    events: Sequence[PendingEvent] = ()

    @property
    def first(self) -> int | None:
        """Id of the first of ``events``."""
        return self.up_to - len(self.events) + 1 if self.events and self.up_to is not None else None


Listener = Callable[[Committed], None]


class Database(ABC):
    """Units of work are plain functions: one that cannot await cannot hold a transaction across the network.

    A unit may run more than once before it is committed (PostgreSQL: a deadlock, a serialization failure), so it
    changes nothing but the database. A statement that may fail and be survived stands in
    ``with tx.connection.begin_nested():``, as PostgreSQL ends the whole transaction otherwise.
    """

    def __init__(self) -> None:
        self._mailboxes = Mailboxes()
        self._listeners: tuple[tuple[Mailbox, Listener], ...] = ()
        self._listening = threading.Lock()

    @abstractmethod
    async def write(self, unit: Unit[T], *, brief: bool = False) -> T:
        """Run ``unit`` in a transaction of its own and return its value once it is committed.

        ``brief``: a few small rows, so that an engine may run it on the event loop where that takes less time than
        handing it to a thread. Whatever ``unit`` raises is raised here and leaves no trace; ``Unavailable`` when the
        commit itself fails. Cancelling the caller does not undo a unit that was already queued.
        """

    @abstractmethod
    async def read(self, query: Query[T]) -> T:
        """Run ``query`` against one consistent snapshot. It cannot write."""

    @abstractmethod
    async def aclose(self) -> None:
        """Finish what is queued, then close every connection."""

    def on_events(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` on the running loop after commits that stated events, here or in another process.

        Returns the unsubscription. Calls may come late, twice or out of order; what they say is true.
        """
        entry = (self._mailboxes.here(), listener)
        with self._listening:
            self._listeners = (*self._listeners, entry)
        return lambda: self._forget(entry)

    def _forget(self, entry: tuple[Mailbox, Listener]) -> None:
        with self._listening:
            self._listeners = tuple(other for other in self._listeners if other is not entry)

    def _announce(self, news: Committed) -> None:
        """Tell every listener. Runs on any thread."""
        for mailbox, listener in self._listeners:
            mailbox.post(partial(listener, news))


def guarded(function: Callable[[A], T], argument: A) -> T:
    """``function(argument)``, with ``StopIteration`` as ``RuntimeError``: no future takes it, its waiter would hang."""
    try:
        return function(argument)
    except StopIteration as error:
        raise RuntimeError("a unit of work or a query raised StopIteration") from error
