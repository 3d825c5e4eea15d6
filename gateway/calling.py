"""Tools for models that cannot call any: they are described, and an answer held to a schema says which one to call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

from gateway.failure import CallFailed, FailureClass
from gateway.messages import JsonObject, Message, ModelRequest, ToolCall, ToolChoice
from gateway.result import FinishReason, ModelResult


def answer_schema(request: ModelRequest) -> JsonObject:
    """The JSON Schema of an answer that may be a call: ``{"tool", "arguments", "answer"}``; a tool of ``null`` is none.

    The arguments are any object: governance holds them to the tool's own schema, and asks for what is missing.

    Raises ``CallFailed`` (BAD_REQUEST) where the caller has a schema of its own, too: an answer is held to one.
    """
    if request.output_schema is not None:
        raise CallFailed(
            FailureClass.BAD_REQUEST,
            "This model calls tools by a JSON Schema, and its answer cannot be held to another one.",
            mend="Ask without tools or without an output schema, or use a model that calls tools by itself.",
        )
    names = [tool.name for tool in request.tools]
    choice = request.tool_choice or ToolChoice()
    named = [choice.name] if choice.name else names
    return {
        "type": "object",
        "properties": {
            "tool": {"enum": named if choice.mode == "required" or choice.name else [*named, None]},
            "arguments": {"type": "object"},
            "answer": {"type": "string"},
        },
        "required": ["tool", "arguments", "answer"],
        "additionalProperties": False,
    }


def described(request: ModelRequest) -> str:
    """The tools in words of the system."""
    tools = [
        {"tool": tool.name, "description": tool.description, "arguments": tool.input_schema} for tool in request.tools
    ]
    return (
        "You may ask for one of these tools; its arguments conform to the JSON Schema beside it:\n"
        f"{json.dumps(tools, ensure_ascii=False)}\n"
        'To ask for one, name it in "tool" and give its "arguments". To answer in words instead, let "tool" be null '
        'and "arguments" be {}, and write them in "answer".'
    )


def read_call(request: ModelRequest, result: ModelResult) -> ModelResult:
    """A checked answer as what it says: a call, or text."""
    data = cast(dict[str, Any], result.data)
    if data["tool"] is None:
        return result.model_copy(update={"text": data["answer"], "data": None})
    # Of the whole conversation, so that it is another one each time the same call is asked for again.
    call_id = f"call_{request.prompt_hash[:24]}"
    return result.model_copy(
        update={
            "text": data["answer"],
            "data": None,
            "tool_calls": (ToolCall(id=call_id, name=data["tool"], arguments=data["arguments"]),),
            "finish_reason": FinishReason.TOOL_CALLS,
            "trace": (f"{result.model} asks for {data['tool']}.",),
        }
    )


def as_text(messages: Sequence[Message]) -> tuple[Message, ...]:
    """A conversation in which calls and their results are text: whoever is given no tools refuses messages about any.

    (Anthropic does, and so do servers whose models have no form for them.)
    """
    names = {call.id: call.name for message in messages for call in message.tool_calls}
    return tuple(_spoken(message, names.get(message.tool_call_id or "", "a tool")) for message in messages)


def _spoken(message: Message, tool: str) -> Message:
    if message.role == "tool":
        return Message(role="user", content=f"The result of {tool}:\n{message.content}")
    if not message.tool_calls:
        return message
    calls = [json.dumps({"tool": call.name, "arguments": call.arguments}) for call in message.tool_calls]
    content = "\n".join(part for part in (message.content, *calls) if part)
    return message.model_copy(update={"content": content, "tool_calls": ()})
