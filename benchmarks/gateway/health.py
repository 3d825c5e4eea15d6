"""``healthz_p99_x``: does the service stay awake while its worker imports litellm?

The real service in its own process, /healthz asked at an even pace all the time. It starts without a model; nexus.toml
then names one, which starts the worker. Later imports follow the death of the worker, with the next turn.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from benchmarks.gateway.upstream import MODEL, upstream
from benchmarks.pairing import percentile
from benchmarks.report import CACHE, Figure, RawSamples
from tests.verify.service import RunningService, running_service

PACE = 0.005
WARM_UP_SECONDS = 2.0
AT_REST_SECONDS = 6.0
IMPORTS = 3
LONGEST_SECONDS = 60.0
LOOK_SECONDS = 0.02
STILL_SECONDS = 0.5
"""A worker that used no processor time for so long has imported what it needs."""
LLM = f"""\
[llm.providers.one]
kind = "compatible"
base_url = "%s"
[llm.models.{MODEL}]
provider = "one"
model = "{MODEL}"
[llm.tiers]
standard = ["{MODEL}"]
"""


@dataclass(frozen=True)
class Asked:
    """One request: when it was sent, and its seconds."""

    at: float
    seconds: float


async def measure() -> Figure:
    """p99 of what was asked while litellm was being imported / of what was asked otherwise."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder, RawSamples("gateway", "healthz") as raw:
        async with upstream() as base:
            with running_service(Path(folder)) as service:
                asked, imports = await _watched(service, Path(folder) / "nexus.toml", LLM % base)
        importing, otherwise = list[float](), list[float]()
        for each in asked:
            during = any(begun <= each.at <= ended for begun, ended in imports)
            (importing if during else otherwise).append(each.seconds)
            raw.add(phase="importing" if during else "otherwise", seconds=each.seconds)
    took = ", ".join(f"{ended - begun:.1f} s" for begun, ended in imports)
    print(f"{len(importing)} requests to /healthz while litellm was imported ({took})", flush=True)
    ratio = percentile(importing, 0.99) / percentile(otherwise, 0.99)
    return Figure("healthz_p99_x", ratio, "x", min(len(importing), len(otherwise)), raw.path)


async def _watched(service: RunningService, file: Path, document: str) -> tuple[list[Asked], list[tuple[float, float]]]:
    """Every request, and from when to when litellm was being imported."""
    asked: list[Asked] = []
    imports: list[tuple[float, float]] = []
    async with service.async_client() as client, service.async_client() as visitor:
        await asyncio.sleep(WARM_UP_SECONDS)
        asking = asyncio.create_task(_ask(client, asked))
        await asyncio.sleep(AT_REST_SECONDS)
        file.write_text(document)
        worker = await _next_worker(service, None)
        imports.append(await _import_of(worker))
        for _ in range(IMPORTS - 1):
            await asyncio.sleep(AT_REST_SECONDS)
            worker.kill()
            turn = asyncio.create_task(_turn(visitor))
            worker = await _next_worker(service, worker)
            imports.append(await _import_of(worker))
            await turn
        await asyncio.sleep(AT_REST_SECONDS)
        asking.cancel()
    return asked, imports


async def _ask(client: httpx.AsyncClient, asked: list[Asked]) -> None:
    while True:
        started = time.perf_counter()
        (await client.get("/healthz")).raise_for_status()
        asked.append(Asked(started, time.perf_counter() - started))
        await asyncio.sleep(PACE)


async def _turn(client: httpx.AsyncClient) -> None:
    thread = (await client.post("/v1/threads", json={})).raise_for_status().json()["id"]
    await client.post(f"/v1/threads/{thread}/runs", json={"message": "Hello, who are you?", "stream": True})


async def _next_worker(service: RunningService, last: psutil.Process | None) -> psutil.Process:
    """The worker that is started after ``last``."""
    family = psutil.Process(service.pid)
    async with asyncio.timeout(LONGEST_SECONDS):
        while True:
            for child in family.children():
                if child != last and any("gateway.worker.child" in part for part in child.cmdline()):
                    return child
            await asyncio.sleep(LOOK_SECONDS)


async def _import_of(worker: psutil.Process) -> tuple[float, float]:
    """From now until the last moment in which the worker was seen to work."""
    begun = ended = time.perf_counter()
    used = 0.0
    async with asyncio.timeout(LONGEST_SECONDS):
        while time.perf_counter() - ended < STILL_SECONDS:
            times = worker.cpu_times()
            if times.user + times.system > used:
                used, ended = times.user + times.system, time.perf_counter()
            await asyncio.sleep(LOOK_SECONDS)
    return begun, ended
