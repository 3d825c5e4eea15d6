"""Processes whose end is awaited as an event of the kernel, not by looking again and again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager

import psutil

from sandbox import LocalRunner


@asynccontextmanager
async def watched(pids: Iterable[int]) -> AsyncGenerator[asyncio.Future[list[None]]]:
    """Yields what is done once every one of ``pids``, all of them alive now, has ended."""
    loop = asyncio.get_running_loop()
    handles = [os.pidfd_open(pid) for pid in pids]
    ends = [loop.create_future() for _ in handles]

    def note(handle: int, end: asyncio.Future[None]) -> None:
        loop.remove_reader(handle)
        end.set_result(None)

    for handle, end in zip(handles, ends, strict=True):
        loop.add_reader(handle, note, handle, end)
    all_ended = asyncio.gather(*ends)
    try:
        yield all_ended
    finally:
        all_ended.cancel()
        for handle in handles:
            loop.remove_reader(handle)
            os.close(handle)


def family(runner: LocalRunner) -> list[int]:
    """The processes below the zygote that forks for runs: supervisors and runners."""
    return [child.pid for child in psutil.Process(runner.zygote_pid).children(recursive=True)]
