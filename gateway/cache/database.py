"""The embedded cache: a table beside everything else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, Connection, Index, Table, Text, delete, select

from core.clock import Clock, rfc3339
from core.database import Database, Transaction, metadata
from gateway.cache.cache import LARGEST

_SWEPT_AT_ONCE = 100

model_cache = Table(
    "model_cache",
    metadata,
    Column("key", Text, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index("ix_model_cache_expires_at", "expires_at"),
)


class DatabaseCache:
    """Keeps answers in the service's database."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def get(self, key: str) -> str | None:
        """What is kept under ``key`` and has not expired."""
        now = rfc3339(self._clock.now())

        def query(connection: Connection) -> str | None:
            living = select(model_cache.c.answer).where(model_cache.c.key == key, model_cache.c.expires_at > now)
            return connection.execute(living).scalar()

        return await self._db.read(query)

    async def put(self, key: str, answer: str, seconds: int) -> None:
        """Keep it, and sweep a few that have expired."""
        if len(answer.encode()) > LARGEST:
            return

        def unit(tx: Transaction) -> None:
            old = select(model_cache.c.key).where(model_cache.c.expires_at <= rfc3339(tx.now)).limit(_SWEPT_AT_ONCE)
            tx.execute(delete(model_cache).where(model_cache.c.key.in_(old)))
            tx.execute(delete(model_cache).where(model_cache.c.key == key))
            expires = rfc3339(tx.now + timedelta(seconds=seconds))
            tx.execute(model_cache.insert().values(key=key, answer=answer, expires_at=expires))

        await self._db.write(unit)
