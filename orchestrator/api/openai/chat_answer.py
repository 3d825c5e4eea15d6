"""An answer in the words of Chat Completions: a ``chat.completion``, or the chunks of one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from gateway import FinishReason, ToolCall, Usage
from orchestrator.api.openai.answering import Answered, Part

_REASONS = {
    FinishReason.TOOL_CALLS: "tool_calls",
    FinishReason.LENGTH: "length",
    FinishReason.FILTERED: "content_filter",
}


@dataclass(frozen=True, slots=True)
class Completion:
    """What every object of one completion says of it. ``created`` is in seconds since 1970."""

    id: str
    created: int
    model: str

    def whole(self, answered: Answered) -> dict[str, Any]:
        """The ``chat.completion``."""
        message: dict[str, Any] = {
            "role": "assistant",
            "content": answered.text if answered.text or not answered.calls else None,
            "refusal": None,
        }
        if answered.calls:
            message["tool_calls"] = [tool_call(call) for call in answered.calls]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason(answered)}
        return {**self._head("chat.completion"), "choices": [choice], "usage": usage(answered.usage)}

    async def chunks(self, parts: AsyncIterator[Part], *, include_usage: bool) -> AsyncIterator[dict[str, Any]]:
        """The ``chat.completion.chunk`` objects: who speaks, the text, calls, why it ended, and what it took."""
        spare = {"usage": None} if include_usage else {}
        yield self._chunk({"role": "assistant", "content": ""}, spare)
        async for part in parts:
            if isinstance(part, str):
                yield self._chunk({"content": part}, spare)
                continue
            for index, call in enumerate(part.calls):
                yield self._chunk({"tool_calls": [{"index": index, **tool_call(call)}]}, spare)
            yield self._chunk({}, spare, reason(part))
            if include_usage:
                yield {**self._head("chat.completion.chunk"), "choices": [], "usage": usage(part.usage)}

    def _chunk(self, delta: dict[str, Any], spare: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **spare}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def reason(answered: Answered) -> str:
    """Why it ended; a question is an answer that ended."""
    return _REASONS.get(answered.finish, "stop")


def tool_call(call: ToolCall) -> dict[str, Any]:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": json.dumps(call.arguments, ensure_ascii=False)},
    }


def usage(used: Usage) -> dict[str, Any]:
    return {
        "prompt_tokens": used.input_tokens,
        "completion_tokens": used.output_tokens,
        "total_tokens": used.input_tokens + used.output_tokens,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": used.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }
