"""One runner a module, with tight limits; what stands still afterwards is checked after every test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from core.settings import SandboxSettings
from sandbox import Limits, LocalRunner, SandboxPolicy

LIMITS = Limits(wall_seconds=40, cpu_seconds=1, memory_mib=96, output_bytes=64 * 1024, frame_bytes=128 * 1024)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def runner() -> AsyncIterator[LocalRunner]:
    """A runner on this host's kernel; skipped, with the reason, where the kernel has no such fences.

    A fence that is there and does not hold is a failure, never a skip.
    """
    async with LocalRunner(SandboxPolicy(limits=LIMITS), SandboxSettings(parallel=4)) as runner:
        isolation = await runner.isolation()
        assert not [name for name in isolation.missing if name.startswith("self-test")], isolation.missing
        if isolation.level != "kernel":
            pytest.skip(f"this kernel lacks {', '.join(isolation.missing)}")
        yield runner


async def no_process_left(runner: LocalRunner) -> bool:
    """Whether the zygote's last descendant is gone, waiting for the kernel's own clearing up."""
    assert runner.zygote_pid is not None
    zygote = psutil.Process(runner.zygote_pid)
    for _ in range(400):
        if not zygote.children(recursive=True):
            return True
        await asyncio.sleep(0.005)
    return False
