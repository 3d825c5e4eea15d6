"""What a unit of work holds while it runs: a connection, one instant, and the events it states."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult, Executable

from core.clock import rfc3339

# Made once: json.dumps would build an encoder for every event.
ENCODE = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class PendingEvent(NamedTuple):
    """An event that will be inserted right before the commit, in the column order of ``INSERT_EVENT``."""

    key: str
    org: str
    run: str | None
    type: str
    data: str
    ts: str


class Transaction:
    """The argument of every unit of work.

    ``now`` is one instant for the whole unit. ``emit`` only collects: events are inserted last, so that their ids
    follow the order of commits and nobody can get the order wrong.
    """

    __slots__ = ("connection", "now", "pending")

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.pending: list[PendingEvent] = []

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one SQLAlchemy Core statement."""
        return self.connection.execute(statement, parameters)

    def emit(self, type: str, data: Mapping[str, Any], *, key: str, org: str, run: str | None = None) -> None:
        """State an event. ``key`` is unique for ever: an event whose key exists already is not stated again.

        Raises ``TypeError`` or ``ValueError`` where ``data`` is not JSON.
        """
        self.pending.append(PendingEvent(key, org, run, type, ENCODE(data), rfc3339(self.now)))
