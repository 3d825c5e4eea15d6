"""Our requests as the chat protocol that litellm takes, and its answers as ours."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from gateway.calling import answer_schema, as_text, described
from gateway.catalogue import ProviderKind
from gateway.failure import CallFailed, FailureClass
from gateway.messages import JsonObject, Message, ModelRequest, ToolCall, ToolChoice, ToolSpec
from gateway.result import FinishReason, ModelResult, Usage
from gateway.routing import ModelCard

ANSWER_TOOL = "answer"
_TAKE_NAMES: frozenset[ProviderKind] = frozenset({"openai", "github", "compatible"})
_PLAIN_NAME = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_NAME = 64
_LONGEST_ID = 40  # of a tool call, at OpenAI
_MOST_TOKENS = 100_000_000
_FINISH = {
    "stop": FinishReason.STOP,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "length": FinishReason.LENGTH,
    "content_filter": FinishReason.FILTERED,
}


def tool_names(tools: Sequence[ToolSpec]) -> dict[str, str]:
    """Names that every provider takes (64 letters, digits, dashes, underscores), each with our own name."""
    return {_wire_name(tool.name): tool.name for tool in tools}


def arguments(request: ModelRequest, card: ModelCard, output_tokens: int, *, stream: bool) -> JsonObject:
    """Keyword arguments of ``litellm.acompletion`` for ``request``, without address and key; see also ``embedding``.

    Raises ``CallFailed`` (BAD_REQUEST) for names that the provider's protocol has no place for. Options that a model
    does not take are refused by litellm, which knows them for each.
    """
    if any(message.name for message in request.messages) and not _takes_names(card):
        raise CallFailed(FailureClass.BAD_REQUEST, f"{card.name} takes no name of a message.")
    called = bool(request.tools) and card.calls == "native"
    messages = request.messages if called else as_text(request.messages)
    messages = messages if request.bare else _alternating(messages)
    call: JsonObject = {
        **_options(request, called=called),
        "messages": [_message(message) for message in messages],
        "max_tokens": output_tokens,
        "stream": stream,
    }
    if stream:
        call["stream_options"] = {"include_usage": True}
    if called:
        call["tools"] = [_tool(tool) for tool in request.tools]
        if request.tool_choice is not None:
            call["tool_choice"] = _choice(request.tool_choice)
    elif request.tools:
        call["messages"] = [{"role": "system", "content": described(request)}, *call["messages"]]
    if (schema := held_to(request, card)) is not None:
        call |= _structured(schema, card.structured, call)
    if card.served_by is not None and card.served_by.kind == "anthropic":
        call["messages"] = [_kept(message) for message in call["messages"]]
    return call


def _alternating(messages: Sequence[Message]) -> list[Message]:
    """What a user says in a row as one message: the templates of many models that run at home take nothing else."""
    found: list[Message] = []
    for message in messages:
        if found and message.role == found[-1].role == "user":
            content = "\n\n".join(one.content for one in (found[-1], message) if one.content)
            images = (*found[-1].images, *message.images)
            found[-1] = found[-1].model_copy(update={"content": content, "images": images})
        else:
            found.append(message)
    return found


def held_to(request: ModelRequest, card: ModelCard) -> JsonObject | None:
    """The JSON Schema that the answer is held to: the caller's, or that of a call by a model that calls no tools."""
    if request.tools and card.calls == "schema":
        return answer_schema(request)
    return request.output_schema


def _takes_names(card: ModelCard) -> bool:
    return card.served_by is not None and card.served_by.kind in _TAKE_NAMES


def _kept(message: JsonObject) -> JsonObject:
    """Anthropic keeps what comes before a mark, tools included: the system message, which begins every call, has it."""
    if message["role"] != "system":
        return message
    block = {"type": "text", "text": message["content"], "cache_control": {"type": "ephemeral"}}
    return {**message, "content": [block]}


def embedding(request: ModelRequest) -> JsonObject:
    """The same for ``litellm.aembedding``: a vector for each message."""
    texts = [message.content for message in request.messages]
    # litellm knows this of OpenAI's own models alone, and others can be asked for it too.
    options = {"allowed_openai_params": ["dimensions"]} if request.options.dimensions else {}
    return {"kind": "embed", "input": texts, "encoding_format": "float", **options, **_options(request)}


def result_of(request: ModelRequest, card: ModelCard, answer: Mapping[str, Any], usage: Usage) -> ModelResult:
    """The answer in a ``done`` frame.

    Raises ``CallFailed``: MALFORMED for tool calls that cannot be read and for an answer that says nothing at all,
    CONTENT_FILTER where the provider kept the answer back. Both carry ``usage``, since they are paid for.
    """
    calls = [_call(call, request, usage) for call in answer["tool_calls"]]
    text: str = answer["text"]
    finish = _FINISH.get(answer["finish"] or "stop", FinishReason.STOP)
    if finish is FinishReason.FILTERED:
        raise CallFailed(FailureClass.CONTENT_FILTER, f"{card.name} kept its answer back.", usage=usage)
    if not text.strip() and not calls and finish is not FinishReason.LENGTH:
        raise CallFailed(FailureClass.MALFORMED, f"{card.name} answered without saying anything.", usage=usage)
    if request.output_schema is not None and card.structured == "tool":
        given = [json.dumps(call.arguments) for call in calls if call.name == ANSWER_TOOL]
        text, calls = (given[0], []) if given else (text, calls if request.tools else [])
    return ModelResult(
        provider=card.provider or "",
        model=answer["model"] or (card.config.model if card.config else card.name),
        finish_reason=FinishReason.TOOL_CALLS if calls else finish,
        text=text,
        tool_calls=tuple(calls),
        usage=usage,
        trace=(f"{card.name} asks for {', '.join(call.name for call in calls)}.",) if calls else (),
    )


