"""Waiting before a try, and leaving a provider alone that fails again and again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.failure import REPEATABLE, FailureClass

BASE_SECONDS = 0.5
CAP_SECONDS = 30.0


def wait_seconds(tries: int, retry_after: float | None, draw: Callable[[], float] = random.random) -> float:
    """Seconds before the next try, after ``tries`` of them: full jitter, or longer where the provider asks for it.

    See "Exponential Backoff and Jitter" (AWS Architecture Blog, 2015). ``draw`` gives a number from 0 up to 1.
    """
    ceiling = min(CAP_SECONDS, BASE_SECONDS * 2 ** (tries - 1))
    return max(draw() * ceiling, retry_after or 0.0)


@dataclass
class Breaker:
    """A provider's circuit breaker (Nygard, "Release It!"): opens after so many failures in a row.

    Open, nobody is let through for ``rest`` seconds; then one call tries, and its outcome closes or opens it again.
    ``timer`` gives seconds, monotonic.
    """

    timer: Callable[[], float]
    failures: int = 5
    rest: float = 30.0
    _in_a_row: int = field(default=0, init=False)
    _opened: float | None = field(default=None, init=False)
    _trying: bool = field(default=False, init=False)

    def admits(self) -> bool:
        """Whether a call may be made now. Whoever is admitted reports how it ended."""
        if self._opened is None:
            return True
        if self._trying or self.timer() - self._opened < self.rest:
            return False
        self._trying = True
        return True

    @property
    def open(self) -> bool:
        """Whether calls are kept away."""
        return self._opened is not None

    def succeeded(self) -> None:
        """The provider answered."""
        self._in_a_row, self._opened, self._trying = 0, None, False

    def failed(self, failure: FailureClass) -> None:
        """The provider did not. What is wrong with a request says nothing about the provider."""
        if failure not in REPEATABLE or failure is FailureClass.RATE_LIMIT:
            self._trying = False
            return
        self._in_a_row += 1
        if self._trying or self._in_a_row >= self.failures:
            self._opened, self._trying = self.timer(), False

    def withdrew(self) -> None:
        """The caller went away before there was an outcome."""
        self._trying = False
