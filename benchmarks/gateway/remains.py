"""``leaked`` and ``growth_pct``: what streams leave behind whose clients go, and memory over many calls."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
from sqlalchemy import func, select

from benchmarks.gateway.household import ORG, USD, Household, asked, household
from benchmarks.gateway.side import side
from benchmarks.gateway.upstream import hesitant_upstream, upstream
from benchmarks.report import CACHE, Figure, RawSamples
from core.database import migrate
from gateway import TextDelta
from gateway.budget.tables import reservation_lines

STREAMS = 1000
STREAMS_BEFORE = 50
AT_ONCE = 10
CALLS = 5000
CALLS_BEFORE = 500
STEPS = 10
PATIENCE = 500
COUNTED = ("descriptors", "tasks", "reservations")


async def measure() -> list[Figure]:
    """Both; a database of its own for each."""
    return [await _leaked(), await _growth()]


async def _leaked() -> Figure:
    """Descriptors of service and worker, tasks of the service and reservations that are more than after a warm-up.

    Service and this process are one; the model is a process of its own. The clients go after the first word.
    """
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(hesitant_upstream())
        home = await stack.enter_async_context(household(base, _database(stack)))
        raw = stack.enter_context(RawSamples("gateway", "leaked"))
        await home.budgets.define(ORG, period="month", limit_nanos=1000 * USD)
        await _cancelled(home, STREAMS_BEFORE)
        before = await _settled(home, None)
        await _cancelled(home, STREAMS)
        after = await _settled(home, before)
        raw.add(streams=0, **before)
        raw.add(streams=STREAMS, **after)
        leaked = sum(max(0, after[each] - before[each]) for each in COUNTED)
        return Figure("leaked", leaked, "count", STREAMS, raw.path)


async def _cancelled(home: Household, count: int) -> None:
    left = iter(range(count))

    async def client() -> None:
        for number in left:
            task = asyncio.create_task(_listen(home, number, heard := asyncio.Event()))
            await heard.wait()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))


async def _listen(home: Household, number: int, heard: asyncio.Event) -> None:
    async for part in home.gateway.stream(asked(f"Stream {number}: count to four.", max_output_tokens=100)):
        if not isinstance(part, TextDelta):
            raise RuntimeError("a stream came to its end though its client had gone")
        heard.set()


async def _settled(home: Household, before: dict[str, int] | None) -> dict[str, int]:
    """What is held once it is no more than ``before``, or what is still held after a while."""
    held = await _held(home)
    for _ in range(PATIENCE if before else 1):
        if before is not None and all(held[each] <= before[each] for each in COUNTED):
            break
        await asyncio.sleep(0.01)
        held = await _held(home)
    return held


async def _held(home: Household) -> dict[str, int]:
    lines = select(func.count()).select_from(reservation_lines).where(reservation_lines.c.held)
    reservations = await home.db.read(lambda connection: connection.execute(lines).scalar_one())
    return {
        "descriptors": psutil.Process().num_fds() + psutil.Process(home.worker.pid).num_fds(),
        "tasks": len(asyncio.all_tasks()),
        "reservations": reservations,
    }


async def _growth() -> Figure:
    """Memory (PSS) of a service's process and its worker's, after many calls beside after a warm-up."""
    async with AsyncExitStack() as stack:
        base = await stack.enter_async_context(upstream())
        product = await stack.enter_async_context(side("benchmarks.gateway.product", base, _database(stack)))
        raw = stack.enter_context(RawSamples("gateway", "growth_pct"))
        await product.calls(CALLS_BEFORE, at_once=AT_ONCE)
        family = [psutil.Process(product.pid), *psutil.Process(product.pid).children(recursive=True)]
        sizes = [_memory(family)]
        raw.add(calls=0, bytes=sizes[0])
        for step in range(STEPS):
            await product.calls(CALLS // STEPS, at_once=AT_ONCE)
            sizes.append(_memory(family))
            raw.add(calls=(step + 1) * CALLS // STEPS, bytes=sizes[-1])
        return Figure("growth_pct", 100 * (sizes[-1] - sizes[0]) / sizes[0], "%", CALLS, raw.path)


def _memory(family: list[psutil.Process]) -> int:
    return sum(process.memory_full_info().pss for process in family)


def _database(stack: AsyncExitStack) -> str:
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = stack.enter_context(tempfile.TemporaryDirectory(dir=CACHE))
    migrate(url := f"sqlite:///{Path(folder) / 'nexus.db'}")
    return url
