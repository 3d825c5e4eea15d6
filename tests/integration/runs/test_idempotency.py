"""Idempotency keys are kept for a week, and then forgotten by whoever sweeps, as what is old of calls is."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.clock import SystemClock
from core.database import Database, Transaction
from orchestrator.runs import idempotency
from orchestrator.runs.idempotency import BATCH, KEPT, forget_old, idempotency_keys, made_before, remember
from tests.integration.runs.conftest import Launch

HOUR = timedelta(hours=1)


async def remember_since(db: Database, moment: datetime, *keys: str) -> None:
    def unit(tx: Transaction) -> None:
        then = Transaction(tx.connection, moment)
        for key in keys:
            remember(then, "org", key, "request", f"made by {key}")

    await db.write(unit)


async def count(db: Database) -> int:
    return await db.read(lambda connection: connection.scalar(select(func.count()).select_from(idempotency_keys)) or 0)


async def test_keys_older_than_a_week_are_forgotten_however_many_there_are(database: Database) -> None:
    now = SystemClock().now()
    await remember_since(database, now - KEPT - HOUR, *(f"old {number}" for number in range(2 * BATCH + 1)))
    await remember_since(database, now - KEPT + HOUR, "young")
    assert await forget_old(database) == 2 * BATCH + 1
    found = await database.read(lambda connection: made_before(connection, "org", "young", "request"))
    assert (found, await count(database)) == ("made by young", 1)
    assert await forget_old(database) == 0


async def test_a_service_forgets_them_by_itself(
    database: Database, launch: Launch, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = asyncio.Event()

    async def noted(db: Database) -> None:
        await forget_old(db)
        swept.set()

    monkeypatch.setattr(idempotency, "forget_old", noted)
    await remember_since(database, SystemClock().now() - KEPT - HOUR, "old")
    await launch({}, beat=0.01)
    async with asyncio.timeout(30):
        await swept.wait()
    assert await count(database) == 0


async def test_and_what_is_old_of_the_calls_of_models(launch: Launch) -> None:
    swept = asyncio.Event()

    async def noted() -> int:
        swept.set()
        return 1

    await launch({}, beat=0.01, forget_calls=noted)
    async with asyncio.timeout(30):
        await swept.wait()
