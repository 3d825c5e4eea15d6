"""Identifiers: UUIDv7 (RFC 9562), which sort by time of creation."""

from __future__ import annotations

import secrets
import threading
import uuid
from datetime import UTC, datetime, timedelta
from typing import Protocol

from core.clock import Clock

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
RANDOM_BITS = 74
# The random part of the first id of a millisecond leaves the upper half for those that follow it.
FIRST_RANDOM_BITS = RANDOM_BITS - 1
LARGEST_STEP_BITS = 32


class Ids(Protocol):
    """Makes identifiers."""

    def new(self) -> str: ...


class TimeOrderedIds:
    """UUIDv7 as text: 48 bits of Unix milliseconds, then 74 random bits.

    Those of one maker sort in the order they were made, within a millisecond and when the clock goes back too
    (RFC 9562, section 6.2, method 2). Usable from any thread.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        milliseconds = (self._clock.now() - EPOCH) // MILLISECOND & (2**48 - 1)
        with self._lock:
            first = milliseconds << RANDOM_BITS | secrets.randbits(FIRST_RANDOM_BITS)
            # Counting on carries into the next millisecond rather than going back.
            following = self._last + 1 + secrets.randbits(LARGEST_STEP_BITS)
            same = milliseconds <= self._last >> RANDOM_BITS
            self._last = following if same else first
            return as_uuid(self._last)


def as_uuid(value: int) -> str:
    """The 122 bits of ``value`` around UUIDv7's version and variant."""
    milliseconds, rest = value >> RANDOM_BITS, value & (2**RANDOM_BITS - 1)
    upper, lower = rest >> 62, rest & (2**62 - 1)
    return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | upper << 64 | 0b10 << 62 | lower))
