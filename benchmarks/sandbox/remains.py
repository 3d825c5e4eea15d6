"""What a run has for itself, what ten thousand leave behind, and how soon a cancelled one is dead."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.pairing import seconds_async
from benchmarks.report import Figure, RawSamples
from benchmarks.sandbox.subject import ENDLESS, Subject, subject
from sandbox import NoCapabilities, Wear

RUNS = 10_000
LASTING = Wear(runs=10 * RUNS, check_every=10 * RUNS)
"""One zygote for all runs: if it were replaced, it could not be seen to grow."""
REPLACED = Wear(runs=500, check_every=100)
REPLACED_RUNS = 3_000
WARM_UP = 400
STEPS = 10
PATIENCE = 500
COUNTED = ("descriptors", "processes", "files")
CALLERS = 8
SAMPLES = 20
CANCELLED = 100
SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
ASKS = b"def run(ctx, arguments):\n    return ctx.http.request('GET', 'memory')\n"


async def measure() -> list[Figure]:
    """Memory of a run, growth and remains of many, the death of a cancelled one."""
    async with subject(wear=LASTING) as lasting, subject(wear=REPLACED) as replaced:
        return [
            await _private_memory(lasting),
            *await _remains(lasting, replaced),
            await _cancellation(lasting),
        ]


async def _private_memory(runs: Subject) -> Figure:
    """``private_mib``: dirty pages that are a running runner's own, the most of several."""

    class Looking:
        async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
            return {"kib": _private_dirty(_family(runs)[-1].pid)}

    with RawSamples("sandbox", "private_mib") as raw:
        found: list[float] = []
        for _ in range(SAMPLES):
            value = await runs.run(ASKS, Looking(), "http")
            found.append(value["kib"] / 1024)
            raw.add(private_dirty_mib=found[-1])
    return Figure("private_mib", max(found), "MiB", len(found), raw.path)


def _private_dirty(pid: int) -> int:
    """KiB. Only root may look into a process that hides its memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Private_Dirty:"))


async def _remains(lasting: Subject, replaced: Subject) -> list[Figure]:
    """``growth_pct`` of one zygote over all runs; ``leaked`` by these, and by more while zygotes are replaced."""
    growth = await _series("growth_pct", lasting, RUNS)
    replacing = await _series("replaced", replaced, REPLACED_RUNS)
    before, after = growth.states[0]["memory"], growth.states[-1]["memory"]
    return [
        Figure("growth_pct", 100 * (after - before) / before, "%", RUNS, growth.path),
        Figure("leaked", growth.leaked + replacing.leaked, "count", RUNS + REPLACED_RUNS, growth.path),
    ]


@dataclass(frozen=True)
class Series:
    """What was held before many runs, on the way, and after them."""

    states: list[dict[str, int]]
    path: str

    @property
    def leaked(self) -> int:
        """Descriptors, processes and files that are more at the end than at the beginning."""
        before, after = self.states[0], self.states[-1]
        return sum(max(0, after[each] - before[each]) for each in COUNTED)


async def _series(name: str, runs: Subject, count: int) -> Series:
    with tempfile.TemporaryDirectory() as folder, RawSamples("sandbox", name) as raw:
        async with _temporary_files_in(folder):
            await _many(runs, WARM_UP)
            states = [await _settled(runs, folder, None)]
            for _ in range(STEPS):
                await _many(runs, count // STEPS)
                states.append(await _settled(runs, folder, states[0]))
        for step, state in enumerate(states):
            raw.add(runs=step * count // STEPS, **state)
    return Series(states, raw.path)


async def _many(runs: Subject, count: int) -> None:
    async def caller() -> None:
        for _ in range(count // CALLERS):
            await runs.call()

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


@asynccontextmanager
async def _temporary_files_in(folder: str) -> AsyncGenerator[None]:
    """What this process would write into the host's temporary folder, where nobody else writes."""
    before, tempfile.tempdir = tempfile.tempdir, folder
    try:
        yield
    finally:
        tempfile.tempdir = before


async def _settled(runs: Subject, folder: str, before: dict[str, int] | None) -> dict[str, int]:
    """What is held once it is no more than ``before``, or what is still held after a while.

    A supervisor that has reported and a zygote that retires are on their way out, and are no leak.
    """
    held = _held(runs, folder)
    for _ in range(PATIENCE):
        if held["running"] == 0 and (before is None or all(held[each] <= before[each] for each in COUNTED)):
            break
        await asyncio.sleep(0.01)
        held = _held(runs, folder)
    return held


def _held(runs: Subject, folder: str) -> dict[str, int]:
    """The zygote's memory in bytes; descriptors, processes and files that there are now."""
    us = psutil.Process()
    zygote = psutil.Process(runs.runner.zygote_pid)
    return {
        "memory": zygote.memory_info().rss,
        "descriptors": us.num_fds() + zygote.num_fds(),
        "running": len(us.children(recursive=True)) - len(us.children()),
        "processes": len(us.children(recursive=True)),
        "files": sum(1 for _ in Path(folder).rglob("*")) + _files_of(zygote.uids().real),
    }


def _files_of(user: int) -> int:
    """What a run's user has in the folders that all may write to; only where that user is not ours as well."""
    if user == os.geteuid():
        return 0
    entries = [entry for folder in SHARED_FOLDERS if Path(folder).is_dir() for entry in os.scandir(folder)]
    return sum(entry.stat(follow_symlinks=False).st_uid == user for entry in entries)


async def _cancellation(runs: Subject) -> Figure:
    """``cancel_ms``: from the cancellation until supervisor and runner are dead, the longest."""
    with RawSamples("sandbox", "cancel_ms") as raw:
        found: list[float] = []
        for _ in range(CANCELLED):
            task = asyncio.create_task(runs.run(ENDLESS, NoCapabilities()))
            while len(family := _family(runs)) < 2:
                await asyncio.sleep(0.001)
            handles = [os.pidfd_open(each.pid) for each in family]
            task.cancel()
            found.append(1000 * await seconds_async(lambda handles=handles: _dead(handles)))
            raw.add(milliseconds=found[-1])
            await asyncio.gather(task, return_exceptions=True)
    return Figure("cancel_ms", max(found), "ms", len(found), raw.path)


def _family(runs: Subject) -> list[psutil.Process]:
    """The processes below the zygote, from the supervisor to the runner."""
    return psutil.Process(runs.runner.zygote_pid).children(recursive=True)


async def _dead(handles: list[int]) -> None:
    """Until every process has ended; the handles are closed then."""
    loop = asyncio.get_running_loop()
    for handle in handles:
        ended = loop.create_future()
        loop.add_reader(handle, ended.set_result, None)
        await ended
        loop.remove_reader(handle)
        os.close(handle)
