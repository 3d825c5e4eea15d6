"""What tests of budgets do and look at: one caller, the usage rows themselves, the events, and a clock that is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from core.database import Database
from core.events import Event, read_events
from gateway.budget import Amount, Budgets, Caller, Line
from gateway.budget.model import Usage
from gateway.budget.tables import budget_usage, budgets

ADA = Caller("acme", "ada", "chat", "t1")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class SetClock:
    """Stands still until it is moved, in whichever direction."""

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    def move(self, **span: float) -> None:
        self.moment += timedelta(**span)


async def usage(database: Database, org: str = "acme") -> dict[Line, Usage]:
    """Every usage row of an organisation, of every period."""

    def query(connection: Connection) -> dict[Line, Usage]:
        rows = connection.execute(select(budget_usage).join(budgets).where(budgets.c.org == org))
        return {
            Line(row.budget_id, row.period_start): Usage(
                Amount(row.spent_tokens, row.spent_nanos), Amount(row.reserved_tokens, row.reserved_nanos)
            )
            for row in rows
        }

    return await database.read(query)


async def log(database: Database, type: str | None = None, org: str = "acme") -> list[Event]:
    """The events of an organisation in the order of their commits."""
    found = await database.read(lambda connection: read_events(connection, after=0, org=org, limit=100_000))
    return [event for event in found if type is None or event.type == type]


async def said(database: Database, type: str) -> list[dict[str, Any]]:
    return [event.data for event in await log(database, type)]


async def spent(budgets: Budgets) -> list[Amount]:
    return [state.spent for state in await budgets.list("acme")]


async def reserved(budgets: Budgets) -> list[Amount]:
    return [state.reserved for state in await budgets.list("acme")]


async def use(budgets: Budgets, tokens: int, caller: Caller = ADA) -> None:
    reservation = await budgets.reserve(caller, Amount(tokens), seconds=60)
    await budgets.settle(reservation.id, Amount(tokens))
