"""The gateway alone, as a library: routing by purpose, records, streams that end in the same result."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.errors import Unavailable, UpstreamFailed
from gateway import (
    Gateway,
    Image,
    Message,
    ModelRequest,
    ModelResult,
    Purpose,
    Reply,
    TextDelta,
    ToolSpec,
)
from gateway.result import FinishReason


class Parrot:
    """A provider that says what it was told."""

    name = "parrot"
    purposes = frozenset({Purpose.CHAT, Purpose.JUDGE})

    def __init__(self, *, breaks_off: bool = False) -> None:
        self._breaks_off = breaks_off

    async def generate(self, request: ModelRequest) -> ModelResult:
        text = request.messages[-1].content
        return ModelResult(provider=self.name, model="grey", finish_reason=FinishReason.STOP, text=text)

    async def stream(self, request: ModelRequest) -> AsyncIterator[TextDelta | ModelResult]:
        result = await self.generate(request)
        yield TextDelta(text=result.text)
        if not self._breaks_off:
            yield result


def request(purpose: Purpose = Purpose.CHAT, text: str = "hello", **more: object) -> ModelRequest:
    return ModelRequest(purpose=purpose, messages=(Message(role="user", content=text),), **more)  # pyright: ignore


async def test_it_answers_with_nothing_configured() -> None:
    reply = await Gateway().generate(request())
    assert reply.result.provider == "builtin"
    assert reply.result.text
    assert reply.record.usage.input_tokens == reply.record.usage.output_tokens == 0


async def test_a_purpose_that_nobody_serves_says_how_to_get_it() -> None:
    with pytest.raises(Unavailable) as caught:
        await Gateway().generate(request(Purpose.REPAIR))
    assert "nexus.toml" in caught.value.mend


async def test_the_record_tells_purpose_model_and_time() -> None:
    ticks = iter([10.0, 10.0, 10.0, 10.25, 10.25])
    reply = await Gateway(builtin=Parrot(), timer=lambda: next(ticks)).generate(request())
    assert reply.record.purpose is Purpose.CHAT
    assert reply.record.model == "grey"
    assert reply.record.latency_seconds == 0.25


async def test_a_stream_ends_in_the_reply_that_generate_gives() -> None:
    gateway = Gateway()
    parts = [part async for part in gateway.stream(request(text="what can you do?"))]
    last = parts.pop()
    assert isinstance(last, Reply)
    assert last.result == (await gateway.generate(request(text="what can you do?"))).result
    assert "".join(part.text for part in parts if isinstance(part, TextDelta)) == last.result.text


async def test_a_stream_without_a_result_is_a_failure() -> None:
    with pytest.raises(UpstreamFailed):
        [part async for part in Gateway(builtin=Parrot(breaks_off=True)).stream(request())]


def test_the_prompt_hash_is_over_what_a_model_sees() -> None:
    tool = ToolSpec(name="a__b", input_schema={"type": "object", "properties": {"n": {"maximum": 2**70}}})
    base = request(tools=(tool,))
    assert base.prompt_hash == request(tools=(tool,)).prompt_hash
    assert base.prompt_hash == request(tools=(tool,), metadata={"run": "1"}).prompt_hash
    assert base.prompt_hash != request().prompt_hash
    assert base.prompt_hash != request(text="other", tools=(tool,)).prompt_hash
    assert base.prompt_hash != base.model_copy(update={"tools": ()}).prompt_hash
    seen = [
        Message(role="user", images=(Image(media_type="image/png", data=data, at=at),))
        for data, at in (("AAAA", 0), ("AAAB", 0), ("AAAA", 1))
    ]
    assert len({base.model_copy(update={"messages": (message,)}).prompt_hash for message in seen}) == 3


def test_results_survive_storage_as_json() -> None:
    result = ModelResult(provider="p", model="m", finish_reason=FinishReason.TOOL_CALLS, data={"a": [1]})
    assert ModelResult.model_validate_json(result.model_dump_json()) == result
