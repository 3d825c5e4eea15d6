"""The one way to the database, whatever engine is under it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from core.database.transaction import Transaction

T = TypeVar("T")
Unit = Callable[[Transaction], T]
Query = Callable[[Connection], T]


class Database(ABC):
    """Units of work are plain functions: one that cannot await cannot hold a transaction across the network."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []

    @abstractmethod
    async def write(self, unit: Unit[T]) -> T:
        """Run ``unit`` in a transaction of its own and return its value once it is committed.

        Whatever ``unit`` raises is raised here and leaves no trace; ``Unavailable`` when the commit itself fails.
        Cancelling the caller does not undo a unit that was already queued.
        """

    @abstractmethod
    async def read(self, query: Query[T]) -> T:
        """Run ``query`` against one consistent snapshot. It cannot write."""

    @abstractmethod
    async def aclose(self) -> None:
        """Finish what is queued, then close every connection."""

    def on_events(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` (from any thread) after commits that stated events. Returns the unsubscription."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _announce(self) -> None:
        for listener in tuple(self._listeners):
            listener()
