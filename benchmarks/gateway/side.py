"""Product and anchor, each in a process of its own: while one makes calls the other's event loop is idle.

Either process is told over its standard input how many calls to make and how many at once, and answers with how long
that took. Between two tasks it settles what litellm does after an answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

Call = Callable[[int], Awaitable[dict[str, float]]]
"""Makes the call of that number; parts of the time that it took, by name."""


class Side:
    """The driver's end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    async def calls(self, count: int, *, at_once: int = 1) -> dict[str, Any]:
        """Have calls made. ``seconds``: from the first until the last has its answer; ``parts``: means of each."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"count": count, "at_once": at_once}).encode() + b"\n")
        answer = await self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"a side of the benchmark ended with {await self._process.wait()}")
        return json.loads(answer)


@asynccontextmanager
async def side(module: str, *arguments: str) -> AsyncIterator[Side]:
    """Run ``module``, which serves its calls with ``serve``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield Side(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def serve(call: Call) -> None:
    """The other end: make the calls that are asked for until the driver goes."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    numbers = iter(range(sys.maxsize))
    while line := await reader.readline():
        print(json.dumps(await _made(call, numbers, **json.loads(line))), flush=True)


async def _made(call: Call, numbers: Any, count: int, at_once: int) -> dict[str, Any]:
    parts: dict[str, float] = {}
    left = iter(range(count))

    async def caller() -> None:
        for _ in left:
            for name, seconds in (await call(next(numbers))).items():
                parts[name] = parts.get(name, 0.0) + seconds / count

    started = time.perf_counter()
    if at_once == 1:
        await caller()
    else:
        await asyncio.gather(*(caller() for _ in range(at_once)))
    return {"seconds": time.perf_counter() - started, "parts": parts}
