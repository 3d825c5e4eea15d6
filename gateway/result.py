"""What comes out of a model call, streamed or not: the same object."""

from __future__ import annotations

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
    """Tokens as the provider reports them, and money. The builtin provider uses neither."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    currency: str = "USD"


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


class CallRecord(Value):
    """What is kept of one call. ``latency_seconds`` is measured and not part of any hash."""

    purpose: Purpose
    provider: str
    model: str
    prompt_hash: str
    finish_reason: FinishReason
    usage: Usage
    latency_seconds: float


class Reply(Value):
    """A result and the record of the call that made it."""

    result: ModelResult
    record: CallRecord
