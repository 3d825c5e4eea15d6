"""A real model behind litellm: what a script can only imitate."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest

from tests.models.real import NoRealModel, model_file

SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string", "maxLength": 20}, "age": {"type": "integer"}},
    "required": ["name", "age"],
    "additionalProperties": False,
}


CAPITAL = "What is the capital of France?"
# it would go on for ever; one token is as good as another
ENDLESS = {"max_tokens": 1_000_000, "extra_body": {"ignore_eos": True}}
PATIENCE = 30


class Model:
    """The real model, asked so that it says the same thing each time."""

    def __init__(self, litellm: ModuleType, base: str) -> None:
        self.litellm = litellm
        self.base = base

    async def ask(self, question: str, **more: Any) -> Any:
        """litellm's answer to one question."""
        return await self.litellm.acompletion(
            model="smollm2",
            custom_llm_provider="openai",
            api_base=self.base,
            api_key="none",
            messages=[
                {"role": "system", "content": "You are a helpful assistant."},
                {"role": "user", "content": question},
            ],
            # llama.cpp closes a connection after a stream and does not say so, which the next request would hit
            extra_headers={"Connection": "close"},
            **{"temperature": 0, "seed": 1, "max_tokens": 32, "max_retries": 0, **more},
        )

    async def is_free(self) -> None:
        """Fails where an earlier request still has the only place."""
        answer = await asyncio.wait_for(self.ask(CAPITAL, max_tokens=4), PATIENCE)
        assert answer.usage.completion_tokens == 4


@pytest.fixture
def model(litellm: ModuleType, real_model: str) -> Model:
    return Model(litellm, real_model)


async def test_an_answer_comes_with_its_usage(model: Model):
    answer = await model.ask(CAPITAL)
    assert "Paris" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.prompt_tokens == 27
    assert 0 < answer.usage.completion_tokens < 32


async def test_a_stream_says_the_same_in_pieces(model: Model):
    whole = await model.ask(CAPITAL)
    stream = await model.ask(CAPITAL, stream=True, stream_options={"include_usage": True})
    chunks = [chunk async for chunk in stream]
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(pieces) > 3
    assert "".join(pieces) == whole.choices[0].message.content
    (usage,) = [chunk.usage for chunk in chunks if getattr(chunk, "usage", None)]
    assert usage.completion_tokens == whole.usage.completion_tokens


async def test_the_limit_of_tokens_is_named_as_the_reason(model: Model):
    answer = await model.ask("Tell me a long story about the sea.", max_tokens=5)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 5


async def test_a_schema_holds_the_answer(model: Model):
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": SCHEMA, "strict": True}}
    answer = await model.ask("Invent a person.", response_format=form)
    person = json.loads(answer.choices[0].message.content)
    assert set(person) == {"name", "age"}
    assert isinstance(person["age"], int)


async def test_a_stream_that_is_left_gives_its_place_back(model: Model):
    stream = await model.ask("Count.", stream=True, **ENDLESS)
    async for _ in stream:
        break
    await stream.aclose()
    await model.is_free()


async def test_a_stream_in_a_cancelled_task_gives_its_place_back(model: Model):
    begun = asyncio.Event()

    async def listen() -> None:
        async for _ in await model.ask("Count.", stream=True, **ENDLESS):
            begun.set()

    listening = asyncio.ensure_future(listen())
    await asyncio.wait_for(begun.wait(), PATIENCE)
    listening.cancel()
    await model.is_free()


async def test_a_whole_answer_that_nobody_awaits_any_more_gives_its_place_back(model: Model):
    asking = asyncio.ensure_future(model.ask("Count.", **ENDLESS))
    async with httpx.AsyncClient(base_url=model.base.removesuffix("/v1")) as client:
        while not (await client.get("/slots")).json()[0]["is_processing"]:
            pass
    asking.cancel()
    await model.is_free()


def test_a_file_that_is_not_the_pinned_one_is_removed(tmp_path: Path):
    file = tmp_path / "SmolLM2-135M-Instruct.Q4_1.gguf"
    file.write_bytes(b"GGUF and then something else")
    with pytest.raises(NoRealModel, match="the real model could not be had: "):
        model_file(tmp_path)
    assert not file.exists()
