"""Calls through the real litellm that are answered: the same streamed or not, and counted as they were."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import pytest

from core.errors import InvalidInput
from gateway import Message, ModelRequest, Purpose, Reply, TextDelta
from gateway.result import FinishReason
from tests.integration.gateway.conftest import KEY, WEATHER, MakeGateway, asked
from tests.models import (
    ModelServer,
    Usage,
    call_tool,
    cut,
    drip,
    reasoning,
    say,
    structured,
    without_usage,
    wrong_usage,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}


@pytest.mark.parametrize("provider", ["one", "claude"])
async def test_an_answer_is_the_same_streamed_or_not(
    gateway_of: MakeGateway, server: ModelServer, provider: str
) -> None:
    gateway = gateway_of({"small": {"provider": provider}})
    server.script = [say("Good day to you.", usage=(7, 5))] * 2
    whole = await gateway.generate(asked())
    parts = [part async for part in gateway.stream(asked())]
    last = parts.pop()
    assert isinstance(last, Reply)
    assert last.result == whole.result
    assert [part.text for part in parts if isinstance(part, TextDelta)] == ["Good", " day", " to", " you."]
    assert (whole.result.usage.input_tokens, whole.result.usage.output_tokens) == (7, 5)
    assert whole.result.usage.cost == Decimal("0.000012")
    assert not whole.result.usage.estimated
    assert last.record.first_seconds is not None
    assert last.record.latency_seconds >= last.record.first_seconds
    assert {request.key for request in server.requests} == {KEY}


@pytest.mark.parametrize("provider", ["one", "claude"])
@pytest.mark.parametrize("stream", [False, True])
async def test_tool_calls_are_put_together(
    gateway_of: MakeGateway, server: ModelServer, provider: str, stream: bool
) -> None:
    gateway = gateway_of({"small": {"provider": provider}})
    server.script = [call_tool("weather__forecast", {"city": "Zürich"}, text="Let me see.")]
    request = asked(tools=(WEATHER,))
    reply = [part async for part in gateway.stream(request)][-1] if stream else await gateway.generate(request)
    assert isinstance(reply, Reply)
    (call,) = reply.result.tool_calls
    assert (call.name, call.arguments) == ("weather__forecast", {"city": "Zürich"})
    assert reply.result.finish_reason is FinishReason.TOOL_CALLS


async def test_names_that_no_provider_takes_come_back_as_they_were(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    long = WEATHER.model_copy(update={"name": f"swiss.meteo__{'forecast' * 12}"})
    seen: list[str] = []

    def answer(request: object) -> object:
        body = server.requests[-1].body
        seen.append(body["tools"][0]["function"]["name"])
        return call_tool(seen[0], {"city": "Bern"})

    server.otherwise = answer  # pyright: ignore[reportAttributeAccessIssue]
    reply = await gateway_of().generate(asked(tools=(long,)))
    assert len(seen[0]) <= 64
    assert "." not in seen[0]
    assert reply.result.tool_calls[0].name == long.name


async def test_whoever_goes_ends_the_call_and_pays_for_what_came(gateway_of: MakeGateway, server: ModelServer) -> None:
    gate = asyncio.Semaphore(2)
    server.script = [drip("one two three four five six", gate)]
    stream = gateway_of().stream(asked())
    assert await anext(stream) == TextDelta(text="one")
    await stream.aclose()  # pyright: ignore[reportAttributeAccessIssue]
    await server.requests[0].cancelled.wait()
    assert server.requests[0].pieces <= 2


@pytest.mark.parametrize("answer", [without_usage("one two three"), wrong_usage(-5, 10**12, text="one two three")])
@pytest.mark.parametrize("stream", [False, True])
async def test_usage_that_nobody_can_believe_is_counted_here(
    gateway_of: MakeGateway, server: ModelServer, answer: object, stream: bool
) -> None:
    server.script = [answer]  # pyright: ignore[reportAttributeAccessIssue]
    gateway = gateway_of()
    reply = [part async for part in gateway.stream(asked())][-1] if stream else await gateway.generate(asked())
    assert isinstance(reply, Reply)
    assert reply.result.usage.estimated
    assert reply.result.usage.output_tokens == 3
    assert 5 < reply.result.usage.input_tokens < 20


async def test_anthropic_is_asked_to_keep_the_beginning_and_its_count_is_believed(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of({"claude": {"provider": "claude"}})
    server.script = [say("Kept.", usage=Usage(input=10, output=2, cached=90, written=900))]
    messages = (Message(role="system", content="Be brief."), Message(role="user", content="Hello?"))
    usage = (await gateway.generate(asked().model_copy(update={"messages": messages}))).result.usage
    assert server.requests[0].body["system"][0]["cache_control"] == {"type": "ephemeral"}
    assert (usage.input_tokens, usage.cached_tokens, usage.cache_write_tokens) == (1000, 90, 900)


async def test_calls_share_a_connection(gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of()
    for _ in range(3):
        await gateway.generate(asked())
    assert len(server._connections) == 1  # pyright: ignore[reportPrivateUsage]


async def test_hidden_thoughts_are_paid_for(gateway_of: MakeGateway, server: ModelServer) -> None:
    server.script = [reasoning("Yes.", 500)]
    usage = (await gateway_of().generate(asked())).result.usage
    assert (usage.output_tokens, usage.reasoning_tokens) == (501, 500)


async def test_an_answer_may_be_cut_at_its_longest(gateway_of: MakeGateway, server: ModelServer) -> None:
    server.script = [cut("And then")]
    reply = await gateway_of().generate(asked(max_output_tokens=2))
    assert reply.result.finish_reason is FinishReason.LENGTH
    assert server.requests[0].body["max_tokens"] == 2


@pytest.mark.parametrize("mode", ["native", "tool", "prompt"])
async def test_an_answer_is_held_to_its_schema(gateway_of: MakeGateway, server: ModelServer, mode: str) -> None:
    gateway = gateway_of({"first": {"structured": mode}, "second": {"structured": mode}})
    server.script = [structured({"n": "seven"}), structured({"n": 7})]
    reply = await gateway.generate(asked(output_schema=SCHEMA))
    assert reply.result.data == {"n": 7}
    assert [attempt.failure for attempt in reply.record.attempts] == ["schema_mismatch", None]
    assert "'seven' is not of type 'integer'" in reply.record.attempts[0].detail
    body = server.requests[0].body
    assert {"native": "response_format" in body, "tool": "tool_choice" in body}.get(mode, "n" in str(body["messages"]))


async def test_a_structured_answer_streams_nothing_that_was_not_checked(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    server.script = [structured({"n": "x"}), structured({"n": 1})]
    gateway = gateway_of({"first": {}, "second": {}})
    parts = [part async for part in gateway.stream(asked(output_schema=SCHEMA))]
    assert len(parts) == 1
    assert isinstance(parts[0], Reply)
    assert parts[0].result.data == {"n": 1}


async def test_a_schema_that_is_none_is_refused_before_anything_is_sent(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    with pytest.raises(InvalidInput, match="no JSON Schema"):
        await gateway_of().generate(asked(output_schema={"type": "nonsense"}))
    assert server.requests == []


async def test_the_conversation_travels_with_its_tool_results(gateway_of: MakeGateway, server: ModelServer) -> None:
    from gateway import ToolCall

    call = ToolCall(id="c1", name="weather__forecast", arguments={"city": "Bern"})
    request = ModelRequest(
        purpose=Purpose.JUDGE,
        messages=(
            Message(role="system", content="Be brief."),
            Message(role="user", content="Weather?"),
            Message(role="assistant", tool_calls=(call,)),
            Message(role="tool", content='{"sun": true}', tool_call_id="c1"),
        ),
        tools=(WEATHER,),
    )
    await gateway_of().generate(request)
    sent = server.requests[0].body["messages"]
    assert [message["role"] for message in sent] == ["system", "user", "assistant", "tool"]
    assert sent[2]["tool_calls"][0]["function"]["arguments"] == '{"city": "Bern"}'
    assert sent[3]["tool_call_id"] == "c1"
