"""Answers kept for the same question, where a purpose asks for it: exact, and never across organisations."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Protocol

from sqlalchemy import Column, Connection, Index, Table, Text, delete, select

from core.clock import Clock, rfc3339
from core.database import Database, Transaction, metadata
from gateway.messages import ModelRequest
from gateway.result import ModelResult
from gateway.routing import ModelCard

_SWEPT_AT_ONCE = 100

model_cache = Table(
    "model_cache",
    metadata,
    Column("key", Text, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Index("ix_model_cache_expires_at", "expires_at"),
)


class Cache(Protocol):
    """Keeps texts by their keys for a while. One that cannot be reached has nothing, and fails no call."""

    async def get(self, key: str) -> str | None:
        """What is kept under ``key``, while it is."""
        ...

    async def put(self, key: str, answer: str, seconds: int) -> None:
        """Keep ``answer`` for so many seconds."""
        ...


class NoCache:
    """Keeps nothing."""

    async def get(self, key: str) -> str | None:
        return None

    async def put(self, key: str, answer: str, seconds: int) -> None:
        return None


class DatabaseCache:
    """The embedded cache: a table beside everything else."""

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

        def unit(tx: Transaction) -> None:
            old = select(model_cache.c.key).where(model_cache.c.expires_at <= rfc3339(tx.now)).limit(_SWEPT_AT_ONCE)
            tx.execute(delete(model_cache).where(model_cache.c.key.in_(old)))
            tx.execute(delete(model_cache).where(model_cache.c.key == key))
            expires = rfc3339(tx.now + timedelta(seconds=seconds))
            tx.execute(model_cache.insert().values(key=key, answer=answer, expires_at=expires))

        await self._db.write(unit)


def key_of(request: ModelRequest, card: ModelCard) -> str:
    """The same for the same question of the same organisation to the same model, whoever in it asks."""
    asked = [
        "1",
        request.org,
        request.purpose.value,
        card.name,
        card.config.model if card.config is not None else "",
        request.prompt_hash,
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


def packed(result: ModelResult) -> str:
    """A result as it is kept."""
    return result.model_dump_json()


def unpacked(text: str) -> ModelResult:
    """A result as it was."""
    return ModelResult.model_validate_json(text)
