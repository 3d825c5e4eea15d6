"""Periods follow the calendar in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InvalidInput
from gateway.budget import Period

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.sampled_from([Period.DAY, Period.MONTH]))
def test_every_moment_lies_in_one_period_and_its_end_begins_the_next(moment: datetime, period: Period) -> None:
    start, end = period.start(moment), period.end(moment)
    assert end is not None
    assert start <= moment < end
    assert period.start(start) == period.start(end - timedelta(microseconds=1)) == start
    assert period.start(end) == end


@given(MOMENTS)
def test_a_day_has_24_hours_and_a_month_begins_on_its_first(moment: datetime) -> None:
    assert Period.DAY.end(moment) == Period.DAY.start(moment) + timedelta(days=1)
    assert Period.MONTH.start(moment) == datetime(moment.year, moment.month, 1, tzinfo=UTC)


@given(MOMENTS, MOMENTS)
def test_a_total_is_one_period_for_ever(one: datetime, other: datetime) -> None:
    assert Period.TOTAL.start(one) == Period.TOTAL.start(other)
    assert Period.TOTAL.end(one) is None


@pytest.mark.parametrize(
    ("period", "moment", "start", "end"),
    [
        (Period.DAY, "2024-02-28T23:59:59.999999+00:00", "2024-02-28", "2024-02-29"),
        (Period.MONTH, "2024-02-29T12:00:00+00:00", "2024-02-01", "2024-03-01"),
        (Period.MONTH, "2025-12-31T23:59:59+00:00", "2025-12-01", "2026-01-01"),
    ],
)
def test_ends_of_days_months_and_years(period: Period, moment: str, start: str, end: str) -> None:
    now = datetime.fromisoformat(moment)
    assert period.start(now) == datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert period.end(now) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_another_time_zone_counts_in_utc() -> None:
    new_year_in_tokyo = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=9)))
    assert Period.MONTH.start(new_year_in_tokyo) == datetime(2025, 12, 1, tzinfo=UTC)


def test_an_unknown_period_is_refused_with_the_known_ones() -> None:
    assert Period.named("month") is Period.MONTH
    with pytest.raises(InvalidInput, match="day, month, total"):
        Period.named("week")
