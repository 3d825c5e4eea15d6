"""The metadata every table is declared on, and the one table that belongs to the database itself: the event log."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

events = Table(
    "events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    Column("org", Text, nullable=False),
    Column("run", Text),
    Column("type", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Index("ix_events_run_id", "run", "id"),
    sqlite_autoincrement=True,
)
