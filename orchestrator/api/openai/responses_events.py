"""The stream of a response, which says everything twice: in pieces, and whole when a part is done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from core.errors import NexusError
from gateway import ToolCall
from orchestrator.api.openai.answering import Answered, Part
from orchestrator.api.openai.errors import told
from orchestrator.api.openai.responses_answer import Response, function_call, text_part

Json = dict[str, Any]


async def numbered(events: AsyncIterator[Json]) -> AsyncIterator[Json]:
    """Events with their place in the stream, from 0."""
    number = 0
    async for event in events:
        yield {**event, "sequence_number": number}
        number += 1


async def stream(response: Response, parts: AsyncIterator[Part]) -> AsyncIterator[Json]:
    """From ``response.created`` to ``response.completed``, ``response.incomplete`` or ``response.failed``."""
    yield {"type": "response.created", "response": response.begun()}
    yield {"type": "response.in_progress", "response": response.begun()}
    spoke = False
    try:
        async for part in parts:
            if isinstance(part, str):
                if not spoke:
                    for event in _message_begins(response):
                        yield event
                spoke = True
                yield {"type": "response.output_text.delta", **_place(response), "delta": part, "logprobs": []}
                continue
            for event in _ends(response, part, spoke=spoke):
                yield event
    except NexusError as error:
        said = told(error)
        yield {"type": "error", "code": said.code, "message": said.message, "param": said.param}
        yield {"type": "response.failed", "response": response.failed(error)}


def _ends(response: Response, answered: Answered, *, spoke: bool) -> Iterator[Json]:
    items = response.items(answered)
    has_message = items[0]["type"] == "message"
    if has_message:
        if not spoke:
            yield from _message_begins(response)
        yield from _message_ends(response, answered.text)
    for index, call in enumerate(answered.calls, start=int(has_message)):
        yield from _call(call, index)
    ended = response.ended(answered)
    yield {"type": f"response.{ended['status']}", "response": ended}


def _message_begins(response: Response) -> Iterator[Json]:
    item = response.message(None, "in_progress")
    yield {"type": "response.output_item.added", "output_index": 0, "item": item}
    yield {"type": "response.content_part.added", **_place(response), "part": text_part("")}


def _message_ends(response: Response, text: str) -> Iterator[Json]:
    yield {"type": "response.output_text.done", **_place(response), "text": text, "logprobs": []}
    yield {"type": "response.content_part.done", **_place(response), "part": text_part(text)}
    yield {"type": "response.output_item.done", "output_index": 0, "item": response.message(text)}


def _call(call: ToolCall, index: int) -> Iterator[Json]:
    """A call comes whole: its arguments in one piece."""
    done = function_call(call)
    place: Json = {"item_id": done["id"], "output_index": index}
    yield {"type": "response.output_item.added", "output_index": index, "item": function_call(call, begun=True)}
    yield {"type": "response.function_call_arguments.delta", **place, "delta": done["arguments"]}
    yield {
        "type": "response.function_call_arguments.done",
        **place,
        "name": call.name,
        "arguments": done["arguments"],
    }
    yield {"type": "response.output_item.done", "output_index": index, "item": done}


def _place(response: Response) -> Json:
    return {"item_id": response.message_id, "output_index": 0, "content_index": 0}
