"""What comes out of a model call, streamed or not: the same object."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import Field

from gateway.messages import Question, ToolCall, Value
from gateway.purpose import Purpose


class FinishReason(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    TOOL_CALLS = "tool_calls"
    QUESTION = "question"
    LENGTH = "length"
    FILTERED = "filtered"


class Usage(Value):
    """Tokens as the provider reports them, and money. The builtin provider uses neither.

    ``cached_tokens`` are those of the input that the provider had kept, ``cache_write_tokens`` those that it keeps
    from now on; ``reasoning_tokens`` those of the output that nobody sees. ``estimated``: counted here, because the
    provider told nothing that can be believed.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0
    cost: Decimal = Decimal(0)
    currency: str = "USD"
    estimated: bool = False

    @staticmethod
    def money(nanos: int) -> Decimal:
        """Billionths of a US dollar as dollars."""
        return Decimal(nanos).scaleb(-9)

    @property
    def nanos(self) -> int:
        """The cost in billionths of a US dollar."""
        return int(self.cost.scaleb(9))


def total(usages: Sequence[Usage]) -> Usage:
    """All of them together."""
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in usages),
        output_tokens=sum(usage.output_tokens for usage in usages),
        cached_tokens=sum(usage.cached_tokens for usage in usages),
        cache_write_tokens=sum(usage.cache_write_tokens for usage in usages),
        reasoning_tokens=sum(usage.reasoning_tokens for usage in usages),
        cost=sum((usage.cost for usage in usages), start=Decimal(0)),
        estimated=any(usage.estimated for usage in usages),
    )


class ModelResult(Value):
    """The answer: text, wishes to call tools, or one question. ``trace`` says in sentences why."""

    provider: str
    model: str
    finish_reason: FinishReason
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    question: Question | None = None
    data: Any = Field(default=None, description="Structured output, when an output schema was asked for.")
    usage: Usage = Usage()
    trace: tuple[str, ...] = ()


class TextDelta(Value):
    """A piece of the text while it is being made."""

    text: str


class Attempt(Value):
    """One try of one model: why it was its turn, and what became of it (``failure`` is a failure's class)."""

    model: str
    reason: str
    failure: str | None = None
    detail: str = ""
    seconds: float = 0.0


class CallRecord(Value):
    """What is kept of one call. Times are measured seconds and not part of any hash.

    ``usage`` is of the whole call, failed tries included. ``first_seconds``: until the first piece of the answer.
    A call that gave no answer has no ``finish_reason`` but a ``failure``: the class of its last one, or ``cancelled``.
    """

    purpose: Purpose
    provider: str
    model: str
    prompt_hash: str
    finish_reason: FinishReason | None
    usage: Usage
    latency_seconds: float
    first_seconds: float | None = None
    attempts: tuple[Attempt, ...] = ()
    tier: str | None = None
    cached: bool = False
    failure: str | None = None


class Reply(Value):
    """A result and the record of the call that made it."""

    result: ModelResult
    record: CallRecord


class Embedded(Value):
    """Vectors in the order of their texts, and what they took."""

    vectors: tuple[tuple[float, ...], ...]
    usage: Usage
