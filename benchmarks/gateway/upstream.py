"""The model that everybody asks: the scripted server in a process of its own.

It sets TCP_NODELAY, as asyncio's servers do, and takes a fifth of a millisecond for an answer, litellm several.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.models import Asked, ModelServer, Said, drip

KEY = "sk-of-the-benchmark"
MODEL = "small"


@asynccontextmanager
async def upstream(*, input_tokens: int = 100, output_tokens: int = 9) -> AsyncIterator[str]:
    """A model that answers at once and reports this usage; yields what OpenAI's clients call the base."""
    usage = ["--input", str(input_tokens), "--output", str(output_tokens)]
    async with _process("tests.models", *usage) as base:
        yield base


@asynccontextmanager
async def hesitant_upstream() -> AsyncIterator[str]:
    """A model that says one word and then nothing, until whoever asked has gone."""
    async with _process("benchmarks.gateway.upstream") as base:
        yield base


@asynccontextmanager
async def _process(module: str, *arguments: str) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        await process.wait()


def _one_word(asked: Asked) -> Said:
    return drip("one two three four", asyncio.Semaphore(1))


async def _serve() -> None:
    async with ModelServer(otherwise=_one_word, remember=False) as server:
        print(server.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
