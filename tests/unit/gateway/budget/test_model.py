"""What matches, what fits, what is left, and which thresholds are reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from gateway.budget import Amount, Budget, Caller, Left, Period, Settlement
from gateway.budget.amount import LARGEST
from gateway.budget.model import LARGEST_SUM, Usage

COUNTS = st.integers(0, 200)
AMOUNTS = st.builds(Amount, COUNTS, COUNTS)
USAGES = st.builds(Usage, AMOUNTS, AMOUNTS)
LIMITS = st.tuples(st.none() | COUNTS, st.none() | COUNTS).filter(lambda pair: pair != (None, None))
ADA = Caller("acme", "ada", "chat", "t1")


def budget(**given: Any) -> Budget:
    return Budget(**{"id": "b", "org": "acme", "period": Period.MONTH} | (given or {"limit_nanos": 1}))


@pytest.mark.parametrize(
    ("scope", "caller", "matches"),
    [
        ({}, ADA, True),
        ({}, Caller("acme", None, "plan", None), True),
        ({}, Caller("other", "ada", "chat", "t1"), False),
        ({"user": "ada"}, ADA, True),
        ({"user": "bob"}, ADA, False),
        ({"user": "ada"}, Caller("acme", None, "chat", "t1"), False),
        ({"purpose": "plan"}, ADA, False),
        ({"thread": "t1"}, ADA, True),
        ({"thread": "t1"}, Caller("acme", "ada", "chat", None), False),
        ({"user": "ada", "purpose": "chat", "thread": "t1"}, ADA, True),
        ({"user": "ada", "purpose": "chat", "thread": "t2"}, ADA, False),
    ],
)
def test_a_budget_matches_by_every_name_it_has(scope: dict[str, str], caller: Caller, matches: bool) -> None:
    assert budget(limit_nanos=1, **scope).matches(caller) is matches


@pytest.mark.parametrize(
    "given",
    [
        {"limit_nanos": None},
        {"limit_nanos": -1},
        {"limit_nanos": 5, "limit_tokens": -1},
        {"limit_tokens": LARGEST + 1},
        {"limit_tokens": 1.5},
        {"limit_nanos": 1, "user": ""},
        {"limit_nanos": 1, "thread": "x" * 256},
        {"limit_nanos": 1, "org": "a\0b"},
    ],
)
def test_a_budget_without_a_sensible_limit_or_name_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        budget(**given)


@given(LIMITS, USAGES, AMOUNTS)
def test_a_call_fits_where_it_stays_within_every_limit(
    limits: tuple[int | None, int | None], usage: Usage, amount: Amount
) -> None:
    tokens, nanos = limits
    admitted = budget(limit_tokens=tokens, limit_nanos=nanos).admits(usage, amount)
    taken = usage.spent + usage.reserved
    within = (tokens is None or amount.tokens == 0 or taken.tokens + amount.tokens <= tokens) and (
        nanos is None or amount.nanos == 0 or taken.nanos + amount.nanos <= nanos
    )
    assert admitted is within


@given(LIMITS, USAGES)
def test_exactly_what_is_left_fits_and_one_more_does_not(limits: tuple[int | None, int | None], usage: Usage) -> None:
    limited = budget(limit_tokens=limits[0], limit_nanos=limits[1])
    left = limited.left(usage)
    assert (left.tokens is None, left.nanos is None) == (limits[0] is None, limits[1] is None)
    assert limited.admits(usage, Amount(left.tokens or 0, left.nanos or 0))
    if left.tokens is not None:
        assert not limited.admits(usage, Amount(tokens=left.tokens + 1))
    if left.nanos is not None:
        assert not limited.admits(usage, Amount(nanos=left.nanos + 1))


def test_zero_means_that_nothing_may_be_spent() -> None:
    closed = budget(limit_nanos=0)
    assert not closed.admits(Usage(), Amount(nanos=1))
    assert closed.admits(Usage(), Amount(tokens=1000)), "a call that costs nothing spends nothing"


def test_after_an_overrun_nothing_is_left_and_not_less() -> None:
    spent = Usage(Amount(tokens=12))
    assert budget(limit_tokens=10).left(spent) == Left(tokens=0, nanos=None)


@pytest.mark.parametrize(
    ("spent", "reached"),
    [
        (0, []),
        (49, []),
        (50, [50]),
        (79, [50]),
        (80, [50, 80]),
        (99, [50, 80]),
        (100, [50, 80, 100]),
        (130, [50, 80, 100]),
    ],
)
def test_thresholds_are_reached_by_what_is_spent(spent: int, reached: list[int]) -> None:
    usage = Usage(spent=Amount(tokens=spent, nanos=spent), reserved=Amount(90, 90))
    assert sorted(budget(limit_tokens=100).reached(usage)) == reached
    assert sorted(budget(limit_tokens=100, limit_nanos=10**6).reached(usage)) == reached
    assert sorted(budget(limit_nanos=100).reached(usage)) == reached


def test_a_budget_of_zero_has_reached_nothing_until_something_is_spent() -> None:
    assert budget(limit_tokens=0).reached(Usage()) == frozenset()
    assert budget(limit_tokens=0).reached(Usage(Amount(1))) == {50, 80, 100}


@given(USAGES, AMOUNTS, AMOUNTS)
def test_a_settled_call_leaves_what_it_used_and_holds_nothing(usage: Usage, amount: Amount, used: Amount) -> None:
    assert usage.hold(amount).free(amount) == usage
    assert usage.hold(amount).free(amount).book(used) == Usage(usage.spent + used, usage.reserved)


def test_a_sum_that_no_column_holds_stays_at_the_largest() -> None:
    full = Usage(Amount(LARGEST_SUM, LARGEST_SUM))
    assert full.book(Amount(LARGEST, 0)) == full


@given(AMOUNTS, AMOUNTS)
def test_an_overrun_is_more_than_reserved_of_tokens_or_of_money(reserved: Amount, used: Amount) -> None:
    over = used.tokens > reserved.tokens or used.nanos > reserved.nanos
    assert Settlement("r", reserved, used).overrun is over


def test_a_state_is_told_in_plain_values() -> None:
    limited = budget(limit_nanos=10**9, user="ada")
    usage = Usage(Amount(40, 250_000_000), Amount(10, 50_000_000))
    assert limited.state(usage, datetime(2026, 2, 10, tzinfo=UTC)).as_dict() == {
        "id": "b",
        "period": "month",
        "limit": {"tokens": None, "usd": "1"},
        "user": "ada",
        "purpose": None,
        "thread": None,
        "spent": {"tokens": 40, "usd": "0.25"},
        "reserved": {"tokens": 10, "usd": "0.05"},
        "left": {"tokens": None, "usd": "0.7"},
        "renews_at": "2026-03-01T00:00:00.000000Z",
    }
