"""litellm as a client of ours, and a service that has no language model at all."""

from __future__ import annotations

import os
from typing import Any

import openai
import pytest

from tests.integration.openai.conftest import client_of
from tests.models import ModelServer, call_tool, say
from tests.verify.service import RunningService

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

pytestmark = pytest.mark.asyncio(loop_scope="session")
HELLO: list[Any] = [{"role": "user", "content": "Hello?"}]
TOOL: Any = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


@pytest.mark.parametrize("stream", [False, True])
async def test_litellm_is_a_client(service: RunningService, server: ModelServer, stream: bool) -> None:
    import litellm

    server.script = [say("Good day.", usage=(7, 2)), call_tool("weather", {"city": "Bern"})]

    async def ask(**more: Any) -> Any:
        answer: Any = await litellm.acompletion(
            "openai/nexus/standard",
            messages=HELLO,
            api_base=f"{service.url}/v1",
            api_key=service.key,
            stream=stream,
            max_retries=0,
            **({"stream_options": {"include_usage": True}} if stream else {}),
            **more,
        )
        return litellm.stream_chunk_builder([chunk async for chunk in answer]) if stream else answer

    text, called = await ask(), await ask(tools=[TOOL])
    assert text.choices[0].message.content == "Good day."
    assert text.usage.total_tokens == 9
    assert called.choices[0].message.tool_calls[0].function.arguments == '{"city": "Bern"}'


class TestWithNoModelConfigured:
    async def test_text_is_answered_by_rules(self, alone: RunningService) -> None:
        async with client_of(alone) as client:
            made = await client.chat.completions.create(model="nexus/standard", messages=HELLO)
            assert made.choices[0].message.content
            stream = await client.chat.completions.create(model="nexus/companion", messages=HELLO, stream=True)
            assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]).endswith("[CONVERSATION]")

    async def test_what_only_a_language_model_can_do_is_refused(self, alone: RunningService) -> None:
        wanted: Any = {"type": "json_object"}
        wishes: list[dict[str, Any]] = [
            {"model": "nexus/standard", "tools": [TOOL]},
            {"model": "nexus/standard", "response_format": wanted},
            {"model": "nexus/judge"},
        ]
        async with client_of(alone) as client:
            for wish in wishes:
                with pytest.raises(openai.InternalServerError, match="No configured model") as caught:
                    await client.chat.completions.create(messages=HELLO, **wish)
                assert caught.value.status_code == 503
            with pytest.raises(openai.InternalServerError) as caught:
                await client.embeddings.create(model="nexus/embed", input="a cat")
            assert caught.value.status_code == 503
