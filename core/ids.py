"""Identifiers: UUIDv7 (RFC 9562), which sort by time of creation."""

from __future__ import annotations

import secrets
import uuid
from typing import Protocol

from core.clock import Clock


class Ids(Protocol):
    """Makes identifiers."""

    def new(self) -> str: ...


class TimeOrderedIds:
    """UUIDv7 as text: 48 bits of Unix milliseconds, then 74 random bits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def new(self) -> str:
        milliseconds = int(self._clock.now().timestamp() * 1000)
        value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | secrets.randbits(12) << 64
        value |= 0b10 << 62 | secrets.randbits(62)
        return str(uuid.UUID(int=value))
