"""Stored times: one format, whose text order is time order."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from core.clock import SystemClock, rfc3339

moments = st.datetimes(
    min_value=datetime(1000, 1, 2),
    max_value=datetime(9999, 12, 30),
    timezones=st.just(UTC),
)


@given(moments, moments)
def test_text_comparison_is_time_comparison(one: datetime, other: datetime) -> None:
    assert (rfc3339(one) < rfc3339(other)) == (one < other)


@given(moments)
def test_the_text_is_utc_with_microseconds_and_comes_back_whole(moment: datetime) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", rfc3339(moment))
    assert datetime.fromisoformat(rfc3339(moment)) == moment


def test_other_zones_become_utc() -> None:
    there = datetime(2026, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    assert rfc3339(there) == "2025-12-31T23:00:00.000000Z"


def test_the_machines_clock_knows_its_zone() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)
