"""Waiting with jitter, and the circuit breaker, with a clock of our own."""

from __future__ import annotations

import pytest

from gateway import FailureClass
from gateway.resilience import CAP_SECONDS, Breaker, wait_seconds

DOWN = FailureClass.SERVER_ERROR


@pytest.mark.parametrize(("tries", "most"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (20, CAP_SECONDS)])
def test_the_wait_is_drawn_from_nothing_up_to_a_ceiling(tries: int, most: float) -> None:
    assert wait_seconds(tries, None, lambda: 0.0) == 0.0
    assert wait_seconds(tries, None, lambda: 1.0) == most


def test_a_provider_that_asks_for_time_gets_it() -> None:
    assert wait_seconds(1, 12.0, lambda: 0.0) == 12.0
    assert wait_seconds(9, 1.0, lambda: 1.0) == CAP_SECONDS


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def failed(breaker: Breaker, times: int, kind: FailureClass = DOWN) -> None:
    for _ in range(times):
        breaker.failed(kind)


def test_it_opens_after_failures_in_a_row_and_lets_one_try_after_a_rest() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    failed(breaker, 4)
    breaker.succeeded()
    failed(breaker, 4)
    assert breaker.admits()
    failed(breaker, 1)
    assert breaker.open
    assert not breaker.admits()
    clock.now = 30.0
    assert breaker.admits()
    assert not breaker.admits()
    breaker.failed(DOWN)
    clock.now = 59.0
    assert not breaker.admits()
    clock.now = 60.0
    assert breaker.admits()
    breaker.succeeded()
    assert not breaker.open


@pytest.mark.parametrize("kind", [FailureClass.BAD_REQUEST, FailureClass.AUTH, FailureClass.RATE_LIMIT])
def test_what_is_wrong_with_a_request_says_nothing_about_the_provider(kind: FailureClass) -> None:
    breaker = Breaker(Clock())
    failed(breaker, 50, kind)
    assert not breaker.open


def test_a_try_that_is_given_up_lets_the_next_one_try() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    failed(breaker, 5)
    clock.now = 30.0
    assert breaker.admits()
    breaker.withdrew()
    assert breaker.admits()
