"""How many tokens a request has, before it is sent: counted with OpenAI's public encoding, near enough for others."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from gateway.messages import ModelRequest

if TYPE_CHECKING:
    import tiktoken

_FILE = "litellm_core_utils/tokenizers/9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
# The split of cl100k_base (tiktoken_ext/openai_public.py).
_PATTERN = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
    r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
VOCABULARY = 100_256
"""How many tokens the encoding has: their numbers are below it."""
_FOR_A_MESSAGE = 4
FOR_AN_IMAGE = 5_000
"""The most that an image takes, near enough, whatever its size. OpenAI counts up to 1,445 in tiles (85 + 8 · 170) and
3,779 in patches (1,536 · 2.46), Anthropic width · height / 750, which is under 4,800 for the largest that it takes.
``gpt-4o-mini`` alone may say ten times as many, which are booked when it has.
"""
_PIECE = 10_000
"""Characters that are counted at once: a word without an end would take time by its square."""
_AT_ONCE = 20_000
"""Characters that are counted, or tokens that become text, on the event loop; more go to a thread."""


class TokenCounter:
    """Counts what messages, images, tools and schema of a request take: for every provider alike, so an estimate."""

    def __init__(self) -> None:
        self._encoding: tiktoken.Encoding | None = None
        self._loading = asyncio.Lock()

    async def count(self, request: ModelRequest) -> int:
        """Tokens of the whole input."""
        texts = list(_texts(request))
        overhead = _FOR_A_MESSAGE * (len(request.messages) + len(request.tools) + 1)
        overhead += FOR_AN_IMAGE * request.images
        return overhead + await self.count_texts(texts)

    async def count_texts(self, texts: list[str]) -> int:
        """Tokens of ``texts``; long ones are counted in a thread."""
        encoding = self._encoding or await self._loaded()
        if sum(map(len, texts)) <= _AT_ONCE:
            return _count(encoding, texts)
        return await asyncio.to_thread(_count, encoding, texts)

    async def texts_of(self, tokens: list[list[int]]) -> list[str]:
        """The texts of tokens, all of them below ``VOCABULARY``; many are put together in a thread.

        Half a character, where somebody cut a long text between two tokens of one, becomes U+FFFD.
        """
        encoding = self._encoding or await self._loaded()
        if sum(map(len, tokens)) <= _AT_ONCE:
            return encoding.decode_batch(tokens, num_threads=1)
        return await asyncio.to_thread(encoding.decode_batch, tokens, num_threads=1)

    async def _loaded(self) -> tiktoken.Encoding:
        async with self._loading:
            if self._encoding is None:
                self._encoding = await asyncio.to_thread(_load)
            return self._encoding


def _count(encoding: tiktoken.Encoding, texts: list[str]) -> int:
    pieces = (text[at : at + _PIECE] for text in texts for at in range(0, len(text), _PIECE))
    return sum(len(encoding.encode_ordinary(piece)) for piece in pieces)


def _texts(request: ModelRequest) -> Iterator[str]:
    for message in request.messages:
        yield message.content
        yield message.name or ""
        for call in message.tool_calls:
            yield json.dumps(call.arguments)
    for tool in request.tools:
        yield f"{tool.name}\n{tool.description}\n{json.dumps(tool.input_schema)}"
    if request.output_schema is not None:
        yield json.dumps(request.output_schema)


def _load() -> tiktoken.Encoding:
    """The encoding from the file that litellm carries: tiktoken would fetch it, and nothing is fetched unasked."""
    import tiktoken

    found = find_spec("litellm")
    folder = Path(found.origin).parent if found is not None and found.origin is not None else Path()
    lines = (line.split() for line in (folder / _FILE).read_bytes().splitlines() if line)
    ranks = {b64decode(token): int(rank) for token, rank in lines}
    return tiktoken.Encoding("cl100k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens={})
