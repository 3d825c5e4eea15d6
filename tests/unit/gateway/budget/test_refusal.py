"""A refusal says which budget, what is left, when it renews, and what would help."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.budget import Amount, Budget, Period, Refusal
from gateway.budget.model import Usage

NOW = datetime(2026, 2, 10, 12, tzinfo=UTC)


def refusal(usage: Usage, asked: Amount, period: Period = Period.DAY) -> Refusal:
    budget = Budget("b", "acme", period, limit_nanos=10**9, limit_tokens=100, user="ada", purpose="chat")
    return Refusal(budget.state(usage, NOW), asked)


def test_the_sentence_and_the_facts_say_everything() -> None:
    error = refusal(Usage(Amount(99, 250_000_000)), Amount(60, 10_000_000)).error()
    assert error.detail == (
        "The day budget (user ada, purpose chat) has 0.75 USD and 1 token left until 2026-02-11T00:00:00.000000Z; "
        "this call needs up to 0.01 USD and 60 tokens."
    )
    assert error.facts == {
        "budget": "b",
        "left_usd": "0.75",
        "left_tokens": 1,
        "renews_at": "2026-02-11T00:00:00.000000Z",
    }


@pytest.mark.parametrize(
    ("usage", "asked", "period", "mend"),
    [
        (Usage(), Amount(101), Period.DAY, "Ask for less"),
        (Usage(Amount(10), Amount(50)), Amount(60), Period.DAY, "under way"),
        (Usage(Amount(90)), Amount(60), Period.DAY, "Wait until the budget renews"),
        (Usage(Amount(90)), Amount(60), Period.TOTAL, "Raise the budget."),
    ],
)
def test_the_mend_is_what_would_help(usage: Usage, asked: Amount, period: Period, mend: str) -> None:
    assert mend in refusal(usage, asked, period).error().mend


def test_a_total_renews_never_and_says_nothing_of_it() -> None:
    error = refusal(Usage(Amount(100)), Amount(1), Period.TOTAL).error()
    assert "until" not in error.detail
    assert error.facts["renews_at"] is None
