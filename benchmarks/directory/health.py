"""``healthz_p99_x``: does the service stay awake while it builds the largest description there is?

The real service in its own process; /healthz asked at an even pace, before and while the document is built and proven.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from benchmarks.directory.corpus import documents
from benchmarks.pairing import percentile
from benchmarks.report import CACHE, Figure, RawSamples
from tests.verify.service import RunningService, running_service

PACE = 0.005
BEFORE_SECONDS = 10.0
WARM_UP = 50
LONGEST_SECONDS = 120.0
SETTLED = {"done", "waiting", "failed", "cancelled", "unknown"}


class BuildFailed(RuntimeError):
    """The document was not built, so nothing was measured while it was."""


async def measure() -> Figure:
    """p99 of /healthz while the largest document is being built / otherwise."""
    largest = max(documents(), key=lambda path: path.stat().st_size)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder, RawSamples("directory", "healthz") as raw:
        with running_service(Path(folder)) as service:
            async with service.async_client() as client:
                await _ask(client, WARM_UP * PACE, lambda: False)
                otherwise = await _ask(client, BEFORE_SECONDS, lambda: False)
                run = await _start(client, largest)
                following = asyncio.create_task(_until_settled(service, run))
                during = await _ask(client, LONGEST_SECONDS, following.done)
                state = following.result() if following.done() else "running"
                following.cancel()
        for phase, samples in (("otherwise", otherwise), ("building", during)):
            for seconds in samples:
                raw.add(phase=phase, seconds=seconds)
    print(f"{largest.name}: {len(during)} samples until the build was {state}", flush=True)
    if state == "failed":
        raise BuildFailed(f"the build of {largest.name} failed")
    ratio = percentile(during, 0.99) / percentile(otherwise, 0.99)
    return Figure("healthz_p99_x", ratio, "x", min(len(during), len(otherwise)), raw.path)


async def _ask(client: httpx.AsyncClient, seconds: float, over: Callable[[], bool]) -> list[float]:
    """Seconds of each request; one every ``PACE``, for ``seconds`` or until it is ``over``."""
    taken: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not over():
        started = time.perf_counter()
        (await client.get("/healthz")).raise_for_status()
        taken.append(time.perf_counter() - started)
        await asyncio.sleep(PACE)
    return taken


async def _start(client: httpx.AsyncClient, document: Path) -> str:
    content = await asyncio.to_thread(document.read_bytes)
    sent = await client.post("/v1/files", params={"name": document.name}, content=content, timeout=120.0)
    sent.raise_for_status()
    run = await client.post("/admin/drafts", json={"file": sent.json()["id"]}, timeout=120.0)
    run.raise_for_status()
    return run.json()["id"]


async def _until_settled(service: RunningService, run: str) -> str:
    """The run's state once it has stopped running, asked over a connection of its own."""
    async with service.async_client() as client:
        while True:
            answer = await client.get(f"/v1/runs/{run}")
            answer.raise_for_status()
            if answer.json()["state"] in SETTLED:
                return answer.json()["state"]
            await asyncio.sleep(0.5)
