"""Idempotency keys of requests that create something: the second request finds what the first one made.

After the draft-ietf-httpapi-idempotency-key-header: a key belongs to one request, and another request with the same
key is refused. It is kept for a week: whoever has lost a reply asks again much sooner.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy import Column, Connection, Table, Text, delete, select, tuple_
from sqlalchemy.exc import IntegrityError

from core.clock import rfc3339
from core.database import Database, Transaction, metadata
from core.errors import InvalidInput

T = TypeVar("T")

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("org", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request", Text, nullable=False),
    Column("made", Text, nullable=False),
    Column("created_at", Text, nullable=False),
)

LONGEST_KEY = 255
KEPT = timedelta(days=7)
BATCH = 500


async def write_racing(db: Database, unit: Callable[[Transaction], T], *, brief: bool = False) -> T:
    """A unit that may make what another process makes at the same moment: then it runs again, and finds that."""
    try:
        return await db.write(unit, brief=brief)
    except IntegrityError:
        return await db.write(unit, brief=brief)


def made_before(connection: Connection, org: str, key: str | None, request: str) -> str | None:
    """Id of what this key made before. Raises ``InvalidInput`` where it was used for another request."""
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST_KEY:
        raise InvalidInput(f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    where = (idempotency_keys.c.org == org) & (idempotency_keys.c.key == key)
    row = connection.execute(select(idempotency_keys).where(where)).first()
    if row is None:
        return None
    if row.request != request:
        raise InvalidInput(
            "This Idempotency-Key was used for another request.", mend="Use a new key for a new request."
        )
    return row.made


def remember(tx: Transaction, org: str, key: str | None, request: str, made: str) -> None:
    """Bind a key to what its request made, in the same transaction."""
    if key is not None:
        tx.execute(
            idempotency_keys.insert().values(org=org, key=key, request=request, made=made, created_at=rfc3339(tx.now))
        )


async def forget_old(db: Database) -> int:
    """Delete the keys that are older than a week, in units so small that nobody waits for them. Returns how many."""
    forgotten = batch = await db.write(forget_batch)
    while batch == BATCH:
        batch = await db.write(forget_batch)
        forgotten += batch
    return forgotten


def forget_batch(tx: Transaction) -> int:
    row = tuple_(idempotency_keys.c.org, idempotency_keys.c.key)
    old = select(idempotency_keys.c.org, idempotency_keys.c.key).where(
        idempotency_keys.c.created_at < rfc3339(tx.now - KEPT)
    )
    return tx.execute(delete(idempotency_keys).where(row.in_(old.limit(BATCH)))).rowcount
