"""Tokens are counted with OpenAI's public encoding, from a file on this machine."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gateway import Image, Message, ModelRequest, Purpose, ToolSpec
from gateway.tokens import FOR_AN_IMAGE, VOCABULARY, TokenCounter


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("hello world", 2), ("Zürich, 13 °C", 8), ("a" * 1000, 125), ("漢字", 3)]
)
async def test_a_text_has_as_many_tokens_as_the_encoding_says(text: str, tokens: int) -> None:
    assert await TokenCounter().count_texts([text]) == tokens


async def test_tools_and_messages_count_too() -> None:
    counter = TokenCounter()
    bare = ModelRequest(purpose=Purpose.CHAT, messages=(Message(role="user", content="hello world"),))
    tool = ToolSpec(name="weather__forecast", description="What the weather will be.")
    assert await counter.count(bare) == 2 + 8
    assert await counter.count(bare.model_copy(update={"tools": (tool,)})) > 2 + 8 + 4


async def test_an_image_counts_by_the_most_that_one_may_take() -> None:
    counter, image = TokenCounter(), Image(media_type="image/png", data="AAAA" * 1000)
    seen = Message(role="user", content="hello world", images=(image, image))
    assert await counter.count(ModelRequest(purpose=Purpose.CHAT, messages=(seen,))) == 2 + 8 + 2 * FOR_AN_IMAGE


async def test_tokens_become_the_text_that_they_were() -> None:
    counter = TokenCounter()
    assert await counter.texts_of([[15339, 1917], [78256, 95, 19113]]) == ["hello world", "漢字"]
    assert await counter.texts_of([[78256]]) == ["\N{REPLACEMENT CHARACTER}"], "half of a character"
    assert await counter.texts_of([[15339] * 30_000]) == ["hello" * 30_000]
    assert await counter.texts_of([[VOCABULARY - 1]])
    with pytest.raises(KeyError):
        await counter.texts_of([[VOCABULARY]])


async def test_ten_megabytes_without_a_space_are_counted_in_pieces() -> None:
    assert await TokenCounter().count_texts(["a" * 10_000_000]) > 1_000_000


async def test_lone_surrogates_are_counted() -> None:
    assert await TokenCounter().count_texts(["\ud800x"]) > 0


def test_counting_imports_no_litellm() -> None:
    program = (
        "import asyncio, sys\nfrom gateway import Gateway\nfrom gateway.tokens import TokenCounter\n"
        "asyncio.run(TokenCounter().count_texts(['x']))\nsys.exit('litellm' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
