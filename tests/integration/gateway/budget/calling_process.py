"""A process of its own that uses budgets, all its calls at once: ``python calling_process.py call|settle URL``.

It says ``ready``, reads one line of JSON that says what to do, does it, and answers with one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from core.clock import SystemClock
from core.database import open_database
from core.errors import BudgetExceeded
from core.ids import TimeOrderedIds
from gateway.budget import Amount, Budgets, Caller


async def call(budgets: Budgets, *, user: str, count: int, reserved: int, used: int) -> dict[str, int]:
    """Reserve and settle ``count`` times."""

    async def once() -> bool:
        try:
            reservation = await budgets.reserve(Caller("acme", user, "chat", None), Amount(reserved), seconds=600)
        except BudgetExceeded:
            return False
        await budgets.settle(reservation.id, Amount(used))
        return True

    made = sum(await asyncio.gather(*(once() for _ in range(count))))
    return {"made": made, "refused": count - made}


async def settle(budgets: Budgets, *, ids: list[str], used: int) -> list[int]:
    """Settle each of ``ids``, and say what the budgets answer was used."""
    settlements = await asyncio.gather(*(budgets.settle(one, Amount(used)) for one in ids))
    return [settlement.used.tokens for settlement in settlements]


async def main(task: str, url: str) -> Any:
    database = open_database(url)
    budgets = Budgets(database, TimeOrderedIds(SystemClock()))
    await budgets.list("acme")
    print("ready", flush=True)
    try:
        return await {"call": call, "settle": settle}[task](budgets, **json.loads(sys.stdin.readline()))
    finally:
        await database.aclose()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
