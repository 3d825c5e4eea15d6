"""Random histories against a model of a few lines: the clock goes both ways, calls are lost, late and settled twice."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.clock import rfc3339
from core.database import Database
from core.errors import BudgetExceeded
from gateway.budget import Amount, Budget, Budgets, Caller
from tests.integration.gateway.budget.ledger import NOON, SetClock, log, usage

USERS, PURPOSES, THREADS = ("ada", "ada", "bob", None), ("chat", "chat", "plan"), ("t1", "t1", None)
AMOUNTS = st.builds(Amount, st.integers(0, 12), st.integers(0, 12))
# Mostly wide and low, so that most calls count somewhere and some find no room.
SCOPES = st.tuples(*(st.sampled_from((None, None, name)) for name in ("ada", "chat", "t1")))
LIMIT = st.integers(0, 40) | st.integers(10, 30) | st.none()
LIMITS = st.tuples(LIMIT, LIMIT).filter(lambda two: any_limit(*two))
BUDGETS = st.lists(st.tuples(st.sampled_from(("day", "month", "total")), SCOPES, LIMITS), min_size=1, max_size=4)
# The clock starts at noon of 31 January: a few of these cross the ends of days, months and a year, in both directions.
SPANS = st.sampled_from((10, 60, 3600, 13 * 3600, 86_400, 29 * 86_400, -30, -3600, -13 * 3600, -86_400, -40 * 86_400))
WHICH = st.integers(0, 9)
WHO = st.tuples(st.sampled_from(USERS), st.sampled_from(PURPOSES), st.sampled_from(THREADS))
RESERVE = st.tuples(st.just("reserve"), WHO, AMOUNTS, st.sampled_from((10, 60, 80_000)))
SETTLE = st.tuples(st.just("settle"), WHICH, st.sampled_from(("less", "equal", "more")))
RELEASE = st.tuples(st.just("release"), WHICH)
MOVE = st.tuples(st.just("move"), SPANS)
STEPS = st.lists(RESERVE | RESERVE | SETTLE | SETTLE | RELEASE | MOVE, min_size=10, max_size=40)


def any_limit(tokens: int | None, nanos: int | None) -> bool:
    return tokens is not None or nanos is not None


@dataclass
class Call:
    """What the model knows of a reservation."""

    amount: Amount
    expires: datetime
    held: set[tuple[str, str]]
    lines: list[tuple[str, str]]
    outcome: Amount | None = None
    late: bool = False


@dataclass
class Model:
    """Budgets as one would explain them: a dictionary of sums and a list of calls."""

    budgets: list[Budget]
    now: datetime = NOON
    calls: list[Call] = field(default_factory=list[Call])
    spent: defaultdict[tuple[str, str], Amount] = field(default_factory=lambda: defaultdict(Amount))
    overdrawn: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def line(self, budget: Budget) -> tuple[str, str]:
        date = {"day": f"{self.now:%Y-%m-%d}", "month": f"{self.now:%Y-%m}-01", "total": "0001-01-01"}
        return budget.id, f"{date[budget.period]}T00:00:00.000000Z"

    def reserved(self, line: tuple[str, str]) -> Amount:
        held = [call.amount for call in self.calls if line in call.held and call.expires > self.now]
        return sum(held, Amount())

    def full(self, caller: Caller, amount: Amount) -> list[str]:
        """Ids of the budgets without room."""
        return [budget.id for budget in self.budgets if matches(budget, caller) and not self.has_room(budget, amount)]

    def has_room(self, budget: Budget, amount: Amount) -> bool:
        line = self.line(budget)
        total = self.spent[line] + self.reserved(line) + amount
        return all(
            limit is None or asked == 0 or needed <= limit
            for limit, needed, asked in (
                (budget.limit_tokens, total.tokens, amount.tokens),
                (budget.limit_nanos, total.nanos, amount.nanos),
            )
        )

    def asked(self, caller: Caller) -> list[tuple[str, str]]:
        """Whoever asks makes expired calls lose what they hold there, for good, wherever the clock goes then."""
        matching = [budget for budget in self.budgets if matches(budget, caller)]
        ids = {budget.id for budget in matching}
        for call in self.calls:
            if call.expires <= self.now:
                call.late |= any(line[0] in ids for line in call.held)
                call.held = {line for line in call.held if line[0] not in ids}
        return [self.line(budget) for budget in matching]

    def settle(self, call: Call, used: Amount) -> None:
        if call.outcome is None:
            call.outcome = used
            if call.late or not used <= call.amount:
                self.overdrawn.update(call.lines)
            for line in call.lines:
                self.spent[line] += used
            call.held = set()


def matches(budget: Budget, caller: Caller) -> bool:
    return (
        budget.user in (None, caller.user)
        and budget.purpose in (None, caller.purpose)
        and budget.thread in (None, caller.thread)
    )


class History:
    """Takes each step with the budgets and with the model, and compares what can be seen."""

    def __init__(self, database: Database, budgets: Budgets, clock: SetClock, model: Model, org: str) -> None:
        self.database, self.budgets, self.clock, self.model, self.org = database, budgets, clock, model, org
        self.ids: list[str] = []
        self.refused = 0

    async def reserve(self, who: tuple[str | None, str, str | None], amount: Amount, seconds: int) -> None:
        caller = Caller(self.org, *who)
        full, lines = self.model.full(caller, amount), self.model.asked(caller)
        if full:
            with pytest.raises(BudgetExceeded) as refused:
                await self.budgets.reserve(caller, amount, seconds=seconds)
            assert refused.value.facts["budget"] in full
            self.refused += 1
            return
        reservation = await self.budgets.reserve(caller, amount, seconds=seconds)
        assert sorted((line.budget_id, line.period_start) for line in reservation.lines) == sorted(lines)
        if reservation.id is not None:
            self.ids.append(reservation.id)
            expires = self.model.now + timedelta(seconds=seconds)
            self.model.calls.append(Call(amount, expires, set(lines), lines))

    async def settle(self, which: int, how: str) -> None:
        if self.ids:
            call = self.model.calls[which % len(self.ids)]
            more = {
                "less": Amount(call.amount.tokens // 2, 0),
                "equal": call.amount,
                "more": call.amount + Amount(3, 1),
            }
            self.model.settle(call, more[how])
            settlement = await self.budgets.settle(self.ids[which % len(self.ids)], more[how])
            assert settlement.used == call.outcome

    async def release(self, which: int) -> None:
        if self.ids:
            call = self.model.calls[which % len(self.ids)]
            # Settled after all, it has nothing reserved to stay within.
            call.late, call.held = True, set()
            await self.budgets.release(self.ids[which % len(self.ids)])

    async def move(self, seconds: int) -> None:
        self.clock.move(seconds=seconds)
        self.model.now = self.clock.moment

    async def compare(self) -> None:
        for state in await self.budgets.list(self.org):
            line = self.model.line(state.budget)
            assert (state.spent, state.reserved) == (self.model.spent[line], self.model.reserved(line))
            assert state.renews_at is None or state.renews_at > rfc3339(self.model.now) >= line[1]
        limits = {budget.id: budget for budget in self.model.budgets}
        for line, counted in (await usage(self.database, self.org)).items():
            place = (line.budget_id, line.period_start)
            assert counted.spent == self.model.spent[place]
            assert Amount() <= counted.reserved
            budget = limits[line.budget_id]
            if place not in self.model.overdrawn:
                assert budget.limit_tokens is None or counted.taken.tokens <= budget.limit_tokens
                assert budget.limit_nanos is None or counted.taken.nanos <= budget.limit_nanos

    async def compare_log(self) -> None:
        told = [
            (event.data["budget"], event.data["period_start"], event.data["percent"])
            for event in await log(self.database, "budget.threshold", self.org)
        ]
        assert sorted(told) == sorted(
            (budget.id, start, percent)
            for budget in self.model.budgets
            for (budget_id, start), spent in self.model.spent.items()
            if budget_id == budget.id
            for percent in (50, 80, 100)
            if reached(budget.limit_tokens, spent.tokens, percent) or reached(budget.limit_nanos, spent.nanos, percent)
        )
        assert len(await log(self.database, "budget.reserved", self.org)) == len(self.ids)
        assert len(await log(self.database, "budget.exceeded", self.org)) == self.refused
        settled = [call for call in self.model.calls if call.outcome is not None]
        assert len(await log(self.database, "budget.settled", self.org)) == len(settled)


def reached(limit: int | None, spent: int, percent: int) -> bool:
    return limit is not None and spent > 0 and spent * 100 >= limit * percent


async def defined(budgets: Budgets, org: str, wanted: list[Any]) -> list[Budget]:
    return [
        await budgets.define(
            org, period=period, user=user, purpose=purpose, thread=thread, limit_tokens=tokens, limit_nanos=nanos
        )
        for period, (user, purpose, thread), (tokens, nanos) in wanted
    ]


# One database for all histories: each has an organisation of its own.
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=BUDGETS, steps=STEPS)
async def test_any_history_ends_as_the_model_says(
    database: Database, budgets: Budgets, clock: SetClock, wanted: list[Any], steps: list[Any]
) -> None:
    org = uuid4().hex
    clock.moment = NOON
    history = History(database, budgets, clock, Model(await defined(budgets, org, wanted)), org)
    for name, *arguments in steps:
        await getattr(history, name)(*arguments)
        await history.compare()
    await history.compare_log()
