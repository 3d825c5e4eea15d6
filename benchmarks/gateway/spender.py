"""One of two processes that spend from the same budget; prints what became of its calls as one line of JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from decimal import Decimal

from benchmarks.gateway.household import ORG, USD, Household, asked, household
from core.errors import BudgetExceeded
from gateway.messages import ModelRequest
from gateway.purpose import Purpose
from gateway.tokens import TokenCounter

AT_ONCE = 10
PAUSE = 0.02
TEXT = "Is this answer right?"
RESERVED = 100
"""Tokens that are held for each call; a token costs a thousand billionths of a dollar."""
PRICE = 1000


@dataclass
class Tally:
    """``overrun``: calls after which more was spent than the budget holds. ``astray``: refused while there was room."""

    succeeded: int = 0
    refused: int = 0
    overrun: int = 0
    astray: int = 0


def question(longest: int | None = None) -> ModelRequest:
    """What each call asks. The builtin provider serves no such calls, so nobody answers for free."""
    return asked(TEXT, purpose=Purpose.JUDGE, max_output_tokens=longest)


async def main(base: str, database: str, calls: str, again: str) -> None:
    """Make ``calls`` calls; ``again``: repeat one that is refused while what is spent leaves room for it."""
    tally, left = Tally(), iter(range(int(calls)))
    request = question(RESERVED - await TokenCounter().count(question()))
    async with household(base, database) as home:

        async def caller() -> None:
            for _ in left:
                while not await _call(home, tally, request) and again == "True" and await _has_room(home):
                    await asyncio.sleep(PAUSE)

        await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    print(json.dumps(asdict(tally)), flush=True)


async def _call(home: Household, tally: Tally, request: ModelRequest) -> bool:
    try:
        await home.gateway.generate(request)
        tally.succeeded += 1
        return True
    except BudgetExceeded as refusal:
        tally.refused += 1
        tally.astray += Decimal(refusal.facts["left_usd"]) * USD >= RESERVED * PRICE
        return False
    finally:
        (state,) = await home.budgets.list(ORG)
        tally.overrun += state.spent.nanos > (state.budget.limit_nanos or 0)


async def _has_room(home: Household) -> bool:
    (state,) = await home.budgets.list(ORG)
    return state.spent.nanos + RESERVED * PRICE <= (state.budget.limit_nanos or 0)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
