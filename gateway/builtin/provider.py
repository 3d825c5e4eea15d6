"""The builtin provider behind the gateway's interface."""

from __future__ import annotations

from collections.abc import AsyncIterator

from gateway.messages import ModelRequest
from gateway.purpose import Purpose
from gateway.result import FinishReason, ModelResult, TextDelta


class BuiltinProvider:
    """Understands what people type by rules, with no model, no network and no randomness."""

    name = "builtin"
    purposes = frozenset({Purpose.CHAT, Purpose.ROUTE, Purpose.PLAN})

    async def generate(self, request: ModelRequest) -> ModelResult:
        return ModelResult(provider=self.name, model="rules-1", finish_reason=FinishReason.STOP)

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | ModelResult]:
        result = await self.generate(request)
        for line in result.text.splitlines(keepends=True):
            yield TextDelta(text=line)
        yield result
