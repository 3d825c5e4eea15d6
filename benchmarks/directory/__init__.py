"""The exact builder on 2,639 real API descriptions that nobody here wrote."""

from __future__ import annotations

import asyncio

from benchmarks.directory import bundles, calls, hashes, health
from benchmarks.report import Figure


async def run(seed: int) -> list[Figure]:
    """All figures of the directory; ``seed`` draws the sample of documents and calls."""
    return [
        *await bundles.measure(),
        *await calls.measure(seed),
        await health.measure(),
        *await asyncio.to_thread(hashes.measure, seed),
    ]
