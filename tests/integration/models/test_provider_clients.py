"""The scripted server through the providers' own clients, which look closer at the wire format than litellm does."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

import anthropic
import httpx
import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from tests.models import Answer, Asked, ModelServer, call_tool, cut, embed, hang, refuse, say, without_usage

QUESTION = "How are you?"


@pytest.fixture
async def openai_client(model_server: ModelServer) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=model_server.openai_base, api_key="sk-scripted", max_retries=0) as client:
        yield client


@pytest.fixture
async def anthropic_client(model_server: ModelServer) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(base_url=model_server.url, api_key="sk-scripted", max_retries=0) as client:
        yield client


async def test_openai_streams_usage_in_a_chunk_of_its_own(model_server: ModelServer, openai_client: openai.AsyncOpenAI):
    model_server.script = [say("Well, thanks.", usage=(3, 2)), without_usage("Hi.")]
    chunks = await streamed(openai_client)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Well, thanks."
    assert [chunk.usage.total_tokens for chunk in chunks if chunk.usage] == [5]
    assert not [chunk for chunk in await streamed(openai_client) if chunk.usage]


async def streamed(client: openai.AsyncOpenAI) -> list[ChatCompletionChunk]:
    stream = await client.chat.completions.create(
        model="scripted",
        messages=[{"role": "user", "content": QUESTION}],
        stream=True,
        stream_options={"include_usage": True},
    )
    return [chunk async for chunk in stream]


async def test_openai_lists_models_and_refuses_by_its_own_classes(
    model_server: ModelServer, openai_client: openai.AsyncOpenAI
):
    model_server.models = ["small", "large"]
    assert [model.id async for model in openai_client.models.list()] == ["small", "large"]
    model_server.refusals = [refuse(401)]
    with pytest.raises(openai.AuthenticationError) as caught:
        await openai_client.models.list()
    assert caught.value.code == "invalid_api_key"


async def test_openai_embeds_in_either_encoding(model_server: ModelServer, openai_client: openai.AsyncOpenAI):
    texts = ["the red fox", "the red dog", "an entirely other thing"]
    as_numbers = await openai_client.embeddings.create(model="scripted", input=texts, encoding_format="float")
    as_bytes = await openai_client.embeddings.create(model="scripted", input=texts)
    assert as_numbers.data[0].embedding == embed("the red fox")
    assert as_bytes.data[0].embedding == pytest.approx(embed("the red fox"), abs=1e-6)
    assert as_numbers.usage.total_tokens == 10
    fox, dog, other = [each.embedding for each in as_numbers.data]
    assert near(fox, dog) > near(fox, other)


def near(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


async def test_openai_responses_whole_and_streamed(model_server: ModelServer, openai_client: openai.AsyncOpenAI):
    model_server.script = [say("Well, thanks.", usage=(3, 2))] * 2
    whole = await openai_client.responses.create(model="scripted", input=QUESTION)
    assert (whole.output_text, whole.usage and whole.usage.total_tokens) == ("Well, thanks.", 5)
    async with openai_client.responses.stream(model="scripted", input=QUESTION) as stream:
        deltas = [event.delta async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()
    assert deltas == ["Well,", " thanks."]
    assert (final.output_text, final.usage) == (whole.output_text, whole.usage)


async def test_openai_responses_call_tools_and_are_cut(model_server: ModelServer, openai_client: openai.AsyncOpenAI):
    model_server.script = [call_tool("look", {"where": "here"}), cut("Well, th")]
    async with openai_client.responses.stream(model="scripted", input=QUESTION) as stream:
        made = (await stream.get_final_response()).output[0]
    assert made.type == "function_call"
    assert (made.name, made.arguments) == ("look", '{"where": "here"}')
    ended = await openai_client.responses.create(model="scripted", input=QUESTION)
    assert ended.status == "incomplete"
    assert ended.incomplete_details
    assert ended.incomplete_details.reason == "max_output_tokens"


async def test_anthropic_puts_a_streamed_message_together(
    model_server: ModelServer, anthropic_client: anthropic.AsyncAnthropic
):
    model_server.script = [call_tool("look", {"where": "under the table"}, text="Let me see.", usage=(3, 9))]
    async with anthropic_client.messages.stream(
        model="scripted", max_tokens=100, messages=[{"role": "user", "content": QUESTION}]
    ) as stream:
        message = await stream.get_final_message()
    said, made = message.content
    assert said.type == "text"
    assert made.type == "tool_use"
    assert (said.text, made.input) == ("Let me see.", {"where": "under the table"})
    assert (message.usage.input_tokens, message.usage.output_tokens) == (3, 9)
    assert message.stop_reason == "tool_use"


async def test_anthropic_lists_models_and_refuses_by_its_own_classes(
    model_server: ModelServer, anthropic_client: anthropic.AsyncAnthropic
):
    assert [model.id async for model in anthropic_client.models.list()] == ["scripted"]
    model_server.script = [refuse(529)]
    with pytest.raises(anthropic.APIStatusError) as caught:
        await anthropic_client.messages.create(
            model="scripted", max_tokens=100, messages=[{"role": "user", "content": QUESTION}]
        )
    assert caught.value.status_code == 529


async def test_a_path_that_nobody_serves_is_not_found(model_server: ModelServer):
    async with httpx.AsyncClient(base_url=model_server.url) as client:
        assert (await client.post("/v1/images", json={})).status_code == 404
        assert (await client.get("/v1/models")).json()["object"] == "list"


async def test_leaving_the_server_ends_what_hangs():
    async with ModelServer(hang()) as server, httpx.AsyncClient() as client:
        asking = asyncio.ensure_future(client.post(f"{server.openai_base}/chat/completions", json={}))
        await server.wait_for_request(1)
    with pytest.raises(httpx.HTTPError):
        await asking


async def test_a_server_may_be_away_and_come_back(model_server: ModelServer, openai_client: openai.AsyncOpenAI):
    await model_server.__aexit__(None, None, None)
    with pytest.raises(openai.APIConnectionError):
        await openai_client.models.list()
    await model_server.__aenter__()
    assert [model.id async for model in openai_client.models.list()] == ["scripted"]


async def test_a_mistake_in_a_script_is_the_tests_own():
    def mistaken(asked: Asked) -> Answer:
        raise LookupError(asked.path)

    with pytest.raises(LookupError):  # noqa: PT012 - raised by leaving the server
        async with ModelServer(otherwise=mistaken) as server, httpx.AsyncClient() as client:
            with pytest.raises(httpx.HTTPError):
                await client.post(f"{server.openai_base}/chat/completions", json={})


async def test_what_is_no_json_is_refused(model_server: ModelServer):
    async with httpx.AsyncClient(base_url=model_server.url) as client:
        assert (await client.post("/v1/messages", content=b"{")).status_code == 400


async def test_the_server_runs_as_a_process_of_its_own():
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.models", "--text", "Alone.", stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout
        port = int(await process.stdout.readline())
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"http://127.0.0.1:{port}/v1/chat/completions", json={"model": "any"})
        assert answer.json()["choices"][0]["message"]["content"] == "Alone."
    finally:
        process.terminate()
        await process.wait()
