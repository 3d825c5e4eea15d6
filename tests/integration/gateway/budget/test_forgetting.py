"""What budgets and calls leave behind is forgotten by age, and what a budget still needs never is."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import Table, func, select

from core.database import Database, open_database
from core.errors import NotFound
from core.ids import TimeOrderedIds
from gateway.budget import Amount, Budgets, Line, Period
from gateway.budget.holds import BATCH as COLLECTED_AT_ONCE
from gateway.budget.model import Usage
from gateway.budget.tables import reservation_lines, reservations
from gateway.database_ledger import DatabaseLedger
from gateway.records import recent_calls, spend
from gateway.result import CallRecord, FinishReason
from gateway.result import Usage as Used
from gateway.retention import BATCH, forget_old
from tests.integration.gateway.budget.ledger import ADA, NOON, SetClock, said, usage, use
from tests.integration.gateway.conftest import asked

KEPT = 30


@pytest.fixture
def budgets(database: Database, clock: SetClock) -> Budgets:
    return Budgets(database, TimeOrderedIds(clock), clock=clock)


async def count(database: Database, table: Table) -> int:
    return await database.read(lambda connection: connection.scalar(select(func.count()).select_from(table)) or 0)


async def test_periods_gone_by_are_forgotten_and_those_in_force_stay(
    budgets: Budgets, database: Database, clock: SetClock
) -> None:
    day, month, total = [await budgets.define("acme", period=each, limit_tokens=100) for each in Period]
    for _ in range(3):
        await use(budgets, 1)
        clock.move(days=20)
    # 31 January, 20 February, 12 March; it is 1 April.
    await forget_old(database, 39)
    assert await usage(database) == {
        Line(day.id, "2026-03-12T00:00:00.000000Z"): Usage(Amount(1)),
        Line(month.id, "2026-02-01T00:00:00.000000Z"): Usage(Amount(1)),
        Line(month.id, "2026-03-01T00:00:00.000000Z"): Usage(Amount(1)),
        Line(total.id, "0001-01-01T00:00:00.000000Z"): Usage(Amount(3)),
    }
    assert await count(database, reservations) == 1
    clock.move(days=3650)
    await forget_old(database, 39)
    assert await usage(database) == {Line(total.id, "0001-01-01T00:00:00.000000Z"): Usage(Amount(3))}
    assert (await count(database, reservations), await count(database, reservation_lines)) == (0, 0)
    assert [state.left.tokens for state in await budgets.list("acme")] == [100, 100, 97]


async def test_the_month_in_force_stays_however_short_the_memory(
    budgets: Budgets, database: Database, clock: SetClock
) -> None:
    await budgets.define("acme", period="month", limit_tokens=10)
    clock.moment = datetime.fromisoformat("2026-03-01T00:00:00Z")
    await use(budgets, 10)
    clock.moment = datetime.fromisoformat("2026-03-31T23:59:59Z")
    await forget_old(database, 2)
    (state,) = await budgets.list("acme")
    assert (state.spent, await count(database, reservations)) == (Amount(10), 0)


async def test_a_lost_reservation_is_freed_and_told_before_it_is_forgotten(
    budgets: Budgets, database: Database, clock: SetClock
) -> None:
    await budgets.define("acme", period="total", limit_tokens=1000)
    lost = [await budgets.reserve(ADA, Amount(1), seconds=60) for _ in range(COLLECTED_AT_ONCE + 1)]
    await use(budgets, 5)
    clock.move(days=KEPT + 1)
    assert await forget_old(database, KEPT) == COLLECTED_AT_ONCE + 2
    assert list((await usage(database)).values()) == [Usage(Amount(5))]
    assert {told["reservation"] for told in await said(database, "budget.expired")} == {each.id for each in lost}


async def test_processes_that_forget_at_once_take_nothing_from_calls_under_way(
    budgets: Budgets, database: Database, migrated_database_url: str, clock: SetClock
) -> None:
    for period in ("total", "month", "day"):
        await budgets.define("acme", period=period, limit_tokens=100_000)
    for _ in range(BATCH + 20):
        await budgets.reserve(ADA, Amount(3), seconds=60)
    clock.move(days=KEPT + 1)
    other = open_database(migrated_database_url, clock=clock)
    forgetting = [forget_old(db, KEPT) for db in (database, other) for _ in range(2)]
    await asyncio.gather(*forgetting, *(use(budgets, 1) for _ in range(60)))
    assert sorted(counted.spent.tokens for counted in (await usage(database)).values()) == [60, 60, 60]
    assert [state.reserved for state in await budgets.list("acme")] == [Amount()] * 3
    assert (await count(database, reservations), len(await said(database, "budget.expired"))) == (60, BATCH + 20)
    await other.aclose()


async def test_a_young_reservation_is_settled_as_ever(budgets: Budgets, database: Database, clock: SetClock) -> None:
    await budgets.define("acme", period="day", limit_tokens=100)
    old = await budgets.reserve(ADA, Amount(1), seconds=60)
    clock.move(days=KEPT)
    held = await budgets.reserve(ADA, Amount(2), seconds=86_400)
    clock.move(days=1)
    await forget_old(database, KEPT)
    await budgets.settle(held.id, Amount(2))
    assert [counted.spent for counted in (await usage(database)).values()] == [Amount(2)]
    with pytest.raises(NotFound):
        await budgets.settle(old.id, Amount(1))


async def test_records_of_calls_are_forgotten_however_many_there_are(database: Database, clock: SetClock) -> None:
    ledger = DatabaseLedger(database, TimeOrderedIds(clock))
    record = CallRecord(
        purpose=asked().purpose,
        provider="local",
        model="small",
        prompt_hash="",
        finish_reason=FinishReason.STOP,
        usage=Used(input_tokens=1),
        latency_seconds=0.1,
    )
    for number in range(2 * BATCH + 3):
        if number == 2 * BATCH + 1:
            clock.move(days=KEPT, seconds=1)
        await ledger.close(None, Used(), asked(), record)
    assert await forget_old(database, KEPT) == 2 * BATCH + 1
    calls = await database.read(lambda connection: recent_calls(connection, "home", limit=BATCH))
    (spent,) = await database.read(lambda connection: spend(connection, "home", since=NOON, by=("model",)))
    assert (len(calls), spent["input_tokens"]) == (2, 2)
    assert await forget_old(database, KEPT) == 0
