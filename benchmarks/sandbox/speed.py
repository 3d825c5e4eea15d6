"""What one run costs, beside a bare process, a cold interpreter, and itself with every layer off."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace

from benchmarks.pairing import Pair, interleave_async, ratio_figure
from benchmarks.reference import PYTHON, reference_process
from benchmarks.report import Figure
from benchmarks.sandbox.subject import WITHOUT_NAMESPACES, Subject, subject

ROUNDS = 300
WARM_UP = 20
IMPORTS = "import httpx, pydantic, jsonschema"
IMPORT_ROUNDS = 30
CALLERS = 8
CALLS_EACH = 10
BATCHES = 30


async def measure() -> list[Figure]:
    """The four ratios."""
    async with subject() as whole, subject(WITHOUT_NAMESPACES) as plain, subject([]) as bare:
        return [
            await _beside_a_process("warm_x", whole),
            await _beside_a_process("warm_plain_x", plain),
            await _beside_imports(whole),
            await _throughput(whole, bare),
        ]


async def _beside_a_process(name: str, runs: Subject) -> Figure:
    pairs = await interleave_async(ROUNDS, runs.call, _process, warm_up=WARM_UP)
    return ratio_figure("sandbox", name, pairs)


async def _beside_imports(runs: Subject) -> Figure:
    """How many runs fit into the time in which a new interpreter has loaded what adapters of others would need."""
    return ratio_figure("sandbox", "import_x", await interleave_async(IMPORT_ROUNDS, _imports, runs.call))


async def _throughput(whole: Subject, bare: Subject) -> Figure:
    seconds = await interleave_async(BATCHES, _batch(whole), _batch(bare))
    calls = CALLERS * CALLS_EACH
    rates = [Pair(calls / pair.product, calls / pair.anchor) for pair in seconds]
    return replace(ratio_figure("sandbox", "throughput_x", rates), n=calls * len(rates))


def _batch(runs: Subject) -> Callable[[], Awaitable[object]]:
    async def caller() -> None:
        for _ in range(CALLS_EACH):
            await runs.call()

    async def batch() -> None:
        await asyncio.gather(*(caller() for _ in range(CALLERS)))

    return batch


async def _process() -> None:
    reference_process()


async def _imports() -> None:
    pid = os.posix_spawn(PYTHON, [str(PYTHON), "-c", IMPORTS], os.environ)
    _, status = os.waitpid(pid, 0)
    if status:
        raise RuntimeError(f"`{IMPORTS}` ended with status {status}")
