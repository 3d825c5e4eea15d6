"""What a call used is booked in full and exactly once, and what that reaches is told, on both engines."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.exc import IntegrityError

from core.database import Database, Transaction
from core.errors import BudgetExceeded, InvalidInput
from gateway.budget import Amount, Budgets, Refusal, Reservation, release_in, reserve_in, settle_in
from gateway.budget.tables import budget_usage
from tests.integration.gateway.budget.ledger import ADA, SetClock, log, reserved, said, spent, use


class TestSettling:
    @pytest.mark.parametrize(("used", "overrun"), [(4, False), (10, False), (25, True)])
    async def test_what_was_used_is_booked_in_full_and_the_rest_is_free(
        self, budgets: Budgets, database: Database, used: int, overrun: bool
    ) -> None:
        await budgets.define("acme", period="day", limit_tokens=20)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)
        settlement = await budgets.settle(reservation.id, Amount(used))
        assert settlement.overrun is overrun
        assert (await spent(budgets), await reserved(budgets)) == ([Amount(used)], [Amount()])
        (told,) = await said(database, "budget.settled")
        assert (told["used"]["tokens"], told["overrun"]) == (used, overrun)

    async def test_settled_again_it_books_nothing_and_answers_as_the_first_time(
        self, budgets: Budgets, database: Database
    ) -> None:
        await budgets.define("acme", period="day", limit_tokens=20)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)
        first = await budgets.settle(reservation.id, Amount(4))
        assert await budgets.settle(reservation.id, Amount(9)) == first
        await budgets.release(reservation.id)
        assert await spent(budgets) == [Amount(4)]
        assert len(await log(database, "budget.settled")) == 1

    async def test_a_released_call_books_nothing_unless_it_was_made_after_all(self, budgets: Budgets) -> None:
        await budgets.define("acme", period="day", limit_tokens=20)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)
        for _ in range(2):
            await budgets.release(reservation.id)
            assert (await spent(budgets), await reserved(budgets)) == ([Amount()], [Amount()])
        for _ in range(2):
            await budgets.settle(reservation.id, Amount(8))
            assert (await spent(budgets), await reserved(budgets)) == ([Amount(8)], [Amount()])

    async def test_usage_is_booked_in_the_period_in_which_it_was_reserved(
        self, budgets: Budgets, clock: SetClock
    ) -> None:
        await budgets.define("acme", period="day", limit_tokens=20)
        reservation = await budgets.reserve(ADA, Amount(20), seconds=24 * 3600)
        clock.move(hours=13)
        assert (await spent(budgets), await reserved(budgets)) == ([Amount()], [Amount()])
        await budgets.settle(reservation.id, Amount(15))
        assert await spent(budgets) == [Amount()]
        await use(budgets, 20)
        clock.move(hours=-13)
        assert await spent(budgets) == [Amount(15)]
        with pytest.raises(BudgetExceeded):
            await use(budgets, 6)

    @pytest.mark.parametrize("used", [Amount(-1), Amount(0, -1), Amount(2**53 + 1), Amount(0, 2**53 + 1)])
    async def test_absurd_usage_is_refused_and_the_reservation_stays(self, budgets: Budgets, used: Amount) -> None:
        await budgets.define("acme", period="day", limit_tokens=20)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)
        with pytest.raises(InvalidInput):
            await budgets.settle(reservation.id, used)
        assert (await spent(budgets), await reserved(budgets)) == ([Amount()], [Amount(10)])

    async def test_more_than_any_column_holds_is_still_booked_and_nothing_fits_any_more(self, budgets: Budgets) -> None:
        await budgets.define("acme", period="total", limit_tokens=5)
        for _ in range(3):
            reservation = await budgets.reserve(ADA, Amount(0, 1), seconds=60)
            await budgets.settle(reservation.id, Amount(2**53, 2**53))
        assert await spent(budgets) == [Amount(3 * 2**53, 3 * 2**53)]
        with pytest.raises(BudgetExceeded):
            await use(budgets, 1)

    async def test_it_is_settled_with_whatever_else_the_unit_does_or_not_at_all(
        self, budgets: Budgets, database: Database
    ) -> None:
        await budgets.define("acme", period="day", limit_tokens=20)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)

        def fails(tx: Transaction) -> None:
            settle_in(tx, reservation.id, Amount(9))
            raise RuntimeError("the call's record cannot be written")

        with pytest.raises(RuntimeError):
            await database.write(fails)
        assert (await spent(budgets), await reserved(budgets)) == ([Amount()], [Amount(10)])
        assert await log(database, "budget.settled") == []


class TestThresholds:
    async def test_each_is_told_once_for_a_budget_and_period(
        self, budgets: Budgets, database: Database, clock: SetClock
    ) -> None:
        made = await budgets.define("acme", period="day", limit_tokens=100)
        for _ in range(10):
            await use(budgets, 10)
        assert [told["percent"] for told in await said(database, "budget.threshold")] == [50, 80, 100]
        clock.move(days=1)
        await use(budgets, 85)
        told = await said(database, "budget.threshold")
        assert [one["percent"] for one in told[3:]] == [50, 80]
        assert told[-1] == {
            "budget": made.id,
            "period_start": "2026-02-01T00:00:00.000000Z",
            "percent": 80,
            "spent": {"tokens": 85, "usd": "0"},
        }

    async def test_a_call_that_reaches_none_states_none(self, budgets: Budgets, database: Database) -> None:
        await budgets.define("acme", period="day", limit_tokens=100)
        await use(budgets, 60)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)

        def unit(tx: Transaction) -> list[str]:
            settle_in(tx, reservation.id, Amount(10))
            return [event.type for event in tx.pending]

        assert await database.write(unit) == ["budget.settled"]

    async def test_what_is_reserved_reaches_none(self, budgets: Budgets, database: Database) -> None:
        await budgets.define("acme", period="day", limit_tokens=100)
        await budgets.reserve(ADA, Amount(100), seconds=60)
        assert await said(database, "budget.threshold") == []

    async def test_a_limit_that_is_raised_and_lowered_repeats_none(self, budgets: Budgets, database: Database) -> None:
        made = await budgets.define("acme", period="day", limit_tokens=100)
        await use(budgets, 60)
        await budgets.change("acme", made.id, limit_tokens=1000)
        await budgets.change("acme", made.id, limit_tokens=60)
        await budgets.change("acme", made.id, limit_tokens=1000)
        await use(budgets, 900)
        assert sorted(told["percent"] for told in await said(database, "budget.threshold")) == [50, 80, 100]

    async def test_either_limit_reaches_it_and_only_the_first_is_told(
        self, budgets: Budgets, database: Database
    ) -> None:
        await budgets.define("acme", period="total", limit_tokens=100, limit_nanos=100)
        for used in (Amount(10, 55), Amount(45, 0), Amount(0, 30), Amount(26, 0)):
            reservation = await budgets.reserve(ADA, Amount(), seconds=60)
            await budgets.settle(reservation.id, used)
        assert [told["percent"] for told in await said(database, "budget.threshold")] == [50, 80]


@pytest.mark.parametrize(
    "unit",
    [
        lambda tx: tx.execute(budget_usage.update().values(reserved_tokens=-1)),
        lambda tx: tx.execute(budget_usage.update().values(spent_nanos=-1)),
    ],
)
async def test_the_database_itself_refuses_a_count_below_zero(
    budgets: Budgets, database: Database, unit: Callable[[Transaction], Awaitable[None]]
) -> None:
    await budgets.define("acme", period="total", limit_tokens=10)
    await use(budgets, 1)
    with pytest.raises(IntegrityError):
        await database.write(unit)


async def test_a_unit_may_reserve_settle_and_release_by_itself(budgets: Budgets, database: Database) -> None:
    await budgets.define("acme", period="total", limit_tokens=10)

    def unit(tx: Transaction) -> None:
        assert isinstance(reserve_in(tx, "one", ADA, Amount(4), seconds=60), Reservation)
        assert isinstance(reserve_in(tx, "two", ADA, Amount(6), seconds=60), Reservation)
        assert isinstance(reserve_in(tx, "three", ADA, Amount(1), seconds=60), Refusal)
        settle_in(tx, "one", Amount(3))
        release_in(tx, "two")

    await database.write(unit)
    assert (await spent(budgets), await reserved(budgets)) == ([Amount(3)], [Amount()])
    types = [event.type for event in await log(database)]
    assert types == ["budget.reserved", "budget.reserved", "budget.exceeded", "budget.settled"]
