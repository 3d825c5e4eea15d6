"""The product's process: the gateway as the service wires it, every call held to a budget and recorded."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from contextvars import ContextVar

from benchmarks.gateway.household import ORG, USD, asked, household
from benchmarks.gateway.side import serve
from gateway.database_ledger import DatabaseLedger
from gateway.messages import ModelRequest
from gateway.result import CallRecord, Usage

_parts: ContextVar[defaultdict[str, float]] = ContextVar("parts")


class TimedLedger(DatabaseLedger):
    """The ledger; it notes how long it took, and when the call was on its way."""

    async def reserve(self, request: ModelRequest, model: str, most: Usage, seconds: float) -> str | None:
        started, parts = time.perf_counter(), _parts.get()
        parts["route and count"] = started - parts.pop("began")
        held = await super().reserve(request, model, most, seconds)
        parts["sent"] = time.perf_counter()
        parts["reserve"] += parts["sent"] - started
        return held

    async def close(
        self,
        reservation: str | None,
        used: Usage,
        request: ModelRequest,
        record: CallRecord,
        payload: str | None = None,
    ) -> None:
        started, parts = time.perf_counter(), _parts.get()
        await super().close(reservation, used, request, record, payload)
        parts["settle and record"] += time.perf_counter() - started
        parts["litellm"] = record.first_seconds or 0.0
        parts["hop"] += started - parts.pop("sent") - parts["litellm"]


async def main(base: str, database: str) -> None:
    async with household(base, database, ledger=TimedLedger) as home:
        await home.budgets.define(ORG, period="month", limit_nanos=1000 * USD)

        async def call(number: int) -> dict[str, float]:
            parts: defaultdict[str, float] = defaultdict(float)
            _parts.set(parts)
            parts["began"] = started = time.perf_counter()
            request = asked(f"Call {number}: which animal jumps over the lazy dog?", max_output_tokens=1000)
            reply = await home.gateway.generate(request)
            whole = time.perf_counter() - started
            if not reply.result.text or reply.record.provider != "one":
                raise RuntimeError("the product's answer is empty, or not the model's")
            return {**parts, "rest": whole - sum(parts.values())}

        await serve(call)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
