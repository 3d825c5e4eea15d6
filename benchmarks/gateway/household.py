"""What calls are made with: a gateway with a database, a budget, the ledger and the worker, as the service wires it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks.gateway.upstream import KEY, MODEL
from core.clock import SystemClock
from core.database import Database, open_database
from core.ids import Ids, TimeOrderedIds
from gateway import Gateway, GatewayConfig, LitellmWorker, Message, ModelRequest, Purpose
from gateway.budget import Budgets
from gateway.database_ledger import DatabaseLedger

ORG = "home"
USD = 10**9
"""A US dollar in billionths."""


@dataclass(frozen=True)
class Household:
    """A gateway and what it stands on."""

    db: Database
    budgets: Budgets
    worker: LitellmWorker
    gateway: Gateway


@asynccontextmanager
async def household(
    base: str, database: str, *, ledger: Callable[[Database, Ids], DatabaseLedger] = DatabaseLedger
) -> AsyncIterator[Household]:
    """On a database that has been migrated; its worker is started."""
    db, ids, worker = open_database(database), TimeOrderedIds(SystemClock()), LitellmWorker()
    await worker.start()
    try:
        gateway = Gateway(routing(base), worker=worker, ledger=ledger(db, ids), reveal=reveal)
        yield Household(db, Budgets(db, ids), worker, gateway)
    finally:
        await worker.aclose()
        await db.aclose()


def routing(base: str) -> GatewayConfig:
    """One model, a dollar for a million tokens either way, for whatever is asked."""
    provider = {"kind": "compatible", "base_url": base, "credential": "key", "concurrency": 64}
    model = {"provider": "one", "model": MODEL, "input_price": Decimal(1), "output_price": Decimal(1)}
    return GatewayConfig.parse(
        {"providers": {"one": provider}, "models": {MODEL: model}, "tiers": {"standard": [MODEL]}}
    )


async def reveal(name: str) -> str:
    return KEY


def asked(text: str, purpose: Purpose = Purpose.CHAT, **more: Any) -> ModelRequest:
    """A request that a language model serves."""
    return ModelRequest(purpose=purpose, messages=(Message(role="user", content=text),), org=ORG, **more)
