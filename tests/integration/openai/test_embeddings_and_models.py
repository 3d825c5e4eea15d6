"""The list of models, and vectors."""

from __future__ import annotations

import base64
import struct
from typing import Any

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


CAT, HELLO = [64, 8415], [15339, 1917]  # as tiktoken's cl100k_base has "a cat" and "hello world"


@pytest.mark.parametrize(
    ("tokens", "texts"), [(CAT, ["a cat"]), ([CAT, HELLO], ["a cat", "hello world"]), ([HELLO * 15_000], None)]
)
async def test_tokens_are_embedded_as_their_text(
    client: AsyncOpenAI, server: ModelServer, tokens: Any, texts: list[str] | None
) -> None:
    texts = texts or ["hello world" * 15_000]
    made = await client.embeddings.create(model="nexus/embed", input=tokens)
    assert server.requests[0].body["input"] == texts
    assert [item.embedding for item in made.data] == [pytest.approx(embed(text), abs=1e-6) for text in texts]


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ([[1, 100_256]], "input[0][1]"),
        ([1, -1], "input[1]"),
        ([[1], [2**70]], "input[1][0]"),
        ([[1], []], "input[1]"),
        ([[1], "a cat"], "input[1]"),
        (["a cat", [1]], "input[1]"),
        ([1, "a cat"], "input[1]"),
        ([[True]], "input[0][0]"),
        ([], "input"),
        ("", "input"),
        ([""], "input[0]"),
    ],
)
async def test_what_is_neither_text_nor_tokens_is_refused(
    client: AsyncOpenAI, server: ModelServer, given: Any, param: str
) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        await client.embeddings.create(model="nexus/embed", input=given)
    assert caught.value.param == param
    assert not server.requests


async def test_a_name_without_vectors_is_not_found(client: AsyncOpenAI) -> None:
    for name in ("nexus/standard", "nexus/companion", "vectors"):
        with pytest.raises(openai.NotFoundError):
            await client.embeddings.create(model=name, input="a cat")
