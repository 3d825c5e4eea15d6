"""What a scripted language model may answer: values that say nothing about any provider's wire format.

Builders below the classes are what a test writes: ``say("Hello there", usage=(12, 2))``, ``refuse(429)``.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias

# A semaphore lets one piece pass each time it is released, an event lets all pass from when it is set.
Gate: TypeAlias = asyncio.Semaphore | asyncio.Event
Tokens: TypeAlias = "Usage | tuple[int, int]"

ARGUMENT_SLICE = 8
# keys whose strings belong to the wire format and not to what anyone says
SILENT = frozenset({"role", "type"})


class Finish(Enum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOLS = "tools"
    FILTERED = "filtered"


@dataclass(frozen=True)
class Usage:
    """Tokens that a provider says it used; nothing checks them, so a script may claim nonsense.

    ``cached`` and ``written`` are prompt tokens read from and put into the provider's cache. OpenAI counts them in
    ``input``, Anthropic beside it. ``reasoning`` is the hidden part of ``output``.
    """

    input: int
    output: int
    cached: int = 0
    written: int = 0
    reasoning: int = 0


@dataclass(frozen=True)
class Call:
    """A call of a tool. ``arguments`` is JSON text, valid or not; an empty ``id`` gets one of the request's own."""

    name: str
    arguments: str
    id: str = ""

    @property
    def pieces(self) -> list[str]:
        """The arguments in the slices in which they are streamed."""
        return slices(self.arguments)


class Break(Enum):
    """How an answer fails on its way."""

    RESET = "reset"  # TCP RST
    CLOSE = "close"  # the connection ends in order, and HTTP knows that something is missing
    END = "end"  # HTTP ends in order too: only what was not said tells that something is missing
    ERROR = "error"  # an error event within the stream


@dataclass(frozen=True)
class Breaks:
    """The answer fails after so many pieces, once ``gate`` lets it: a client may drop what it had not yet read."""

    after: int
    by: Break
    gate: Gate | None = None


@dataclass(frozen=True)
class Said:
    """A model's turn, and how it travels.

    ``usage=None`` counts words; ``reports_usage=False`` leaves usage out. ``structured`` marks text that is a JSON
    value: it becomes the arguments of a tool where the request forces one. ``first`` holds back the first piece,
    ``each`` every piece.
    """

    text: str = ""
    calls: tuple[Call, ...] = ()
    reasoning: str = ""
    finish: Finish = Finish.STOP
    usage: Usage | None = None
    reports_usage: bool = True
    structured: bool = False
    first: Gate | None = None
    each: Gate | None = None
    breaks: Breaks | None = None

    @property
    def pieces(self) -> list[str]:
        """The text in the pieces in which it is streamed: words, or slices of a JSON value."""
        return slices(self.text) if self.structured else words(self.text)


@dataclass(frozen=True)
class Refused:
    """An HTTP error. What ``code`` and ``message`` leave empty, each provider fills with words of its own."""

    status: int
    code: str = ""
    message: str = ""
    retry_after: float | None = None


@dataclass(frozen=True)
class Hangs:
    """The request is taken and nothing comes back."""


@dataclass(frozen=True)
class Garbage:
    """A success whose content is ``content``, whatever was asked for; in a stream it is the data of one event."""

    content: bytes
    content_type: str = "application/json"


Answer: TypeAlias = Said | Refused | Hangs | Garbage


def say(text: str, *, usage: Tokens | None = None) -> Said:
    """``text``, word by word where a stream is asked for."""
    return Said(text, usage=_usage(usage))


def call(name: str, arguments: Mapping[str, Any] | str, *, id: str = "") -> Call:
    """One call of a tool; a string is sent as it is, so that it may be no JSON at all."""
    return Call(name, arguments if isinstance(arguments, str) else json.dumps(arguments), id)


def call_tool(
    name: str, arguments: Mapping[str, Any] | str, *, id: str = "", text: str = "", usage: Tokens | None = None
) -> Said:
    """One call of a tool, after ``text`` if there is any."""
    return call_tools(call(name, arguments, id=id), text=text, usage=usage)


def call_tools(*calls: Call, text: str = "", usage: Tokens | None = None) -> Said:
    """Several calls in one turn."""
    return Said(text, calls, finish=Finish.TOOLS, usage=_usage(usage))


