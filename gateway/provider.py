"""What a provider of models is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from gateway.messages import ModelRequest
from gateway.purpose import Purpose
from gateway.result import ModelResult, TextDelta


class Provider(Protocol):
    """Something that answers model calls. ``name`` is how routing and records call it."""

    @property
    def name(self) -> str: ...

    @property
    def purposes(self) -> frozenset[Purpose]:
        """What it can be called for."""
        ...

    async def generate(self, request: ModelRequest) -> ModelResult:
        """The whole answer at once. Raises ``UpstreamFailed`` or ``Unavailable``."""
        ...

    def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | ModelResult]:
        """Pieces of text, then exactly one result, equal to what ``generate`` returns."""
        ...
