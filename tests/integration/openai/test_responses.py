"""The Responses API through OpenAI's own library: text, events, schemas, function calls and outputs."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.types.responses import ResponseFunctionToolCall

from tests.models import ModelServer, call_tool, cut, drip, error_after, say, structured

pytestmark = pytest.mark.asyncio(loop_scope="session")
WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "description": "The weather in a city.",
    "strict": False,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SCHEMA: dict[str, Any] = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
OF_TEXT = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]
OF_A_CALL = [
    "response.output_item.added",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.output_item.done",
    "response.completed",
]


async def test_a_text_is_answered(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [say("Good day.", usage=(7, 2))]
    made = await client.responses.create(
        model="nexus/standard", input="Hello?", instructions="Be brief.", temperature=0.5, max_output_tokens=30
    )
    assert (made.object, made.status, made.model) == ("response", "completed", "nexus/standard")
    assert made.output_text == "Good day."
    assert made.usage is not None
    assert (made.usage.input_tokens, made.usage.output_tokens, made.usage.total_tokens) == (7, 2, 9)
    body = server.requests[0].body
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}]
    assert (body["temperature"], body["max_tokens"]) == (0.5, 30)


async def test_a_stream_says_everything_in_pieces_and_whole(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [say("Good day.", usage=(7, 2))]
    stream = await client.responses.create(model="nexus/standard", input="Hello?", stream=True)
    events: list[Any] = [event async for event in stream]
    assert [event.type for event in events] == OF_TEXT
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "".join(event.delta for event in events if event.type.endswith("text.delta")) == "Good day."
    done = events[-1].response
    assert (done.status, done.output_text, done.usage.total_tokens) == ("completed", "Good day.", 9)
    assert {event.response.id for event in events if hasattr(event, "response")} == {done.id}
    assert {event.item_id for event in events if hasattr(event, "item_id")} == {done.output[0].id}


async def test_a_function_is_called_and_its_output_is_understood(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [call_tool("weather", {"city": "Bern"}, id="call_1"), say("It rains.")]
    asked: list[Any] = [{"role": "user", "content": [{"type": "input_text", "text": "Rain?"}]}]
    named: Any = {"type": "function", "name": "weather"}
    made = await client.responses.create(model="nexus/standard", input=asked, tools=[WEATHER], tool_choice=named)
    (called,) = made.output
    assert isinstance(called, ResponseFunctionToolCall)
    assert (called.call_id, called.name, json.loads(called.arguments)) == ("call_1", "weather", {"city": "Bern"})
    output = {"type": "function_call_output", "call_id": called.call_id, "output": "rain"}
    following: list[Any] = [*asked, called.model_dump(exclude_none=True), output]
    after = await client.responses.create(model="nexus/standard", input=following, tools=[WEATHER])
    assert after.output_text == "It rains."
    _, assistant, tool = server.requests[1].body["messages"]
    assert assistant["tool_calls"][0]["function"]["name"] == "weather"
    assert tool == {"role": "tool", "tool_call_id": "call_1", "content": "rain"}


async def test_a_streamed_call_is_an_item_of_its_own(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [call_tool("weather", {"city": "Bern"})]
    stream = await client.responses.create(model="nexus/standard", input="Rain?", tools=[WEATHER], stream=True)
    events: list[Any] = [event async for event in stream]
    assert [event.type for event in events[2:]] == OF_A_CALL
    (called,) = events[-1].response.output
    assert json.loads(called.arguments) == {"city": "Bern"}
    assert events[4].item_id == called.id


@pytest.mark.parametrize("stream", [False, True])
async def test_an_answer_is_held_to_its_schema(client: AsyncOpenAI, server: ModelServer, stream: bool) -> None:
    server.script = [structured({"n": 3})]
    text: Any = {"format": {"type": "json_schema", "name": "count", "schema": SCHEMA, "strict": True}}
    made: Any = await client.responses.create(model="nexus/small", input="Count.", text=text, stream=stream)
    whole = [event async for event in made][-1].response if stream else made
    assert json.loads(whole.output_text) == {"n": 3}


async def test_an_answer_that_was_cut_is_incomplete(client: AsyncOpenAI, server: ModelServer) -> None:
    server.otherwise = cut("Once upon")
    made = await client.responses.create(model="nexus/standard", input="Tell.")
    assert made.status == "incomplete"
    assert made.incomplete_details is not None
    assert made.incomplete_details.reason == "max_output_tokens"
    stream = await client.responses.create(model="nexus/standard", input="Tell.", stream=True)
    assert [event.type async for event in stream][-1] == "response.incomplete"


async def test_an_answer_of_ours_may_come_back_as_it_was(client: AsyncOpenAI, server: ModelServer) -> None:
    first = await client.responses.create(model="nexus/standard", input="Hello?")
    again: list[Any] = [
        {"role": "user", "content": "Hello?"},
        *(item.model_dump(exclude_none=True) for item in first.output),
        {"role": "user", "content": "And?"},
    ]
    await client.responses.create(model="nexus/standard", input=again)
    roles = [message["role"] for message in server.requests[1].body["messages"]]
    assert roles == ["user", "assistant", "user"]


async def test_an_error_within_a_stream_fails_the_response(client: AsyncOpenAI, server: ModelServer) -> None:
    go_on = asyncio.Event()
    server.script = [error_after(1, gate=go_on)]
    stream = await client.responses.create(model="nexus/standard", input="Tell.", stream=True)
    events: list[Any] = []
    async for event in stream:
        events.append(event)
        if event.type == "response.output_text.delta":
            go_on.set()
    assert [event.type for event in events[-2:]] == ["error", "response.failed"]
    assert events[-1].response.error.code == "server_error"


async def test_when_the_client_goes_the_model_is_told(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [drip("one two three four", asyncio.Semaphore(1))]
    stream = await client.responses.create(model="nexus/standard", input="Count.", stream=True)
    async for event in stream:
        if event.type == "response.output_text.delta":
            break
    await stream.close()
    async with asyncio.timeout(5):
        await server.requests[0].cancelled.wait()
