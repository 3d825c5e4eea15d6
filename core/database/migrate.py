"""Alembic, driven from code: the schema of every floor, one revision a change."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.database.sqlite_connection import connect, driver, sqlite_engine, translated
from core.database.url import normalised_url
from core.errors import Conflict

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATE_LOCK = 0x6D696772
WAIT_MILLISECONDS = 120_000
# Alembic's proxies are the module's own globals: one upgrade at a time in a process.
ALEMBIC = threading.Lock()


def migrate(url: str) -> None:
    """Bring the schema at ``url`` (an SQLAlchemy URL) to the newest revision, whole or not at all.

    Safe to call from several processes at once: one does the work, the others wait for it. Raises ``Unavailable``
    where the database cannot be opened, ``Conflict`` where a newer program has written it.
    """
    from alembic import command
    from alembic.util import CommandError

    url = normalised_url(url)
    locked = locked_sqlite(url) if url.startswith("sqlite") else locked_postgres(url)
    with ALEMBIC, locked as connection:
        try:
            command.upgrade(alembic_config(connection), "head")
        except CommandError as error:
            raise Conflict(
                f"The database's schema cannot be brought up to date: {error}.",
                mend="A newer version has written it: use that version, or restore the backup from before.",
            ) from error


@contextmanager
def locked_sqlite(url: str) -> Generator[Connection]:
    """A connection inside one transaction that holds the write lock; foreign keys are checked at its end.

    They are off meanwhile: SQLite changes most things about a table by making it anew under the old name.
    """
    engine = sqlite_engine(url)
    connection = connect(engine)
    try:
        raw = driver(connection)
        raw.execute(f"PRAGMA busy_timeout={WAIT_MILLISECONDS}")
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("BEGIN IMMEDIATE")
        # Begun by us: SQLAlchemy and Alembic are to see a transaction that somebody else ends.
        with connection.begin():
            yield connection
            broken = raw.execute("PRAGMA foreign_key_check").fetchone()
            if broken is not None:
                raise Conflict(f"The migration would leave rows of {broken[0]} without what they refer to.")
    except (sqlite3.Error, DBAPIError) as error:
        raise translated(error) from error
    finally:
        connection.close()
        engine.dispose()


@contextmanager
def locked_postgres(url: str) -> Generator[Connection]:
    """A connection inside one transaction that holds the migrations' lock."""
    from core.database.postgres import postgres_engine, translated

    engine = postgres_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATE_LOCK})
            yield connection
    except DBAPIError as error:
        raise translated(error, "The database's schema could not be brought up to date") from error
    finally:
        engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """A configuration without a file: the scripts beside this module, on a connection that is open already."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
