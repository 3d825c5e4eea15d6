"""Messages of a conversation as they are said to a model: neutral, and with marks around what others wrote."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from core.errors import InvalidInput
from gateway.messages import Attachment, Message, ToolCall
from gateway.prompt.budget import Count
from gateway.prompt.cutting import Fitted, Piece, whole
from gateway.prompt.marks import fence
from gateway.prompt.neutral import Neutral, neutral, neutral_line


@dataclass(frozen=True, slots=True)
class Said:
    """One message and what it takes. ``result`` is the text of a tool's result, the only kind that may be cut."""

    message: Message
    tokens: int
    neutralised: int
    result: Fitted | None = None

    def shortened(self, result: Fitted) -> Said:
        """The same message with less of its result."""
        message = self.message.model_copy(update={"content": result.rendered})
        return Said(message, result.tokens, self.neutralised, result)


def say(message: Message, key: bytes, count: Count) -> Said:
    """The message as a model gets it. ``InvalidInput`` for one that speaks with the system's authority."""
    if message.role == "system":
        raise InvalidInput(
            "A conversation holds no message of the system.", mend="Put what is ours into the prompt's task."
        )
    if message.role == "tool":
        return _say_result(message, key, count)
    neutrality = _Neutrality()
    content = neutrality.of(neutral(message.content, speech=True))
    attachments = tuple(_attachment(one, neutrality) for one in message.attachments)
    if attachments:
        listed = "\n".join(f"{one.name} ({one.media_type}, {one.size} bytes)" for one in attachments)
        content = "\n\n".join(part for part in (content, fence("attached files", listed, key)) if part)
    calls = tuple(_call(one, neutrality) for one in message.tool_calls)
    said = message.model_copy(
        update={"content": content, "attachments": attachments, "tool_calls": calls, "question": None}
    )
    return Said(
        said, count(content) + sum(count(f"{one.name}{arguments_text(one)}") for one in calls), neutrality.places
    )


def arguments_text(call: ToolCall) -> str:
    """A call's arguments as one text: JSON that is the same for equal arguments, and takes integers of any size."""
    try:
        return json.dumps(call.arguments, sort_keys=True, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise _no_json(call) from error


@dataclass(slots=True)
class _Neutrality:
    """Counts the places while the texts of one message are made neutral."""

    places: int = 0

    def of(self, found: Neutral) -> str:
        self.places += found.changed
        return found.text


def _say_result(message: Message, key: bytes, count: Count) -> Said:
    neutrality = _Neutrality()
    source = message.source
    name = f"result of {source.module}.{source.operation}" if source else "result of a tool"
    name = neutrality.of(neutral_line(f"failed {name}" if message.failed else name))
    text = neutrality.of(neutral(message.content))
    piece = Piece(name, text, "tail", -len(text), lambda text: fence(name, text, key), neutrality.places)
    result = whole(piece, count)
    call = message.tool_call_id and neutrality.of(neutral_line(message.tool_call_id))
    said = message.model_copy(update={"content": result.rendered, "tool_call_id": call, "attachments": ()})
    return Said(said, result.tokens, neutrality.places, result)


def _attachment(attachment: Attachment, neutrality: _Neutrality) -> Attachment:
    name = neutrality.of(neutral_line(attachment.name))
    media_type = neutrality.of(neutral_line(attachment.media_type))
    return attachment.model_copy(update={"name": name, "media_type": media_type})


def _call(call: ToolCall, neutrality: _Neutrality) -> ToolCall:
    """A call that a model asked for, in case it was made to spell what ends a turn. Its id stays that of its result."""
    try:
        arguments = _neutral_json(call.arguments, neutrality)
    except RecursionError as error:
        raise _no_json(call) from error
    name, id_ = neutrality.of(neutral_line(call.name)), neutrality.of(neutral_line(call.id))
    return call.model_copy(update={"id": id_, "name": name, "arguments": arguments})


def _neutral_json(value: Any, neutrality: _Neutrality) -> Any:
    if isinstance(value, str):
        return neutrality.of(neutral(value, speech=True))
    if isinstance(value, list | tuple):
        return [_neutral_json(item, neutrality) for item in cast(list[Any], value)]
    if isinstance(value, Mapping):
        members: dict[Any, Any] = {}
        for name, member in cast(Mapping[Any, Any], value).items():
            plain = _neutral_json(name, neutrality)
            while plain in members:  # two names that differ in what is hidden: neither may be lost
                plain += "\N{MIDDLE DOT}"
            members[plain] = _neutral_json(member, neutrality)
        return members
    return value


def _no_json(call: ToolCall) -> InvalidInput:
    return InvalidInput(f"The arguments of the call {call.id!r} are no JSON.", mend="Give JSON values, nested plainly.")