def structured(value: Any, *, usage: Tokens | None = None) -> Said:
    """A JSON value: as text, or as the arguments of the tool that the request forces."""
    return Said(json.dumps(value), usage=_usage(usage), structured=True)


def cut(text: str, *, usage: Tokens | None = None) -> Said:
    """``text``, then the limit of tokens."""
    return Said(text, finish=Finish.LENGTH, usage=_usage(usage))


def filtered(text: str = "", *, usage: Tokens | None = None) -> Said:
    """``text``, then the provider's content filter."""
    return Said(text, finish=Finish.FILTERED, usage=_usage(usage))


def reasoning(text: str, hidden_tokens: int, *, shown: str = "", input: int = 10) -> Said:
    """``text`` after ``hidden_tokens`` of thinking, of which the client sees only ``shown``."""
    spent = Usage(input, len(words(text)) + hidden_tokens, reasoning=hidden_tokens)
    return Said(text, reasoning=shown, usage=spent)


def wrong_usage(input: int, output: int, *, text: str = "Counted wrongly.") -> Said:
    """A usage that cannot be: negative, absurd."""
    return say(text, usage=(input, output))


def without_usage(text: str = "Nobody counted.") -> Said:
    """``text`` and no usage at all."""
    return Said(text, reports_usage=False)


def drip(text: str, gate: Gate, *, usage: Tokens | None = None) -> Said:
    """One piece each time ``gate`` is released. Where no stream is asked for, all come after the last release."""
    return Said(text, usage=_usage(usage), each=gate)


def slow_first(gate: Gate, text: str = "At last.", *, usage: Tokens | None = None) -> Said:
    """Nothing until ``gate`` opens (in a stream: the head and no word), then everything."""
    return Said(text, usage=_usage(usage), first=gate)


def reset_after(pieces: int, *, text: str = "one two three four five six", gate: Gate | None = None) -> Said:
    """``pieces`` pieces of ``text``, then a TCP reset; half the body where no stream is asked for."""
    return Said(text, breaks=Breaks(pieces, Break.RESET, gate))


def close_after(pieces: int, *, text: str = "one two three four five six", gate: Gate | None = None) -> Said:
    """As ``reset_after``, with a connection that is closed and not reset."""
    return Said(text, breaks=Breaks(pieces, Break.CLOSE, gate))


def end_after(pieces: int, *, text: str = "one two three four five six", gate: Gate | None = None) -> Said:
    """``pieces`` pieces of ``text``, then a regular end of the HTTP answer without a word on why it stopped."""
    return Said(text, breaks=Breaks(pieces, Break.END, gate))


def error_after(pieces: int, *, text: str = "one two three four five six", gate: Gate | None = None) -> Said:
    """``pieces`` pieces of ``text``, then an event that says the provider is overloaded; status 200 all the same."""
    return Said(text, breaks=Breaks(pieces, Break.ERROR, gate))


def refuse(status: int, code: str = "", message: str = "", *, retry_after: float | None = None) -> Refused:
    """An HTTP error. Codes with words of their own: see ``tests.models.refusals``."""
    return Refused(status, code, message, retry_after)


def hang() -> Hangs:
    """No answer, until the client gives up."""
    return Hangs()


def garbage(content: bytes = b'<html>{"half": ', content_type: str = "application/json") -> Garbage:
    """A success that is not what was asked for, and by default no JSON."""
    return Garbage(content, content_type)


def words(text: str) -> list[str]:
    """``text`` in pieces of a word and the space before it; joined they are the text again."""
    return re.findall(r"\s*\S+|\s+$", text)


def slices(text: str) -> list[str]:
    """``text`` in pieces of a few characters; joined they are the text again."""
    return [text[start : start + ARGUMENT_SLICE] for start in range(0, len(text), ARGUMENT_SLICE)]


def words_in(values: Sequence[Any] | Mapping[str, Any] | Any) -> int:
    """How many words the strings within a JSON value have: what this server calls tokens."""
    if isinstance(values, str):
        return len(words(values))
    if isinstance(values, Mapping):
        return sum(words_in(value) for key, value in values.items() if key not in SILENT)
    return sum(words_in(value) for value in values) if isinstance(values, list | tuple) else 0


def _usage(given: Tokens | None) -> Usage | None:
    return Usage(*given) if isinstance(given, tuple) else given
