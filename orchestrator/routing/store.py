"""The routing's versions. The newest is in force; going back is a new version with an old document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Column, Connection, Integer, Row, Table, Text, func, select

from core.clock import rfc3339
from core.database import Transaction, metadata

Source = Literal["nexus.toml", "http", "rollback"]

routing_versions = Table(
    "routing_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class RoutingVersion:
    """One version. ``source`` says by which way it came, ``made_by`` whose it is; times are RFC 3339."""

    version: int
    document: dict[str, Any]
    source: str
    made_by: str
    created_at: str

    def as_dict(self) -> dict[str, Any]:
        """The version as HTTP shows it."""
        return {
            "version": self.version,
            "document": self.document,
            "source": self.source,
            "made_by": self.made_by,
            "created_at": self.created_at,
        }


def newest(connection: Connection, source: Source | None = None) -> RoutingVersion | None:
    """The version in force, or the newest that came by ``source``."""
    query = select(routing_versions).order_by(routing_versions.c.version.desc()).limit(1)
    if source is not None:
        query = query.where(routing_versions.c.source == source)
    row = connection.execute(query).first()
    return _version(row) if row is not None else None


def version(connection: Connection, number: int) -> RoutingVersion | None:
    """One version by its number."""
    row = connection.execute(select(routing_versions).where(routing_versions.c.version == number)).first()
    return _version(row) if row is not None else None


def history(connection: Connection, limit: int) -> list[RoutingVersion]:
    """The newest versions first."""
    query = select(routing_versions).order_by(routing_versions.c.version.desc()).limit(limit)
    return [_version(row) for row in connection.execute(query)]


def append(tx: Transaction, document: dict[str, Any], source: Source, made_by: str) -> RoutingVersion:
    """The next version. Two that are made at once collide on their number, and one of them is told."""
    number = (tx.execute(select(func.max(routing_versions.c.version))).scalar() or 0) + 1
    made = RoutingVersion(number, document, source, made_by, rfc3339(tx.now))
    tx.execute(routing_versions.insert().values(**{**made.as_dict(), "document": json.dumps(document)}))
    return made


def _version(row: Row[Any]) -> RoutingVersion:
    return RoutingVersion(row.version, json.loads(row.document), row.source, row.made_by, row.created_at)