def vectors_of(request: ModelRequest, card: ModelCard, answer: Mapping[str, Any], usage: Usage) -> ModelResult:
    """The vectors in a ``done`` frame. Raises ``CallFailed`` (MALFORMED) where there is not one for each text."""
    vectors: list[list[float]] = answer["data"] or []
    if len(vectors) != len(request.messages):
        detail = f"{card.name} gave {len(vectors)} vectors for {len(request.messages)} texts."
        raise CallFailed(FailureClass.MALFORMED, detail, usage=usage)
    return ModelResult(
        provider=card.provider or "",
        model=answer["model"] or (card.config.model if card.config else card.name),
        finish_reason=FinishReason.STOP,
        data=vectors,
        usage=usage,
    )


def usage_of(told: Mapping[str, int] | None, card: ModelCard, *, input_tokens: int, output_tokens: int) -> Usage:
    """What a call used, and what that costs. Where the provider tells nothing, or what cannot be, our own count."""
    estimated = told is None or any(not 0 <= count <= _MOST_TOKENS for count in told.values())
    counts = {"input_tokens": input_tokens, "output_tokens": output_tokens} if estimated or told is None else dict(told)
    cached, written = counts.get("cached_tokens", 0), counts.get("cache_write_tokens", 0)
    nanos = card.nanos(counts["input_tokens"], counts["output_tokens"], cached=cached, written=written)
    return Usage.model_validate({**counts, "cost": Usage.money(nanos), "estimated": estimated})


def _message(message: Message) -> JsonObject:
    name = {"name": message.name} if message.name else {}
    if message.role == "tool":
        call_id = _wire_id(message.tool_call_id or "")
        return {"role": "tool", "tool_call_id": call_id, "content": message.content, **name}
    wire: JsonObject = {"role": message.role, "content": _content(message), **name}
    if message.tool_calls:
        wire["tool_calls"] = [
            {
                "id": _wire_id(call.id),
                "type": "function",
                "function": {"name": _wire_name(call.name), "arguments": json.dumps(call.arguments)},
            }
            for call in message.tool_calls
        ]
    return wire


def _content(message: Message) -> str | list[JsonObject]:
    """The text; where there are images, its pieces and them in turn. Some providers refuse a piece that is blank."""
    if not message.images:
        return message.content
    parts: list[JsonObject] = []
    said = 0
    for image in message.images:
        url = {"url": f"data:{image.media_type};base64,{image.data}"}
        detail = {"detail": image.detail} if image.detail else {}
        parts += [_text(message.content[said : image.at]), {"type": "image_url", "image_url": {**url, **detail}}]
        said = image.at
    parts.append(_text(message.content[said:]))
    return [part for part in parts if part["type"] != "text" or part["text"].strip()]


def _text(text: str) -> JsonObject:
    return {"type": "text", "text": text}


def _tool(tool: ToolSpec) -> JsonObject:
    function = {"name": _wire_name(tool.name), "description": tool.description, "parameters": tool.input_schema}
    return {"type": "function", "function": {**function, **({"strict": True} if tool.strict else {})}}


def _choice(choice: ToolChoice) -> str | JsonObject:
    return choice.mode if choice.name is None else _forced(_wire_name(choice.name))


def _forced(name: str) -> JsonObject:
    return {"type": "function", "function": {"name": name}}


def _options(request: ModelRequest, *, called: bool = False) -> JsonObject:
    """Our options have the names of the protocol's."""
    options = request.options.model_dump(exclude_defaults=True)
    if not called:
        options.pop("parallel_tool_calls", None)
    return options


def _wire_name(name: str) -> str:
    plain = _PLAIN_NAME.sub("_", name)
    if plain == name and len(name) <= _LONGEST_NAME:
        return name
    return f"{plain[: _LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _wire_id(id_: str) -> str:
    """A call's id as every provider takes it, the same each time."""
    if id_ and len(id_) <= _LONGEST_ID and not _PLAIN_NAME.search(id_):
        return id_
    return f"call_{hashlib.sha256(id_.encode()).hexdigest()[:24]}"


def _structured(schema: JsonObject, mode: str, call: JsonObject) -> JsonObject:
    """How a model is held to a JSON Schema: by the provider, by a tool that it must call, or by being asked to."""
    if mode == "native":
        return {"response_format": {"type": "json_schema", "json_schema": {"name": ANSWER_TOOL, "schema": schema}}}
    if mode == "tool":
        function = {"name": ANSWER_TOOL, "description": "Gives the answer.", "parameters": schema}
        others = call.get("tools", [])
        choice = "required" if others and call.get("tool_choice") != "none" else _forced(ANSWER_TOOL)
        return {"tools": [*others, {"type": "function", "function": function}], "tool_choice": choice}
    wish = f"Answer with one JSON value that conforms to this JSON Schema, and nothing else:\n{json.dumps(schema)}"
    return {"messages": [{"role": "system", "content": wish}, *call["messages"]]}


def _call(call: Mapping[str, str], request: ModelRequest, usage: Usage) -> ToolCall:
    names = (
        {**tool_names(request.tools), ANSWER_TOOL: ANSWER_TOOL} if request.output_schema else tool_names(request.tools)
    )
    try:
        given: Any = json.loads(call["arguments"] or "{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise CallFailed(
            FailureClass.MALFORMED, f"The call of {call['name'][:60]!r} has no readable arguments.", usage=usage
        )
    name = names.get(call["name"])
    if name is None:
        raise CallFailed(
            FailureClass.MALFORMED, f"It called {call['name'][:60]!r}, a tool that it was not given.", usage=usage
        )
    return ToolCall(id=call["id"], name=name, arguments=cast(JsonObject, given))
