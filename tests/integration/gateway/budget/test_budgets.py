"""One process and its budgets: how they are made, and how room in them is made, refused and lost, on both engines."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import event

from core.database import Database, Transaction
from core.errors import BudgetExceeded, InvalidInput, NotFound
from gateway.budget import Amount, Budgets, Caller, Period, Refusal, Reservation, reserve_in
from gateway.budget.holds import BATCH
from gateway.budget.model import Usage
from tests.integration.gateway.budget.ledger import ADA, SetClock, log, reserved, said, spent, usage, use

DOLLAR = 10**9


class TestDefining:
    async def test_a_budget_is_listed_with_how_it_stands(self, budgets: Budgets) -> None:
        made = await budgets.define("acme", period="month", limit_nanos=DOLLAR, limit_tokens=100, user="ada")
        await budgets.define("other", period="day", limit_tokens=1)
        await budgets.reserve(ADA, Amount(30, DOLLAR // 4), seconds=60)
        (state,) = await budgets.list("acme")
        assert state.budget == made
        assert (state.spent, state.reserved) == (Amount(), Amount(30, DOLLAR // 4))
        assert state.left.as_dict() == {"tokens": 70, "usd": "0.75"}
        assert state.renews_at == "2026-02-01T00:00:00.000000Z"

    async def test_changed_limits_count_for_the_next_call(self, budgets: Budgets) -> None:
        made = await budgets.define("acme", period="total", limit_tokens=10)
        await use(budgets, 10)
        raised = await budgets.change("acme", made.id, limit_tokens=15, limit_nanos=DOLLAR)
        assert (raised.limit_tokens, raised.limit_nanos) == (15, DOLLAR)
        await use(budgets, 5)
        assert [state.budget for state in await budgets.list("acme")] == [raised]
        await budgets.change("acme", made.id, limit_tokens=3)
        (state,) = await budgets.list("acme")
        assert (state.spent.tokens, state.left.tokens, state.left.nanos) == (15, 0, None)

    async def test_a_removed_budget_stands_in_nobodys_way_and_others_are_settled(self, budgets: Budgets) -> None:
        gone = await budgets.define("acme", period="day", limit_tokens=10)
        await budgets.define("acme", period="month", limit_tokens=50)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)
        await budgets.remove("acme", gone.id)
        await budgets.settle(reservation.id, Amount(7))
        assert await spent(budgets) == [Amount(7)]
        await use(budgets, 40)

    async def test_a_call_whose_only_budget_was_removed_can_still_be_settled(
        self, budgets: Budgets, database: Database
    ) -> None:
        gone = await budgets.define("acme", period="day", limit_tokens=10)
        reservation = await budgets.reserve(ADA, Amount(10), seconds=60)
        await budgets.remove("acme", gone.id)
        assert (await budgets.settle(reservation.id, Amount(7))).used == Amount(7)
        assert await usage(database) == {}

    async def test_what_is_not_there_or_belongs_to_others_is_not_found(self, budgets: Budgets) -> None:
        made = await budgets.define("other", period="day", limit_tokens=10)
        for attempt in (
            budgets.change("acme", made.id, limit_tokens=1),
            budgets.remove("acme", made.id),
            budgets.settle("nothing", Amount(1)),
            budgets.release("nothing"),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert len(await budgets.list("other")) == 1

    async def test_what_makes_no_sense_is_refused(self, budgets: Budgets) -> None:
        made = await budgets.define("acme", period=Period.DAY, limit_tokens=10)
        for attempt in (
            budgets.define("acme", period="week", limit_tokens=1),
            budgets.define("acme", period="day"),
            budgets.define("acme", period="day", limit_tokens=-1),
            budgets.change("acme", made.id),
            budgets.change("acme", made.id, limit_nanos=-1),
            budgets.reserve(ADA, Amount(-1), seconds=60),
            budgets.reserve(ADA, Amount(1), seconds=0),
            budgets.reserve(ADA, Amount(1), seconds=1e9),
            budgets.reserve(ADA, Amount(1), seconds=float("nan")),
        ):
            with pytest.raises(InvalidInput):
                await attempt
        assert [state.budget for state in await budgets.list("acme")] == [made]


class TestReserving:
    async def test_a_call_must_fit_into_every_budget_that_matches(self, budgets: Budgets) -> None:
        await budgets.define("acme", period="month", limit_tokens=100)
        narrow = await budgets.define("acme", period="day", limit_tokens=10, user="ada")
        await budgets.define("acme", period="day", limit_tokens=0, user="bob")
        with pytest.raises(BudgetExceeded) as raised:
            await budgets.reserve(ADA, Amount(11), seconds=60)
        assert raised.value.facts == {
            "budget": narrow.id,
            "left_usd": None,
            "left_tokens": 10,
            "renews_at": "2026-02-01T00:00:00.000000Z",
        }
        assert await reserved(budgets) == [Amount(), Amount(), Amount()]
        await budgets.reserve(ADA, Amount(10), seconds=60)
        assert await reserved(budgets) == [Amount(10), Amount(10), Amount()]

    async def test_where_several_have_no_room_the_one_that_renews_last_is_named(self, budgets: Budgets) -> None:
        await budgets.define("acme", period="day", limit_tokens=0)
        last = await budgets.define("acme", period="total", limit_tokens=0)
        await budgets.define("acme", period="month", limit_tokens=0)
        with pytest.raises(BudgetExceeded) as raised:
            await budgets.reserve(ADA, Amount(1), seconds=60)
        assert raised.value.facts["budget"] == last.id

    @pytest.mark.parametrize("limit", ["limit_tokens", "limit_nanos"])
    async def test_a_budget_of_zero_refuses_what_costs_something(self, budgets: Budgets, limit: str) -> None:
        await budgets.define("acme", period="total", **{limit: 0})  # pyright: ignore[reportArgumentType]
        one, free = (Amount(1), Amount(0, 9)) if limit == "limit_tokens" else (Amount(0, 1), Amount(9))
        with pytest.raises(BudgetExceeded):
            await budgets.reserve(ADA, one, seconds=60)
        await budgets.reserve(ADA, free, seconds=60)

    async def test_a_refusal_is_told_once_it_is_certain(self, budgets: Budgets, database: Database) -> None:
        made = await budgets.define("acme", period="day", limit_nanos=DOLLAR)
        with pytest.raises(BudgetExceeded):
            await budgets.reserve(ADA, Amount(5, 2 * DOLLAR), seconds=60)
        assert await said(database, "budget.exceeded") == [
            {
                "budget": made.id,
                "asked": {"tokens": 5, "usd": "2"},
                "left": {"tokens": None, "usd": "1"},
                "renews_at": "2026-02-01T00:00:00.000000Z",
                "user": "ada",
                "purpose": "chat",
                "thread": "t1",
            }
        ]
        assert await usage(database) == {}

    async def test_without_a_matching_budget_nothing_is_written(
        self, budgets: Budgets, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await budgets.define("acme", period="day", limit_tokens=0, user="bob")
        statements: list[str] = []

        def unit(tx: Transaction) -> Reservation | Refusal:
            event.listen(tx.connection, "before_cursor_execute", lambda *given: statements.append(given[2]))
            return reserve_in(tx, "new", ADA, Amount(5), seconds=60)

        reservation = await database.write(unit)
        assert reservation == Reservation(None, Amount(5), "2026-01-31T12:01:00.000000Z")
        assert [statement.split()[0] for statement in statements] == ["SELECT"]
        assert (await budgets.settle(None, Amount(9))).used == Amount(9)
        await budgets.release(None)
        assert await log(database) == []


class TestExpiry:
    async def test_an_expired_reservation_makes_room_and_is_booked_in_full_all_the_same(
        self, budgets: Budgets, database: Database, clock: SetClock
    ) -> None:
        await budgets.define("acme", period="total", limit_tokens=20)
        lost = await budgets.reserve(ADA, Amount(20), seconds=60)
        clock.move(seconds=59)
        with pytest.raises(BudgetExceeded):
            await budgets.reserve(ADA, Amount(1), seconds=60)
        clock.move(seconds=1)
        assert await reserved(budgets) == [Amount()]
        second = await budgets.reserve(ADA, Amount(20), seconds=60)
        await budgets.settle(lost.id, Amount(18))
        assert (await spent(budgets), await reserved(budgets)) == ([Amount(18)], [Amount(20)])
        (told,) = await said(database, "budget.expired")
        assert (told["reservation"], told["amount"]["tokens"], told["user"]) == (lost.id, 20, "ada")
        await budgets.settle(second.id, Amount(20))
        assert [counted.reserved for counted in (await usage(database)).values()] == [Amount()]

    async def test_a_late_release_gives_back_nothing_that_others_hold_by_now(
        self, budgets: Budgets, database: Database, clock: SetClock
    ) -> None:
        await budgets.define("acme", period="total", limit_tokens=20)
        late = await budgets.reserve(ADA, Amount(20), seconds=60)
        clock.move(minutes=2)
        await budgets.reserve(ADA, Amount(20), seconds=60)
        await budgets.release(late.id)
        assert [counted.reserved for counted in (await usage(database)).values()] == [Amount(20)]
        with pytest.raises(BudgetExceeded):
            await budgets.reserve(ADA, Amount(1), seconds=60)

    async def test_what_expired_is_freed_in_the_budgets_that_are_asked_for(
        self, budgets: Budgets, database: Database, clock: SetClock
    ) -> None:
        shared = await budgets.define("acme", period="total", limit_tokens=20)
        await budgets.define("acme", period="total", limit_tokens=20, user="ada")
        lost = await budgets.reserve(ADA, Amount(20), seconds=60)
        clock.move(minutes=2)
        await budgets.reserve(Caller("acme", "bob", "chat", None), Amount(5), seconds=60)
        rows = {line.budget_id: counted.reserved for line, counted in (await usage(database)).items()}
        assert rows.pop(shared.id) == Amount(5)
        assert list(rows.values()) == [Amount(20)], "nobody has asked for it, so nobody has locked it"
        assert await reserved(budgets) == [Amount(5), Amount()]
        await budgets.reserve(ADA, Amount(0), seconds=60)
        (told,) = await said(database, "budget.expired")
        assert (told["reservation"], len(told["budgets"])) == (lost.id, 2)
        await budgets.settle(lost.id, Amount(3))
        assert await spent(budgets) == [Amount(3), Amount(3)]
        assert await reserved(budgets) == [Amount(5), Amount()]

    async def test_a_crowd_of_lost_calls_is_collected_a_batch_at_a_time_or_as_far_as_room_is_needed(
        self, budgets: Budgets, database: Database, clock: SetClock
    ) -> None:
        crowd = 3 * BATCH
        await budgets.define("acme", period="total", limit_tokens=crowd)
        await asyncio.gather(*(budgets.reserve(ADA, Amount(1), seconds=60) for _ in range(crowd)))
        clock.move(minutes=2)
        await use(budgets, 1)
        (counted,) = (await usage(database)).values()
        assert counted == Usage(Amount(1), Amount(crowd - BATCH))
        await use(budgets, crowd - 1)
        (counted,) = (await usage(database)).values()
        assert counted == Usage(Amount(crowd), Amount())

    async def test_in_the_next_period_what_was_lost_in_the_last_one_is_not_missed(
        self, budgets: Budgets, clock: SetClock
    ) -> None:
        await budgets.define("acme", period="day", limit_tokens=20)
        await budgets.reserve(ADA, Amount(20), seconds=60)
        clock.move(days=1)
        await use(budgets, 20)
        clock.move(days=-1)
        await use(budgets, 20)
        for days in (0, 1):
            clock.move(days=days)
            with pytest.raises(BudgetExceeded):
                await use(budgets, 1)
