"""OpenAI's Chat Completions: ``POST /v1/chat/completions``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.models.answers import Call, Finish, Refused, Said, Usage, slices, words, words_in
from tests.models.dialect import Frame, Json, Turn
from tests.models.refusals import OPENAI, worded

REASONS = {
    Finish.STOP: "stop",
    Finish.LENGTH: "length",
    Finish.TOOLS: "tool_calls",
    Finish.FILTERED: "content_filter",
}


class Chat:
    """The format that most providers and local servers share."""

    def usage(self, said: Said, request: Json) -> Usage | None:
        """Words, where the script has no numbers."""
        if not said.reports_usage:
            return None
        return said.usage or Usage(words_in(request.get("messages", [])), spoken(said))

    def body(self, turn: Turn) -> Json:
        """A ``chat.completion``."""
        said = turn.said
        message: Json = {"role": "assistant", "content": said.text or (None if said.calls else ""), "refusal": None}
        if said.reasoning:
            message["reasoning_content"] = said.reasoning
        if said.calls:
            message["tool_calls"] = [_tool_call(made, made.arguments) for made in turn.calls]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": REASONS[said.finish]}
        usage = {"usage": _usage(turn.usage)} if turn.usage else {}
        return {**_envelope(turn, "chat.completion"), "choices": [choice], **usage}

    def frames(self, turn: Turn) -> Iterator[Frame]:
        """``chat.completion.chunk`` events; usage comes last and only where it was asked for."""
        said = turn.said
        yield _delta(turn, {"role": "assistant", "content": None if said.calls and not said.text else ""})
        for piece in words(said.reasoning):
            yield _delta(turn, {"reasoning_content": piece}, piece=True)
        for piece in said.pieces:
            yield _delta(turn, {"content": piece}, piece=True)
        for index, made in enumerate(turn.calls):
            yield _delta(turn, {"tool_calls": [{"index": index, **_tool_call(made, "")}]})
            for piece in made.pieces:
                yield _delta(turn, {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}, piece=True)
        yield _delta(turn, {}, finish=REASONS[said.finish])
        if turn.include_usage and turn.usage:
            yield Frame({**_envelope(turn, "chat.completion.chunk"), "choices": [], "usage": _usage(turn.usage)})
        yield Frame("[DONE]")

    def error(self, refused: Refused, model: str) -> Json:
        """An ``error`` object."""
        return openai_error(refused, model)

    def error_frame(self, refused: Refused, model: str) -> Frame:
        """The same object as an event without a name."""
        return Frame(openai_error(refused, model))


def openai_error(refused: Refused, model: str) -> Json:
    """The body that all of OpenAI's endpoints have for an error."""
    text = worded(refused, OPENAI, model)
    return {"error": {"message": text.message, "type": text.type, "param": None, "code": text.code}}


def spoken(said: Said) -> int:
    """How many tokens this server says an answer has: its pieces."""
    return len(said.pieces) + len(words(said.reasoning)) + sum(len(slices(made.arguments)) for made in said.calls)


def _delta(turn: Turn, delta: Json, *, finish: str | None = None, piece: bool = False) -> Frame:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    usage = {"usage": None} if turn.include_usage else {}
    return Frame({**_envelope(turn, "chat.completion.chunk"), "choices": [choice], **usage}, piece=piece)


def _envelope(turn: Turn, kind: str) -> Json:
    return {"id": f"chatcmpl-{turn.number}", "object": kind, "created": turn.created, "model": turn.model}


def _tool_call(made: Call, arguments: str) -> dict[str, Any]:
    return {"id": made.id, "type": "function", "function": {"name": made.name, "arguments": arguments}}


def _usage(usage: Usage) -> Json:
    return {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.input + usage.output,
        "prompt_tokens_details": {"cached_tokens": usage.cached},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }
