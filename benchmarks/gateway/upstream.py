"""The model that everybody asks: the scripted server in a process of its own, which answers the same at once.

asyncio's servers set TCP_NODELAY. It takes a fifth of a millisecond for an answer, where litellm takes several.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

KEY = "sk-of-the-benchmark"
MODEL = "small"


@asynccontextmanager
async def upstream(*, input_tokens: int = 100, output_tokens: int = 9) -> AsyncIterator[str]:
    """A server that reports this usage; yields what OpenAI's clients call the base."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.models", "--input", str(input_tokens), "--output", str(output_tokens),
        stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        port = int(await process.stdout.readline())
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        await process.wait()
