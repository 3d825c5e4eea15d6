"""Conversations that real providers refuse before any model sees them: calls without results, results without calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.models.answers import Refused

_OPENAI_ID = re.compile(r"^.{1,40}$")
_ANTHROPIC_ID = re.compile(r"^[a-zA-Z0-9_-]+$")


def objection_to(endpoint: str, body: Any) -> Refused | None:
    """What is wrong with a request, in the words of OpenAI or Anthropic; None where nothing is."""
    if endpoint == "/chat/completions":
        wrong = next(_chat(body.get("messages") or []), None)
    elif endpoint == "/messages":
        wrong = next(_messages(body), None)
    else:
        return None
    return Refused(400, "invalid_request_error", wrong) if wrong else None


def _chat(messages: list[Any]) -> Iterator[str]:
    open_ids: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in open_ids:
                yield "messages with role 'tool' must be a response to a preceding message with 'tool_calls'."
            open_ids.remove(message["tool_call_id"])
            continue
        if open_ids:
            yield f"'tool_calls' must be followed by tool messages; these had none: {', '.join(open_ids)}"
        open_ids = [call["id"] for call in message.get("tool_calls") or []]
        if not all(_OPENAI_ID.match(each) for each in open_ids):
            yield "Invalid 'tool_calls[0].id': string too long. Expected a string with maximum length 40."
    if open_ids:
        yield f"'tool_calls' must be followed by tool messages; these had none: {', '.join(open_ids)}"


def _messages(body: dict[str, Any]) -> Iterator[str]:
    open_ids: set[str] = set()
    for message in body.get("messages") or []:
        blocks = message["content"] if isinstance(message["content"], list) else []
        results = {block["tool_use_id"] for block in blocks if block.get("type") == "tool_result"}
        if results != open_ids:
            yield "`tool_use` ids were found without `tool_result` blocks immediately after, or the other way round."
        open_ids = {block["id"] for block in blocks if block.get("type") == "tool_use"}
        if not all(_ANTHROPIC_ID.match(each) for each in open_ids):
            yield "tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"
        if (open_ids or results) and not body.get("tools"):
            yield "Requests which include `tool_use` or `tool_result` blocks must define tools."
    if open_ids:
        yield "`tool_use` ids were found without `tool_result` blocks immediately after."
