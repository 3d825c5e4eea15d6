"""Tools through the real litellm: called by the model itself, or by an answer that is held to a schema."""

from __future__ import annotations

from typing import Any

import pytest

from gateway import CallFailed, FailureClass, Message, ModelRequest, Purpose, Reply, TextDelta, ToolCall, ToolSpec
from gateway.messages import ToolChoice
from gateway.result import FinishReason
from tests.integration.gateway.conftest import MakeGateway, asked
from tests.models import ModelServer, say, structured

pytestmark = pytest.mark.asyncio(loop_scope="session")
WEATHER = ToolSpec(
    name="weather.forecast", description="Tells tomorrow.", input_schema={"properties": {"city": {"type": "string"}}}
)
CALL = {"tool": "weather.forecast", "arguments": {"city": "Oslo"}, "answer": ""}
WORDS = {"tool": None, "arguments": {}, "answer": "It will rain."}


def done_before(id_: str = "run/3:execute#1", **more: Any) -> ModelRequest:
    """A conversation in which the tool was called, and its result is there."""
    call = ToolCall(id=id_, name="weather.forecast", arguments={"city": "Bern"})
    messages = (
        Message(role="user", content="And in Bern?"),
        Message(role="assistant", tool_calls=(call,)),
        Message(role="tool", tool_call_id=id_, content='{"rain": true}'),
        Message(role="user", content="Say it in words."),
    )
    return ModelRequest(purpose=Purpose.JUDGE, messages=messages, **more)


@pytest.mark.parametrize("mode", ["native", "prompt"])
async def test_a_model_that_calls_no_tools_calls_them_by_its_answer(
    gateway_of: MakeGateway, server: ModelServer, mode: str
) -> None:
    gateway = gateway_of({"small": {"calls": "schema", "structured": mode}})
    server.script = [structured(CALL), structured(WORDS)]
    called = (await gateway.generate(asked(tools=(WEATHER,)))).result
    assert [(call.name, call.arguments) for call in called.tool_calls] == [("weather.forecast", {"city": "Oslo"})]
    assert (called.finish_reason, called.data) == (FinishReason.TOOL_CALLS, None)
    said = (await gateway.generate(asked(tools=(WEATHER,)))).result
    assert (said.text, said.tool_calls, said.finish_reason) == ("It will rain.", (), FinishReason.STOP)
    body = server.requests[0].body
    assert not body.keys() & {"tools", "tool_choice"}
    assert ("response_format" in body) == (mode == "native")
    system = " ".join(message["content"] for message in body["messages"] if message["role"] == "system")
    assert all(part in system for part in ("weather.forecast", "Tells tomorrow.", '"city"'))


async def test_such_an_answer_is_streamed_when_it_has_been_checked(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of({"small": {"calls": "schema"}})
    server.script = [structured(WORDS)]
    parts = [part async for part in gateway.stream(asked(tools=(WEATHER,)))]
    assert not [part for part in parts if isinstance(part, TextDelta)]
    (reply,) = parts
    assert isinstance(reply, Reply)
    assert reply.result.text == "It will rain."


async def test_a_tool_that_there_is_not_is_no_call_and_the_next_model_is_asked(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of({"small": {"calls": "schema"}, "large": {}})
    server.script = [structured({**CALL, "tool": "weather.delete"}), say("No.")]
    reply = await gateway.generate(asked(tools=(WEATHER,)))
    assert [attempt.failure for attempt in reply.record.attempts] == ["schema_mismatch", None]
    assert reply.result.text == "No."


async def test_a_call_that_must_be_made_leaves_no_way_out(gateway_of: MakeGateway, server: ModelServer) -> None:
    gateway = gateway_of({"small": {"calls": "schema"}})
    server.script = [structured(WORDS), structured(CALL)]
    with pytest.raises(CallFailed) as failure:
        await gateway.generate(asked(tools=(WEATHER,), tool_choice=ToolChoice(mode="required")))
    assert failure.value.kind is FailureClass.SCHEMA_MISMATCH
    forced = asked(tools=(WEATHER,), tool_choice=ToolChoice(name="weather.forecast"))
    assert (await gateway.generate(forced)).result.tool_calls


async def test_two_schemas_for_one_answer_are_refused_before_anything_is_sent(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of({"small": {"calls": "schema"}})
    with pytest.raises(CallFailed, match="cannot be held to another one"):
        await gateway.generate(asked(tools=(WEATHER,), output_schema={"type": "object"}))
    assert server.requests == []


@pytest.mark.parametrize("provider", ["one", "claude"])
async def test_what_was_called_before_is_told_in_the_form_that_the_request_has_room_for(
    gateway_of: MakeGateway, server: ModelServer, provider: str
) -> None:
    gateway = gateway_of({"small": {"provider": provider}})
    server.script = [say("Rain."), say("Rain.")]
    assert (await gateway.generate(done_before(tools=(WEATHER,)))).result.text == "Rain."
    assert (await gateway.generate(done_before())).result.text == "Rain."
    with_tools, without = (request.body["messages"] for request in server.requests)
    assert len(with_tools) >= 3
    assert "The result of weather.forecast:" in str(without)
    assert "tool_use" not in str(without)
    assert "tool_calls" not in str(without)


async def test_a_by_schema_model_is_told_of_its_calls_in_its_own_form(
    gateway_of: MakeGateway, server: ModelServer
) -> None:
    gateway = gateway_of({"small": {"calls": "schema"}})
    server.script = [structured(WORDS)]
    await gateway.generate(done_before(tools=(WEATHER,)))
    assistant = next(each for each in server.requests[0].body["messages"] if each["role"] == "assistant")
    assert assistant["content"] == '{"tool": "weather.forecast", "arguments": {"city": "Bern"}}'


async def test_an_answer_that_is_held_by_a_tool_needs_a_model_that_calls_them(gateway_of: MakeGateway) -> None:
    with pytest.raises(Exception, match="calls tools by itself"):
        gateway_of({"small": {"calls": "schema", "structured": "tool"}})
