"""What goes into a model call: messages, tools, attachments. Plain values that travel as JSON."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from gateway.purpose import Purpose

JsonObject = dict[str, Any]


def _nothing(value: object) -> bool:
    """For members that came later: a message without them keeps the hash that it had before there were any."""
    return not value


class Value(BaseModel):
    """Base of the gateway's values: immutable, and strict about unknown members."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy without what was computed from the original: a changed copy has another hash."""
        copied = super().model_copy(update=update, deep=deep)
        for name in vars(copied).keys() - type(self).model_fields.keys():
            vars(copied).pop(name)
        return copied


class Attachment(Value):
    """A file that came with a message. The model sees what it is, never where it is kept."""

    id: str
    name: str
    media_type: str = "application/octet-stream"
    size: int = 0


class Image(Value):
    """A picture in a message: its bytes in base64, and how many characters of the message's text come before it.

    ``detail`` is how closely the provider is asked to look; one that knows no such wish looks as it always does.
    """

    media_type: Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
    data: str
    at: int = Field(default=0, ge=0)
    detail: Literal["auto", "low", "high"] | None = None


class ToolSpec(Value):
    """A tool that the model may ask for.

    ``input_schema`` is a JSON Schema (2020-12) of type object. Local references (``#/$defs/…``) are followed.
    ``effect`` says whether a call changes the world; ``name`` is ``<module>__<operation>`` for installed modules.
    ``strict`` asks the provider to hold the arguments to the schema while they are made.
    """

    name: str
    description: str = ""
    input_schema: JsonObject = Field(default_factory=lambda: {"type": "object"})
    effect: Literal["read", "write"] = "read"
    strict: bool = False

    @cached_property
    def text(self) -> str:
        """The whole specification as JSON; made once an object, so keep the object."""
        whole = [self.name, self.description, self.input_schema, self.effect, *([True] if self.strict else ())]
        return json.dumps(whole, sort_keys=True)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of ``text``."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class ToolChoice(Value):
    """Whether a tool may be called, must be, or must not; with ``name`` it must be that one."""

    mode: Literal["auto", "none", "required"] = "auto"
    name: str | None = None


class Options(Value):
    """How a model finds its words, where the caller says so; what is ``None`` is left to the provider.

    ``logit_bias`` makes tokens, by their number in the model's own vocabulary, more or less likely (-100 to 100).
    ``dimensions`` is for embeddings: how many numbers a vector has.
    """

    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = Field(default=None, exclude_if=_nothing)
    seed: int | None = None
    stop: tuple[str, ...] = ()
    reasoning_effort: str | None = None
    parallel_tool_calls: bool | None = None
    dimensions: int | None = None


class ToolCall(Value):
    """A wish of the model to call a tool. Nothing has happened yet."""

    id: str
    name: str
    arguments: JsonObject = Field(default_factory=dict)


class ToolSource(Value):
    """Where a tool's result comes from; ``version`` is the bundle's SHA-256."""

    module: str
    operation: str
    version: str | None = None


class Question(Value):
    """The one precise thing that is missing before the model can go on (a BLOCKED turn).

    ``missing`` names the input: an argument's path with dots (``body.name``), ``tool`` when several tools fit, or
    a built-in tool's argument. ``arguments`` holds what is known already and ``utterance`` the request it was for,
    so that the next message can be read as the answer. ``options`` are the possible answers, when there are few.
    """

    text: str
    missing: str
    tool: str | None = None
    arguments: JsonObject = Field(default_factory=dict)
    options: tuple[str, ...] = ()
    utterance: str = ""


class Message(Value):
    """One message of the conversation.

    ``name`` tells participants of the same role apart. ``images`` are a user's, in their order. An assistant's message
    keeps its ``tool_calls`` and ``question``; a tool's message has JSON text as ``content``, the ``tool_call_id`` it
    answers, its ``source``, and ``failed`` when the content is an error object.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str = ""
    name: str | None = Field(default=None, exclude_if=_nothing)
    attachments: tuple[Attachment, ...] = ()
    images: tuple[Image, ...] = Field(default=(), exclude_if=_nothing)
    tool_calls: tuple[ToolCall, ...] = ()
    question: Question | None = None
    tool_call_id: str | None = None
    source: ToolSource | None = None
    failed: bool = False


_UNSEEN = {"metadata", "tools", "org", "user", "thread", "model", "preferred", "tier", "bare"}


class ModelRequest(Value):
    """One call of a model.

    ``params`` are arguments that the caller gave by name (``--param city=Oslo``): they outrank what the text says.
    ``now`` is the moment that "today" refers to; without it relative dates are asked for. ``output_schema`` asks
    for structured output (``ModelResult.data``). ``metadata`` is for records only and never reaches a model, and
    neither does whose call it is (``org``, ``user``, ``thread``). ``model`` or ``tier`` outrank the routing's choice,
    and so does ``preferred`` while there is a model of that name; ``max_output_tokens`` may shorten the answer. A
    ``bare`` request is sent as it is, without a soul of ours, and the builtin provider never stands in for a language
    model that failed it.
    """

    purpose: Purpose
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    params: JsonObject = Field(default_factory=dict)
    now: datetime | None = None
    output_schema: JsonObject | None = None
    metadata: JsonObject = Field(default_factory=dict)
    org: str = "home"
    user: str | None = None
    thread: str | None = None
    model: str | None = None
    preferred: str | None = None
    tier: Literal["standard", "heavy"] | None = None
    max_output_tokens: int | None = Field(default=None, gt=0)
    tool_choice: ToolChoice | None = None
    options: Options = Options()
    bare: bool = False

    @property
    def images(self) -> int:
        """How many pictures there are in all messages together."""
        return sum(len(message.images) for message in self.messages)

    @cached_property
    def prompt_hash(self) -> str:
        """SHA-256 of everything that a model may see."""
        seen = self.model_dump_json(exclude=_UNSEEN)
        parts = [seen, *(tool.digest for tool in self.tools)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()
