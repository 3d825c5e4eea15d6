"""The tail holds what is newest, whole between its floor and its ceiling, and no more than it may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import tail as tail_module
from core.database import Committed
from core.database.transaction import PendingEvent
from core.tail import Tail, parsed


def rows(count: int, size: int = 2) -> list[PendingEvent]:
    text = '"' + "x" * (size - 2) + '"'
    return [PendingEvent(f"k{place}", "o", None, "system.tested", text, "t") for place in range(count)]


def add(tail: Tail, count: int, size: int = 2) -> None:
    added = rows(count, size)
    tail.append(parsed((tail.ceiling or 0) + 1, added), [len(row.data) for row in added])


def test_a_tail_that_was_not_started_covers_nothing() -> None:
    assert not Tail().covers(0)
    assert not Tail().continues(Committed(1, rows(1)))


def test_it_continues_only_with_what_follows_its_ceiling() -> None:
    tail = Tail()
    tail.start(10)
    assert tail.continues(Committed(11, rows(1)))
    assert tail.continues(Committed(13, rows(3)))
    for news in (
        Committed(12, rows(1)),
        Committed(10, rows(1)),
        Committed(13, rows(2)),
        Committed(11),
        Committed(None),
    ):
        assert not tail.continues(news)


def test_what_follows_a_position_comes_in_order() -> None:
    tail = Tail()
    tail.start(10)
    add(tail, 5)
    assert [event.id for event in tail.after(12)] == [13, 14, 15]
    assert [event.id for event in tail.after(10)] == [11, 12, 13, 14, 15]
    assert tail.after(15) == tail.after(99) == []
    assert (tail.covers(10), tail.covers(9)) == (True, False)


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(2, 40)), max_size=30))
def test_its_bounds_hold_and_what_it_covers_is_whole(batches: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tail_module, "MOST_EVENTS", 7)
        patch.setattr(tail_module, "MOST_CHARACTERS", 100)
        tail = Tail()
        tail.start(0)
        for count, size in batches:
            add(tail, count, size)
            held = tail.after(0)
            assert len(held) <= 7
            assert sum(len(str(event.data)) + 2 for event in held) <= 100
            assert [event.id for event in held] == list(range(tail.floor + 1, (tail.ceiling or 0) + 1))
