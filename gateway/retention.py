"""What is kept of calls is forgotten by age: their records, their reservations, and what was counted in old periods."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from core.database import Database, Transaction
from gateway.budget.forget import forget_reservations, forget_usage
from gateway.records import forget_calls

BATCH = 200


async def forget_old(db: Database, keep_days: float) -> int:
    """Delete what is older, in units so small that nobody waits for them. Returns how many rows.

    A budget keeps what it counts in the period in force, and in total. ``keep_days`` are more than a reservation lasts.
    """
    keep = timedelta(days=keep_days)
    return sum([await forget_all(db, forget, keep) for forget in (forget_calls, forget_reservations, forget_usage)])


async def forget_all(db: Database, forget: Callable[[Transaction, datetime, int], int], keep: timedelta) -> int:
    """``forget`` batch by batch, until there is nothing left of that age."""
    forgotten, batch = 0, BATCH
    while batch == BATCH:
        batch = await db.write(lambda tx: forget(tx, tx.now - keep, BATCH))
        forgotten += batch
    return forgotten
