"""One request as the scripted server remembers it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Asked:
    """One request. ``body`` is its JSON value and ``headers`` have lower-case names.

    Either ``answered`` or ``cancelled`` is set in the end: the answer is sent (as far as the script wants), or the
    client went away before. ``pieces`` counts the pieces of a stream sent so far.
    """

    number: int
    path: str
    headers: dict[str, str]
    body: Any
    at: float
    pieces: int = 0
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def stream(self) -> bool:
        """Whether the client asked for a stream."""
        return isinstance(self.body, dict) and bool(self.body.get("stream"))

    @property
    def model(self) -> str:
        """The model asked for; empty where none is named."""
        return str(self.body.get("model", "")) if isinstance(self.body, dict) else ""

    @property
    def key(self) -> str:
        """The key that came along, by whichever header; empty without one."""
        return self.headers.get("x-api-key") or self.headers.get("authorization", "").removeprefix("Bearer ")
