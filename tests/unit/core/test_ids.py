"""Ids sort by time of creation and never come twice."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.clock import SystemClock
from core.ids import TimeOrderedIds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
moments = st.integers(min_value=0, max_value=2**47).map(
    lambda milliseconds: EPOCH + timedelta(milliseconds=milliseconds % 10**13)
)


class ScriptedClock:
    """Tells the given moments, one a question."""

    def __init__(self, moments: list[datetime]) -> None:
        self._moments = iter(moments)

    def now(self) -> datetime:
        return next(self._moments)


@given(st.lists(moments, min_size=1, max_size=50))
def test_ids_sort_in_the_order_they_were_made_whatever_the_clock_does(told: list[datetime]) -> None:
    ids = TimeOrderedIds(ScriptedClock(told))
    made = [ids.new() for _ in told]
    assert made == sorted(set(made))


@given(moments)
def test_an_id_is_a_version_7_uuid_that_carries_its_millisecond(moment: datetime) -> None:
    made = uuid.UUID(TimeOrderedIds(ScriptedClock([moment])).new())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == (moment - EPOCH) // timedelta(milliseconds=1)


@given(st.integers(min_value=2, max_value=200))
def test_many_ids_of_one_millisecond_are_distinct_and_ordered(count: int) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    ids = TimeOrderedIds(ScriptedClock([moment] * count))
    made = [ids.new() for _ in range(count)]
    assert made == sorted(set(made))
    assert len(made) == count


def test_makers_and_threads_never_make_the_same_id() -> None:
    makers = [TimeOrderedIds(SystemClock()) for _ in range(4)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda number: makers[number % 4].new(), range(20_000)))
    assert len(set(made)) == len(made)
