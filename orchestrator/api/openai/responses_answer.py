"""An answer in the words of the Responses API: a ``response``, whole."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from core.errors import NexusError
from gateway import FinishReason, ToolCall, Usage
from orchestrator.api.openai.answering import Answered
from orchestrator.api.openai.errors import told
from orchestrator.api.openai.responses_body import ResponsesBody

Json = dict[str, Any]
_REPEATED = {"tool_choice", "tools", "text"}
_INCOMPLETE = {FinishReason.LENGTH: "max_output_tokens", FinishReason.FILTERED: "content_filter"}


@dataclass(frozen=True, slots=True)
class Response:
    """One response, which repeats what it was asked with. ``created`` is in seconds since 1970."""

    id: str
    created: int
    body: ResponsesBody

    @property
    def message_id(self) -> str:
        return f"msg_{self.id.removeprefix('resp_')}"

    def begun(self) -> Json:
        """Before there is anything of it."""
        return self._with(status="in_progress")

    def ended(self, answered: Answered) -> Json:
        """With its whole output."""
        why = _INCOMPLETE.get(answered.finish)
        return self._with(
            status="incomplete" if why else "completed",
            incomplete_details={"reason": why} if why else None,
            output=self.items(answered),
            usage=usage(answered.usage),
        )

    def failed(self, error: NexusError) -> Json:
        """With what went wrong after it had begun."""
        said = told(error)
        return self._with(status="failed", error={"code": said.code, "message": said.message})

    def items(self, answered: Answered) -> list[Json]:
        """The output: a message where there is text, or nothing else; then the calls."""
        message = [self.message(answered.text)] if answered.text or not answered.calls else []
        return [*message, *(function_call(call) for call in answered.calls)]

    def message(self, text: str | None, status: str = "completed") -> Json:
        """The message's item; without a text it has just begun."""
        content = [] if text is None else [text_part(text)]
        return {"id": self.message_id, "type": "message", "role": "assistant", "status": status, "content": content}

    def _with(self, **fields: Any) -> Json:
        body = self.body
        asked = body.model_dump(mode="json", by_alias=True, exclude_none=True, include=_REPEATED)
        return {
            "id": self.id,
            "object": "response",
            "created_at": self.created,
            "model": body.model,
            "error": None,
            "incomplete_details": None,
            "instructions": body.instructions,
            "metadata": body.metadata or {},
            "output": [],
            "parallel_tool_calls": body.parallel_tool_calls is not False,
            "temperature": body.temperature,
            "top_p": body.top_p,
            "tool_choice": asked.get("tool_choice", "auto"),
            "tools": [{"strict": False, "parameters": None, **tool} for tool in asked.get("tools", [])],
            "text": asked.get("text") or {"format": {"type": "text"}},
            "reasoning": {"effort": body.reasoning.effort if body.reasoning else None, "summary": None},
            "max_output_tokens": body.max_output_tokens,
            "previous_response_id": None,
            "truncation": "disabled",
            "background": False,
            "store": False,
            "usage": None,
            **fields,
        }


def text_part(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def function_call(call: ToolCall, *, begun: bool = False) -> Json:
    """The item of a call; one that has just begun has no arguments yet."""
    return {
        "id": f"fc_{call.id.removeprefix('call_')}",
        "type": "function_call",
        "status": "in_progress" if begun else "completed",
        "call_id": call.id,
        "name": call.name,
        "arguments": "" if begun else json.dumps(call.arguments, ensure_ascii=False),
    }


def usage(used: Usage) -> Json:
    return {
        "input_tokens": used.input_tokens,
        "input_tokens_details": {
            "cached_tokens": used.cached_tokens,
            "cache_write_tokens": used.cache_write_tokens,
        },
        "output_tokens": used.output_tokens,
        "output_tokens_details": {"reasoning_tokens": used.reasoning_tokens},
        "total_tokens": used.input_tokens + used.output_tokens,
    }
