"""Two processes of the operating system count in the same budgets at the same time."""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from core.clock import SystemClock
from core.database import Database, open_database
from core.errors import BudgetExceeded
from core.ids import TimeOrderedIds
from gateway.budget import Amount, Budgets, Caller
from tests.integration.gateway.budget.ledger import log, usage

PROGRAM = Path(__file__).with_name("calling_process.py")
ROOT = PROGRAM.parents[4]
CALLS = 200
ADA = Caller("acme", "ada", "chat", None)

Together = Callable[..., Awaitable[list[Any]]]


@pytest.fixture
async def database(migrated_database_url: str) -> Any:
    opened = open_database(migrated_database_url)
    yield opened
    await opened.aclose()


@pytest.fixture
def budgets(database: Database) -> Budgets:
    return Budgets(database, TimeOrderedIds(SystemClock()))


@pytest.fixture
def together(migrated_database_url: str) -> Together:
    """Starts a process for each order, lets them go once all are ready, and returns their answers."""

    async def run(task: str, *orders: dict[str, Any]) -> list[Any]:
        processes = [await started(task, migrated_database_url) for _ in orders]
        try:
            for process in processes:
                assert process.stdout is not None
                assert await process.stdout.readline() == b"ready\n"
            answers = await asyncio.gather(
                *(
                    process.communicate(json.dumps(order).encode() + b"\n")
                    for process, order in zip(processes, orders, strict=True)
                )
            )
        finally:
            for process in processes:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return [json.loads(answer) for answer, _ in answers]

    return run


async def started(task: str, url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        task,
        url,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def replayed(database: Database, limit: int) -> Counter[str]:
    """Go through the log, which has the order of the commits: no call was let in too many, and none kept out."""
    held: dict[str, int] = {}
    spent = 0
    for event in await log(database):
        taken = spent + sum(held.values())
        if event.type == "budget.reserved":
            held[event.data["reservation"]] = event.data["amount"]["tokens"]
            assert taken + event.data["amount"]["tokens"] <= limit
        elif event.type == "budget.exceeded":
            assert taken + event.data["asked"]["tokens"] > limit
            assert event.data["left"]["tokens"] == limit - taken
        elif event.type == "budget.settled":
            del held[event.data["reservation"]]
            spent += event.data["used"]["tokens"]
    assert held == {}
    return Counter(event.type for event in await log(database))


async def test_exactly_as_many_calls_are_made_as_the_budget_has_room_for(
    database: Database, budgets: Budgets, together: Together
) -> None:
    await budgets.define("acme", period="total", limit_tokens=1000)
    orders = [{"user": user, "count": CALLS, "reserved": 10, "used": 10} for user in ("ada", "bob")]
    answers = await together("call", *orders)
    assert sum(answer["made"] for answer in answers) == 100
    (state,) = await budgets.list("acme")
    assert (state.spent, state.reserved, state.left.tokens) == (Amount(1000), Amount(), 0)
    told = await replayed(database, 1000)
    assert (told["budget.settled"], told["budget.exceeded"], told["budget.threshold"]) == (100, 300, 3)


async def test_calls_that_use_less_make_room_for_others(
    database: Database, budgets: Budgets, together: Together
) -> None:
    await budgets.define("acme", period="total", limit_tokens=1000)
    orders = [{"user": user, "count": CALLS, "reserved": 10, "used": 4} for user in ("ada", "bob")]
    running = asyncio.ensure_future(together("call", *orders))
    looks = 0
    while not running.done():
        for counted in (await usage(database)).values():
            looks += 1
            assert Amount() <= counted.spent <= counted.taken <= Amount(1000)
    assert looks > 0
    made = sum(answer["made"] for answer in await running)
    # All of a process's calls ask before the first of them can have ended, so some find the budget full.
    assert 100 <= made < 2 * CALLS

    while True:
        try:
            reservation = await budgets.reserve(ADA, Amount(10), seconds=60)
        except BudgetExceeded as refused:
            last = refused
            break
        await budgets.settle(reservation.id, Amount(4))
        made += 1
    assert made == 248
    assert last.facts["left_tokens"] == 1000 - 248 * 4 < 10
    await replayed(database, 1000)


async def test_a_call_that_two_processes_settle_is_booked_once_and_both_hear_the_same(
    database: Database, budgets: Budgets, together: Together
) -> None:
    await budgets.define("acme", period="total", limit_tokens=10_000)
    await budgets.define("acme", period="total", limit_tokens=10_000, user="ada")
    ids = [(await budgets.reserve(ADA, Amount(10), seconds=600)).id for _ in range(CALLS)]
    first, second = await together("settle", {"ids": ids, "used": 3}, {"ids": ids[::-1], "used": 5})
    assert first == second[::-1]
    assert set(first) <= {3, 5}
    for state in await budgets.list("acme"):
        assert (state.spent, state.reserved) == (Amount(sum(first)), Amount())
    assert (await replayed(database, 10_000))["budget.settled"] == CALLS


async def test_calls_that_count_in_several_budgets_neither_block_each_other_nor_overrun_one(
    engine: str, database: Database, budgets: Budgets, together: Together
) -> None:
    for user, purpose in (("bob", None), (None, None), ("ada", None), (None, "chat"), ("bob", "chat")):
        limit = 600 if user else 1000
        await budgets.define("acme", period="total", limit_tokens=limit, user=user, purpose=purpose)
    orders = [{"user": user, "count": CALLS, "reserved": 10, "used": 10} for user in ("ada", "bob")]
    answers = await together("call", *orders)
    assert sum(answer["made"] for answer in answers) == 100
    for state in await budgets.list("acme"):
        made = {"ada": answers[0]["made"], "bob": answers[1]["made"]}.get(state.budget.user or "", 100)
        assert (state.spent, state.reserved) == (Amount(10 * made), Amount())
        assert made <= (60 if state.budget.user else 100)
    if engine == "postgresql":
        # The database would try again, and nobody would notice but by the time it takes.
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert await database.read(lambda connection: connection.scalar(text(query))) == 0
