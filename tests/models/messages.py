"""Anthropic's Messages: ``POST /v1/messages``, with a prompt cache that remembers what it was told to keep."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.models.answers import Call, Finish, Refused, Said, Usage, words, words_in
from tests.models.chat import spoken
from tests.models.dialect import Frame, Json, Turn
from tests.models.refusals import ANTHROPIC, worded

REASONS = {
    Finish.STOP: "end_turn",
    Finish.LENGTH: "max_tokens",
    Finish.TOOLS: "tool_use",
    Finish.FILTERED: "refusal",
}
SIGNATURE = "c2lnbmVk"


@dataclass
class Messages:
    """``kept`` are the beginnings of requests that were cached, with the words in each."""

    kept: dict[str, int] = field(default_factory=dict)

    def usage(self, said: Said, request: Json) -> Usage | None:
        """Words, where the script has no numbers. What ``cache_control`` marks is counted apart, as Anthropic does."""
        read, written = self._cache(request)
        if not said.reports_usage:
            return None
        if said.usage is None:
            prompt = words_in([block for _, block in _blocks(request)])
            return Usage(prompt - read - written, spoken(said), read, written)
        given = said.usage
        if given.cached or given.written:
            return given
        return Usage(given.input, given.output, read, written, given.reasoning)

    def _cache(self, request: Json) -> tuple[int, int]:
        """Tokens read from the cache, and written to it, by this request."""
        marked = _marked_beginnings(request)
        read = max((words for key, words in marked.items() if key in self.kept), default=0)
        self.kept |= marked
        return read, max(marked.values(), default=0) - read

    def body(self, turn: Turn) -> Json:
        """A ``message``."""
        said = turn.said
        content: list[Json] = []
        if said.reasoning:
            content.append({"type": "thinking", "thinking": said.reasoning, "signature": SIGNATURE})
        if said.text:
            content.append({"type": "text", "text": said.text})
        content += [{**_tool_use(made), "input": _input(made)} for made in turn.calls]
        usage = {"usage": _usage(turn.usage, turn.usage.output)} if turn.usage else {}
        return {**_message(turn), "content": content, "stop_reason": REASONS[said.finish], **usage}

    def frames(self, turn: Turn) -> Iterator[Frame]:
        """Named events: the message, its blocks in deltas, then why it stopped and what it used."""
        usage = {"usage": _usage(turn.usage, 1)} if turn.usage else {}
        yield _event("message_start", message={**_message(turn), "content": [], "stop_reason": None, **usage})
        yield _event("ping")
        for index, block in enumerate(_streamed_blocks(turn)):
            yield _event("content_block_start", index=index, content_block=block.start)
            for delta in block.deltas:
                yield _event("content_block_delta", piece=True, index=index, delta=delta)
            for delta in block.closing:
                yield _event("content_block_delta", index=index, delta=delta)
            yield _event("content_block_stop", index=index)
        spent = {"usage": {"output_tokens": turn.usage.output}} if turn.usage else {}
        stopped = {"stop_reason": REASONS[turn.said.finish], "stop_sequence": None}
        yield Frame({"type": "message_delta", "delta": stopped, **spent}, "message_delta")
        yield _event("message_stop")

    def error(self, refused: Refused, model: str) -> Json:
        """An ``error`` within an envelope of that type."""
        text = worded(refused, ANTHROPIC, model)
        return {"type": "error", "error": {"type": text.type, "message": text.message}, "request_id": "req_scripted"}

    def error_frame(self, refused: Refused, model: str) -> Frame:
        """The same as an event called ``error``."""
        return Frame(self.error(refused, model), "error")


@dataclass(frozen=True)
class _Block:
    start: Json
    deltas: list[Json]
    closing: tuple[Json, ...] = ()


def _streamed_blocks(turn: Turn) -> Iterator[_Block]:
    said = turn.said
    if said.reasoning:
        yield _Block(
            {"type": "thinking", "thinking": "", "signature": ""},
            [{"type": "thinking_delta", "thinking": piece} for piece in words(said.reasoning)],
            ({"type": "signature_delta", "signature": SIGNATURE},),
        )
    if said.text:
        yield _Block({"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in said.pieces])
    for made in turn.calls:
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in made.pieces]
        yield _Block({**_tool_use(made), "input": {}}, deltas)


def _event(type: str, *, piece: bool = False, **fields: Any) -> Frame:
    return Frame({"type": type, **fields}, type, piece)


def _message(turn: Turn) -> Json:
    return {
        "id": f"msg_{turn.number}",
        "type": "message",
        "role": "assistant",
        "model": turn.model,
        "stop_sequence": None,
    }


def _tool_use(made: Call) -> Json:
    return {"type": "tool_use", "id": made.id, "name": made.name}


def _input(made: Call) -> Any:
    """Anthropic sends a value and not text, so arguments that are no JSON can only be a string here."""
    try:
        return json.loads(made.arguments)
    except ValueError:
        return made.arguments


def _usage(usage: Usage, output: int) -> Json:
    return {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": output,
    }


def _marked_beginnings(request: Json) -> dict[str, int]:
    """For each mark in the request, everything up to it and how many words that has."""
    marked: dict[str, int] = {}
    beginning: list[Any] = []
    for role, block in _blocks(request):
        bare = {key: value for key, value in block.items() if key != "cache_control"}
        beginning.append([role, bare])
        if block.get("cache_control"):
            marked[json.dumps(beginning, sort_keys=True)] = words_in([block for _, block in beginning])
    return marked


def _blocks(request: Json) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The request's content in the order in which a provider reads it: tools, system, messages."""
    for tool in request.get("tools") or []:
        yield "tools", tool
    said = [{"role": "system", "content": request.get("system") or []}, *request.get("messages", [])]
    for message in said:
        content = message["content"]
        for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            yield message["role"], block
