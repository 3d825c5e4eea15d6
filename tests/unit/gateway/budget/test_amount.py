"""Amounts are whole numbers, and nothing is lost on the way from and to US dollars."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from gateway.budget import Amount
from gateway.budget.amount import LARGEST, dollars

COUNTS = st.integers(0, LARGEST)
AMOUNTS = st.builds(Amount, COUNTS, COUNTS)


@given(st.integers(-LARGEST, 2**62))
def test_money_survives_the_way_to_decimal_text_and_back(nanos: int) -> None:
    text = dollars(nanos)
    assert "E" not in text
    assert Amount.of(usd=Decimal(text)) == Amount(nanos=nanos)


@given(st.decimals(Decimal(0), Decimal(9_000_000), places=15))
def test_a_part_of_a_billionth_counts_as_a_whole_one(usd: Decimal) -> None:
    booked = Amount.of(usd=usd).usd
    assert usd <= booked < usd + Decimal("1E-9")


@pytest.mark.parametrize(
    ("nanos", "text"), [(0, "0"), (1, "0.000000001"), (12_500_000, "0.0125"), (100 * 10**9, "100")]
)
def test_money_is_shown_as_plain_decimal_text(nanos: int, text: str) -> None:
    assert dollars(nanos) == text
    assert Amount(7, nanos).as_dict() == {"tokens": 7, "usd": text}


@pytest.mark.parametrize("usd", ["NaN", "Infinity", "-Infinity", "1E+40"])
def test_what_is_no_amount_of_money_is_refused(usd: str) -> None:
    with pytest.raises(InvalidInput):
        Amount.of(usd=Decimal(usd))


def test_the_smallest_and_the_longest_numbers_are_no_trap() -> None:
    assert Amount.of(usd=Decimal("1E-999999")) == Amount(nanos=1)
    assert Amount.of(usd=Decimal("0." + "3" * 500)) == Amount(nanos=333_333_334)


@given(AMOUNTS, AMOUNTS)
def test_amounts_are_added_and_compared_by_member(a: Amount, b: Amount) -> None:
    assert (a + b) - b == a
    assert a <= a + b
    assert (a <= b) == (a.tokens <= b.tokens and a.nanos <= b.nanos) == (b >= a)


@given(AMOUNTS)
def test_what_a_call_can_have_used_is_accepted(amount: Amount) -> None:
    assert amount.checked() is amount


@pytest.mark.parametrize(
    "value", [-1, LARGEST + 1, pytest.param(10**5000, id="huge"), 1.0, float("nan"), True, "1", None]
)
@pytest.mark.parametrize("member", ["tokens", "nanos"])
def test_negative_absurd_and_broken_counts_are_refused(member: str, value: Any) -> None:
    with pytest.raises(InvalidInput):
        Amount(**{member: value}).checked()
