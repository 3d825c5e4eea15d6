"""OpenAI's Responses: ``POST /v1/responses``, as far as text, calls and usage go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.models.answers import Finish, Refused, Said, Usage, words_in
from tests.models.chat import openai_error, spoken
from tests.models.dialect import Frame, Json, Turn

INCOMPLETE = {Finish.LENGTH: "max_output_tokens", Finish.FILTERED: "content_filter"}


class Responses:
    """OpenAI's newer format, whose stream says everything twice: in deltas, and whole when a part is done."""

    def usage(self, said: Said, request: Json) -> Usage | None:
        """Words, where the script has no numbers."""
        if not said.reports_usage:
            return None
        prompt = words_in([request.get("instructions") or "", request.get("input", "")])
        return said.usage or Usage(prompt, spoken(said))

    def body(self, turn: Turn) -> Json:
        """A ``response`` that ended."""
        reason = INCOMPLETE.get(turn.said.finish)
        return {
            **_opened(turn),
            "status": "incomplete" if reason else "completed",
            "incomplete_details": {"reason": reason} if reason else None,
            "output": _items(turn),
            "usage": _usage(turn.usage) if turn.usage else None,
        }

    def frames(self, turn: Turn) -> Iterator[Frame]:
        """Named events, numbered in their order."""
        for number, frame in enumerate(self._frames(turn)):
            assert isinstance(frame.data, dict)
            yield Frame({**frame.data, "sequence_number": number}, frame.event, frame.piece)

    def _frames(self, turn: Turn) -> Iterator[Frame]:
        yield _event("response.created", response=_opened(turn))
        yield _event("response.in_progress", response=_opened(turn))
        for index, item in enumerate(_items(turn)):
            yield from _text(item, index, turn) if item["type"] == "message" else _call(item, index, turn)
        ended = self.body(turn)
        yield _event(f"response.{ended['status']}", response=ended)

    def error(self, refused: Refused, model: str) -> Json:
        """An ``error`` object, as on OpenAI's other endpoints."""
        return openai_error(refused, model)

    def error_frame(self, refused: Refused, model: str) -> Frame:
        """An event called ``error``."""
        return _event("error", **openai_error(refused, model)["error"], sequence_number=0)


def _text(item: Json, index: int, turn: Turn) -> Iterator[Frame]:
    part = item["content"][0]
    place: Json = {"item_id": item["id"], "output_index": index, "content_index": 0}
    opened = {**item, "status": "in_progress", "content": []}
    yield _event("response.output_item.added", output_index=index, item=opened)
    yield _event("response.content_part.added", **place, part={**part, "text": ""})
    for piece in turn.said.pieces:
        yield _event("response.output_text.delta", piece=True, **place, delta=piece, logprobs=[])
    yield _event("response.output_text.done", **place, text=part["text"], logprobs=[])
    yield _event("response.content_part.done", **place, part=part)
    yield _event("response.output_item.done", output_index=index, item=item)


def _call(item: Json, index: int, turn: Turn) -> Iterator[Frame]:
    place: Json = {"item_id": item["id"], "output_index": index}
    made = next(made for made in turn.calls if made.id == item["call_id"])
    opened = {**item, "status": "in_progress", "arguments": ""}
    yield _event("response.output_item.added", output_index=index, item=opened)
    for piece in made.pieces:
        yield _event("response.function_call_arguments.delta", piece=True, **place, delta=piece)
    yield _event("response.function_call_arguments.done", **place, name=made.name, arguments=made.arguments)
    yield _event("response.output_item.done", output_index=index, item=item)


def _items(turn: Turn) -> list[Json]:
    items: list[Json] = []
    if turn.said.text or not turn.said.calls:
        part = {"type": "output_text", "text": turn.said.text, "annotations": [], "logprobs": []}
        message = {"id": f"msg_{turn.number}", "type": "message", "role": "assistant", "status": "completed"}
        items.append({**message, "content": [part]})
    items += [
        {
            "id": f"fc_{made.id}",
            "type": "function_call",
            "status": "completed",
            "call_id": made.id,
            "name": made.name,
            "arguments": made.arguments,
        }
        for made in turn.calls
    ]
    return items


def _opened(turn: Turn) -> Json:
    return {
        "id": f"resp_{turn.number}",
        "object": "response",
        "created_at": turn.created,
        "model": turn.model,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "output": [],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": None,
    }


def _event(type: str, *, piece: bool = False, **fields: Any) -> Frame:
    return Frame({"type": type, **fields}, type, piece)


def _usage(usage: Usage) -> Json:
    return {
        "input_tokens": usage.input,
        "input_tokens_details": {"cached_tokens": usage.cached},
        "output_tokens": usage.output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.input + usage.output,
    }
