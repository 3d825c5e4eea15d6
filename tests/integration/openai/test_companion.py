"""``nexus/companion``: a whole turn of a conversation behind a model's name."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI

from tests.models import ModelServer, drip, refuse, say, structured
from tests.verify.service import RunningService

pytestmark = pytest.mark.asyncio(loop_scope="session")
TALK: list[Any] = [
    {"role": "user", "content": "My name is Ada."},
    {"role": "assistant", "content": "Nice to meet you."},
    {"role": "user", "content": "Tell me a story about the sea."},
]


async def test_the_turn_is_streamed_as_it_is_made(client: AsyncOpenAI, server: ModelServer) -> None:
    gate = asyncio.Semaphore(1)
    server.way = structured({"mode": "companion", "reason": "A story."}, usage=(400, 9))
    server.script = [drip("Once upon a time.", gate, usage=(20, 4))]
    stream = await client.chat.completions.create(
        model="nexus/companion", messages=TALK, stream=True, stream_options={"include_usage": True}
    )
    texts: list[str] = []
    usage = None
    async for chunk in stream:
        usage = chunk.usage or usage
        texts += [choice.delta.content for choice in chunk.choices if choice.delta.content]
        if texts == ["Once"]:  # it has come before the rest is made
            for _ in range(3):
                gate.release()
    assert len(texts) > 1
    assert "".join(texts) == "Once upon a time. [CONVERSATION]"
    assert usage is not None
    assert (usage.prompt_tokens, usage.completion_tokens) == (420, 13)  # the whole turn


async def test_the_earlier_messages_are_its_history(
    client: AsyncOpenAI, server: ModelServer, service: RunningService
) -> None:
    server.script = [say("Once upon a time.")]
    made = await client.chat.completions.create(model="nexus/companion", messages=TALK)
    assert made.choices[0].message.content == "Once upon a time. [CONVERSATION]"
    sent = " ".join(str(message["content"]) for message in server.requests[0].body["messages"])
    assert "My name is Ada." in sent
    async with service.async_client() as owner:
        thread = (await owner.get("/v1/threads")).json()["items"][0]
        messages = (await owner.get(f"/v1/threads/{thread['id']}/messages")).json()["items"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant"]
    assert messages[1]["text"] == "Nice to meet you."


async def test_it_answers_responses_too(client: AsyncOpenAI, server: ModelServer) -> None:
    server.script = [say("Once upon a time.")]
    made = await client.responses.create(model="nexus/companion", input=TALK)
    assert made.output_text == "Once upon a time. [CONVERSATION]"


async def test_what_only_rules_can_do_is_done_when_the_model_fails(client: AsyncOpenAI, server: ModelServer) -> None:
    """The companion, unlike a model that is called by name, always has the builtin rules behind it."""
    server.otherwise = refuse(404)
    made = await client.chat.completions.create(model="nexus/companion", messages=TALK)
    assert "answered instead of" in (made.choices[0].message.content or "")


@pytest.mark.parametrize("stream", [True, False])
async def test_when_the_client_goes_the_run_is_cancelled_and_the_model_told(
    client: AsyncOpenAI, server: ModelServer, service: RunningService, stream: bool
) -> None:
    server.script = [drip("one two three four", asyncio.Semaphore(1))]
    asking = asyncio.ensure_future(_listen(client, stream=stream))
    asked = await server.wait_for_request()
    asking.cancel()
    async with asyncio.timeout(5):
        await asked.cancelled.wait()
    async with service.async_client() as owner:
        await _until_cancelled(owner)


async def _listen(client: AsyncOpenAI, *, stream: bool) -> None:
    made: Any = await client.chat.completions.create(model="nexus/companion", messages=TALK, stream=stream)
    if stream:
        async for _ in made:
            pass


async def _until_cancelled(owner: httpx.AsyncClient) -> None:
    async with asyncio.timeout(5):
        while True:
            run = (await owner.get("/v1/runs", params={"kind": "turn"})).json()["items"][0]
            if run["state"] == "cancelled":
                return
            await asyncio.sleep(0.05)
