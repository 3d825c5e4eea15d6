"""``exact_sqlite``, ``exact_postgres``, ``overrun``: two processes race for one budget, and it holds to the token."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.gateway.household import ORG
from benchmarks.gateway.spender import PRICE, RESERVED, question
from benchmarks.gateway.upstream import upstream
from benchmarks.report import CACHE, Figure, RawSamples
from core.clock import SystemClock
from core.database import migrate, open_database
from core.ids import TimeOrderedIds
from gateway.budget import Budgets, BudgetState
from gateway.tokens import TokenCounter
from tests.verify.postgres import running_server

PROCESSES = 2
CALLS = 400
FITTING = 100
SHARE = 40
"""Per cent of what was held that calls of the second run use."""


class BudgetBroken(RuntimeError):
    """A call was refused while there was room for it, or what was held was not given back."""


async def measure() -> list[Figure]:
    """Both engines, each with a usage equal to the reservation and with a smaller one."""
    figures: list[Figure] = []
    overrun = 0
    with RawSamples("gateway", "budgets") as raw:
        for engine in ("sqlite", "postgres"):
            exact = await _run(engine, raw, used=RESERVED, again=False)
            partial = await _run(engine, raw, used=RESERVED * SHARE // 100, again=True)
            overrun += exact["overrun"] + partial["overrun"]
            figures.append(Figure(f"exact_{engine}", exact["succeeded"], "calls", CALLS, raw.path))
        return [*figures, Figure("overrun", overrun, "calls", 4 * CALLS, raw.path)]


async def _run(engine: str, raw: RawSamples, *, used: int, again: bool) -> Counter[str]:
    """All calls of one race, against a budget that fits ``FITTING`` of them were each to use all that it holds."""
    limit = FITTING * RESERVED * PRICE
    inputs = min(used, await TokenCounter().count(question()))
    with _database(engine) as url:
        migrate(url)
        async with upstream(input_tokens=inputs, output_tokens=used - inputs) as base:
            await _state(url, limit)
            tallies = await asyncio.gather(*(_spend(base, url, again) for _ in range(PROCESSES)))
            state = await _state(url, None)
    total = sum((Counter(tally) for tally in tallies), Counter[str]())
    raw.add(engine=engine, used=used, spent=state.spent.nanos, limit=limit, **total)
    _check(state, total, used, limit, again=again)
    return total


def _check(state: BudgetState, total: Counter[str], used: int, limit: int, *, again: bool) -> None:
    if state.reserved.nanos or state.spent.nanos != total["succeeded"] * used * PRICE:
        raise BudgetBroken(f"{total['succeeded']} calls used {used} tokens each, and the budget counts {state}")
    if total["astray"]:
        raise BudgetBroken(f"{total['astray']} calls were refused while there was room")
    if again and total["succeeded"] < CALLS and limit - state.spent.nanos >= RESERVED * PRICE:
        raise BudgetBroken("calls gave up while there was room")


async def _spend(base: str, url: str, again: bool) -> dict[str, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.gateway.spender", base, url, str(CALLS // PROCESSES), str(again),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
    if process.returncode:
        raise BudgetBroken(f"a process that spends ended with {process.returncode}")
    return json.loads(told)


async def _state(url: str, limit: int | None) -> BudgetState:
    """How the one budget stands; ``limit`` makes it."""
    database, ids = open_database(url), TimeOrderedIds(SystemClock())
    budgets = Budgets(database, ids)
    try:
        if limit is not None:
            await budgets.define(ORG, period="total", limit_nanos=limit)
        (state,) = await budgets.list(ORG)
        return state
    finally:
        await database.aclose()


@contextmanager
def _database(engine: str) -> Iterator[str]:
    CACHE.mkdir(parents=True, exist_ok=True)
    if engine == "postgres":
        with running_server() as server:
            yield server.create_database()
    else:
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            yield f"sqlite:///{Path(folder) / 'nexus.db'}"
