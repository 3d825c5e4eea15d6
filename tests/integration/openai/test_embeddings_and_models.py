"""The list of models, and vectors."""

from __future__ import annotations

import base64
import struct

import openai
import pytest
from openai import AsyncOpenAI

from gateway import Purpose
from tests.models import ModelServer, embed

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_name_that_can_be_called_is_listed(client: AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    purposes = {f"nexus/{purpose.value}" for purpose in Purpose}
    ours = {"nexus/companion", "nexus/standard", "nexus/heavy"}
    configured = {f"nexus/{name}" for name in ("small", "large", "vectors", "claude", "blind")}
    assert set(names) == purposes | ours | configured
    assert len(names) == len(set(names))


async def test_a_model_is_shown_by_its_name(client: AsyncOpenAI) -> None:
    shown = await client.models.retrieve("nexus/standard")
    assert (shown.id, shown.object, shown.owned_by) == ("nexus/standard", "model", "nexus")
    assert shown.created > 0


@pytest.mark.parametrize("model", ["nexus/embed", "nexus/vectors"])
async def test_each_text_has_its_vector(client: AsyncOpenAI, server: ModelServer, model: str) -> None:
    texts = ["a cat", "a dog"]
    made = await client.embeddings.create(model=model, input=texts, encoding_format="float")
    assert [item.index for item in made.data] == [0, 1]
    for item, text in zip(made.data, texts, strict=True):
        assert item.embedding == pytest.approx(embed(text))
    assert made.usage.prompt_tokens == 4
    assert server.requests[0].model == "scripted-vectors"


async def test_numbers_may_come_packed(client: AsyncOpenAI) -> None:
    # OpenAI's library asks for base64 by itself, and unpacks it.
    unpacked = await client.embeddings.create(model="nexus/embed", input="a cat")
    assert unpacked.data[0].embedding == pytest.approx(embed("a cat"), abs=1e-6)
    packed = await client.embeddings.with_raw_response.create(
        model="nexus/embed", input="a cat", encoding_format="base64", dimensions=8
    )
    text = packed.http_response.json()["data"][0]["embedding"]
    assert struct.unpack("<8f", base64.b64decode(text)) == pytest.approx(embed("a cat", 8), abs=1e-6)


async def test_tokens_of_a_strange_tokenizer_are_not_taken(client: AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.embeddings.create(model="nexus/embed", input=[[1, 2, 3]])
    assert caught.value.param == "input[0]"


async def test_a_name_without_vectors_is_not_found(client: AsyncOpenAI) -> None:
    for name in ("nexus/standard", "nexus/companion", "vectors"):
        with pytest.raises(openai.NotFoundError):
            await client.embeddings.create(model=name, input="a cat")
