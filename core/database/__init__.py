"""One way to the database: units of work in a writer, on SQLite and PostgreSQL alike.

``await db.write(unit)`` runs a plain function ``(Transaction) -> value`` and commits it; ``await db.read(query)``
runs ``(Connection) -> value`` on a snapshot. SQLAlchemy 2 Core is the language of both.
"""

from core.clock import Clock, SystemClock
from core.database.database import Committed, Database, Query, Unit
from core.database.migrate import migrate
from core.database.schema import metadata
from core.database.transaction import Transaction
from core.database.url import normalised_url

__all__ = [
    "Committed",
    "Database",
    "Query",
    "Transaction",
    "Unit",
    "metadata",
    "migrate",
    "normalised_url",
    "open_database",
]


def open_database(url: str, *, clock: Clock | None = None, synchronous: str = "NORMAL") -> Database:
    """Open the database at an SQLAlchemy URL whose schema ``migrate`` has prepared."""
    url = normalised_url(url)
    clock = clock or SystemClock()
    if url.startswith("sqlite"):
        from core.database.sqlite import SqliteDatabase

        return SqliteDatabase(url, clock=clock, synchronous=synchronous)
    from core.database.postgres import PostgresDatabase

    return PostgresDatabase(url, clock=clock)
