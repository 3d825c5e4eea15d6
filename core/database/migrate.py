"""Alembic, driven from code: the schema of every floor, one revision a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, text

from core.database.url import normalised_url

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATE_LOCK = 0x6D696772


def migrate(url: str) -> None:
    """Bring the schema at ``url`` (an SQLAlchemy URL) to the newest revision. Safe to call from several processes."""
    from alembic import command

    engine = create_engine(normalised_url(url))
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATE_LOCK})
            command.upgrade(alembic_config(connection), "head")
    finally:
        engine.dispose()


def alembic_config(connection: Connection) -> Config:
    """A configuration without a file: the scripts beside this module, on a connection that is open already."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config
