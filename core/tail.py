"""The newest events in memory, once for all who follow the log."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.database import Committed
from core.database.transaction import PendingEvent

MOST_EVENTS = 2048
MOST_CHARACTERS = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. ``id`` is a 64-bit integer in commit order; ``ts`` is RFC 3339 UTC.

    Followers of one log share it: ``data`` is to be read, not changed.
    """

    id: int
    key: str
    org: str
    run: str | None
    type: str
    data: dict[str, Any]
    ts: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def parsed(first: int, rows: Iterable[PendingEvent]) -> list[Event]:
    """``rows`` as events that carry consecutive ids from ``first``."""
    return [
        Event(first + place, row.key, row.org, row.run, row.type, json.loads(row.data), row.ts)
        for place, row in enumerate(rows)
    ]


class Tail:
    """Every event with ``floor < id <= ceiling``, bounded in number and size; what is older is in the log.

    ``ceiling`` is ``None`` until the tail has been started at the log's head.
    """

    def __init__(self) -> None:
        self.floor = 0
        self.ceiling: int | None = None
        self._events: list[Event] = []
        self._sizes: list[int] = []
        self._size = 0

    def start(self, head: int) -> None:
        """Begin, or begin again, with nothing in memory and everything up to ``head`` in the log."""
        self.floor = self.ceiling = head
        self._events, self._sizes, self._size = [], [], 0

    def covers(self, position: int) -> bool:
        """Whether all that follows ``position`` is here."""
        return self.ceiling is not None and position >= self.floor

    def after(self, position: int) -> list[Event]:
        """The events beyond ``position``, in order."""
        return self._events[bisect_right(self._events, position, key=event_id) :]

    def continues(self, news: Committed) -> bool:
        """Whether ``news`` carries the events that follow the newest one here."""
        return self.ceiling is not None and news.first == self.ceiling + 1

    def append(self, events: Sequence[Event], sizes: Sequence[int]) -> None:
        """Add the next events, whose ``data`` has ``sizes`` as text; the oldest make room."""
        self._events += events
        self._sizes += sizes
        self._size += sum(sizes)
        self.ceiling = events[-1].id
        self._shed()

    def _shed(self) -> None:
        gone = max(0, len(self._events) - MOST_EVENTS)
        self._size -= sum(self._sizes[:gone])
        while self._size > MOST_CHARACTERS:
            self._size -= self._sizes[gone]
            gone += 1
        if gone:
            self.floor = self._events[gone - 1].id
            del self._events[:gone], self._sizes[:gone]


def event_id(event: Event) -> int:
    return event.id
