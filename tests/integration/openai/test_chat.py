"""Chat completions through OpenAI's own library: text, streams, tools, structured answers, usage, and leaving early."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from openai import APIError, AsyncOpenAI, BadRequestError

from tests.models import ModelServer, call_tool, cut, drip, error_after, hang, say, structured

pytestmark = pytest.mark.asyncio(loop_scope="session")
HELLO: list[Any] = [{"role": "user", "content": "Hello?"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
FORMAT: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "count",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "required": ["n"],
            "additionalProperties": False,
        },
    },
}


async def test_an_answer_comes_with_its_usage(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [say("Good day.", usage=(7, 2))]
    made = await client.chat.completions.create(model="nexus/standard", messages=HELLO)
    assert made.object == "chat.completion"
    assert made.model == "nexus/standard"
    assert made.choices[0].message.content == "Good day."
    assert made.choices[0].finish_reason == "stop"
    assert made.usage is not None
    assert (made.usage.prompt_tokens, made.usage.completion_tokens, made.usage.total_tokens) == (7, 2, 9)
    assert server.requests[0].model == "scripted-small"
    assert not server.requests[0].stream


async def test_the_conversation_arrives_as_it_is_with_its_options(client: AsyncOpenAI, server: ModelServer) -> None:
    await client.chat.completions.create(
        model="nexus/standard",
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "One."}, {"type": "text", "text": "Two."}]},
        ],
        temperature=0.25,
        top_p=0.5,
        stop="END",
        seed=7,
        presence_penalty=0.5,
        frequency_penalty=-0.5,
        max_completion_tokens=50,
    )
    body = server.requests[0].body
    assert body["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One.\nTwo."},
    ]
    assert (body["temperature"], body["top_p"], body["stop"], body["seed"]) == (0.25, 0.5, ["END"], 7)
    assert (body["presence_penalty"], body["frequency_penalty"], body["max_tokens"]) == (0.5, -0.5, 50)


async def test_a_bias_and_names_reach_the_model(client: AsyncOpenAI, server: ModelServer) -> None:
    said: Any = [
        {"role": "user", "content": "Tea?", "name": "ada"},
        {"role": "assistant", "content": "Yes.", "name": "host"},
        {"role": "user", "content": "Sugar?", "name": "bob"},
    ]
    await client.chat.completions.create(model="nexus/small", messages=said, logit_bias={"50256": -100, "7": 3})
    body = server.requests[0].body
    assert body["messages"] == said
    assert body["logit_bias"] == {"50256": -100, "7": 3}


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (
            {"logit_bias": {"50256": -100}},
            "does not support parameters: ['logit_bias'], for model=scripted-claude. Leave",
        ),
        ({"seed": 7}, "does not support parameters: ['seed'], for model=scripted-claude. Leave"),
        ({"messages": [{"role": "user", "content": "Hi", "name": "ada"}]}, "claude takes no name of a message. Leave"),
    ],
)
async def test_what_a_provider_does_not_take_is_refused_and_never_dropped(
    client: AsyncOpenAI, server: ModelServer, wish: Any, said: str
) -> None:
    for stream in (False, True):
        with pytest.raises(BadRequestError) as caught:
            await client.chat.completions.create(
                **{"model": "nexus/claude", "messages": HELLO, "stream": stream, **wish}
            )
        assert said in caught.value.message
        assert "litellm" not in caught.value.message
    assert not server.requests


async def test_what_is_for_openais_books_is_taken_and_changes_nothing(client: AsyncOpenAI, server: ModelServer) -> None:
    made = await client.chat.completions.create(
        model="nexus/small",
        messages=HELLO,
        n=1,
        store=False,
        service_tier="auto",
        metadata={"job": "1"},
        user="ada",
        safety_identifier="ada",
        prompt_cache_key="one",
    )
    assert len(made.choices) == 1
    books = {"n", "store", "service_tier", "metadata", "user", "safety_identifier", "prompt_cache_key"}
    assert not books & server.requests[0].body.keys()


@pytest.mark.parametrize(
    ("name", "model"),
    [("nexus/heavy", "scripted-large"), ("nexus/large", "scripted-large"), ("nexus/judge", "scripted-small")],
)
async def test_a_name_leads_to_its_model(client: AsyncOpenAI, server: ModelServer, name: str, model: str) -> None:
    await client.chat.completions.create(model=name, messages=HELLO)
    assert server.requests[0].model == model


async def test_a_stream_says_who_speaks_then_the_text_then_why_it_ended(
    client: AsyncOpenAI, server: ModelServer
) -> None:
    server.script = [say("Good day to you.", usage=(7, 4))]
    stream = await client.chat.completions.create(
        model="nexus/standard", messages=HELLO, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].delta.content for chunk in chunks[1:-2]] == ["Good", " day", " to", " you."]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-1].usage.total_tokens == 11


async def test_without_being_asked_a_stream_tells_no_usage(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(model="nexus/standard", messages=HELLO, stream=True)
    chunks = [chunk async for chunk in stream]
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


async def test_an_answer_that_was_cut_says_so(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [cut("Once upon")]
    made = await client.chat.completions.create(model="nexus/standard", messages=HELLO, max_tokens=2)
    assert made.choices[0].finish_reason == "length"


async def test_a_tool_is_called_and_its_result_is_understood(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [call_tool("weather", {"city": "Zürich"}, id="call_1"), say("It rains.")]
    made = await client.chat.completions.create(
        model="nexus/standard", messages=HELLO, tools=[WEATHER], tool_choice="required", parallel_tool_calls=False
    )
    message: Any = made.choices[0].message
    assert made.choices[0].finish_reason == "tool_calls"
    assert message.tool_calls
    call: Any = message.tool_calls[0]
    assert (call.id, call.function.name) == ("call_1", "weather")
    assert json.loads(call.function.arguments) == {"city": "Zürich"}

    result: Any = {"role": "tool", "tool_call_id": call.id, "content": "rain"}
    after = await client.chat.completions.create(
        model="nexus/standard", messages=[*HELLO, message, result], tools=[WEATHER]
    )
    assert after.choices[0].message.content == "It rains."
    first, second = (request.body for request in server.requests)
    assert (first["tool_choice"], first["parallel_tool_calls"]) == ("required", False)
    assert second["messages"][1]["tool_calls"][0]["id"] == "call_1"
    assert second["messages"][2] == result


async def test_a_streamed_call_comes_with_its_arguments(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [call_tool("weather", {"city": "Bern"}, text="Let me see.")]
    named: Any = {"type": "function", "function": {"name": "weather"}}
    stream = await client.chat.completions.create(
        model="nexus/standard", messages=HELLO, tools=[WEATHER], tool_choice=named, stream=True
    )
    chunks = [chunk async for chunk in stream]
    calls = [call for chunk in chunks for call in chunk.choices[0].delta.tool_calls or []]
    assert calls[0].index == 0
    assert calls[0].id
    assert calls[0].function is not None
    assert calls[0].function.name == "weather"
    assert json.loads("".join(call.function.arguments or "" for call in calls if call.function)) == {"city": "Bern"}
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Let me see."
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert server.requests[0].body["tool_choice"] == named


async def test_an_answer_is_held_to_its_schema(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [structured({"n": 3}), structured({"n": "three"})]
    made = await client.chat.completions.create(model="nexus/small", messages=HELLO, response_format=FORMAT)
    assert json.loads(made.choices[0].message.content or "") == {"n": 3}
    with pytest.raises(APIError) as caught:
        await client.chat.completions.create(model="nexus/small", messages=HELLO, response_format=FORMAT)
    assert caught.value.code == "schema_mismatch"


async def test_a_streamed_structured_answer_comes_whole(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [structured({"n": 3})]
    stream = await client.chat.completions.create(
        model="nexus/small", messages=HELLO, response_format=FORMAT, stream=True
    )
    texts = [text async for chunk in stream if (text := chunk.choices[0].delta.content)]
    assert [json.loads(text) for text in texts] == [{"n": 3}]


async def test_any_object_will_do_where_json_is_asked_for(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [structured({"any": [1]}), say("no JSON")]
    wanted: Any = {"type": "json_object"}
    made = await client.chat.completions.create(model="nexus/small", messages=HELLO, response_format=wanted)
    assert json.loads(made.choices[0].message.content or "") == {"any": [1]}
    with pytest.raises(APIError):
        await client.chat.completions.create(model="nexus/small", messages=HELLO, response_format=wanted)


async def test_an_error_within_a_stream_ends_it(client: AsyncOpenAI, server: ModelServer) -> None:
    go_on = asyncio.Event()
    server.script = [error_after(2, gate=go_on)]
    stream = await client.chat.completions.create(model="nexus/standard", messages=HELLO, stream=True)
    heard: list[str] = []

    async def listen() -> None:
        async for chunk in stream:
            heard.append(chunk.choices[0].delta.content or "")
            if heard[-1] == " two":
                go_on.set()

    with pytest.raises(APIError) as caught:
        await listen()
    assert "".join(heard) == "one two"
    assert caught.value.code == "server_error"


@pytest.mark.parametrize("stream", [False, True])
async def test_when_the_client_goes_before_the_first_word_the_model_is_told(
    client: AsyncOpenAI, server: ModelServer, stream: bool
) -> None:
    server.script = [hang()]
    asking = asyncio.ensure_future(
        client.chat.completions.create(model="nexus/standard", messages=HELLO, stream=stream)
    )
    asked = await server.wait_for_request()
    asking.cancel()
    async with asyncio.timeout(5):
        await asked.cancelled.wait()


async def test_when_the_client_goes_in_the_middle_the_model_is_told(client: AsyncOpenAI, server: ModelServer) -> None:
    gate = asyncio.Semaphore(2)
    server.script = [drip("one two three four", gate)]
    stream = await client.chat.completions.create(model="nexus/standard", messages=HELLO, stream=True)
    async for chunk in stream:
        if chunk.choices[0].delta.content == " two":
            break
    await stream.close()
    async with asyncio.timeout(5):
        await server.requests[0].cancelled.wait()
