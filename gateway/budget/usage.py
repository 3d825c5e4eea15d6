"""Usage rows. Whoever changes those of a budget holds the budget's row, so that rules decide on values at rest.

Budgets are locked in the order of their ids and after a reservation's row, so no two units wait for each other. On
SQLite there is one writer at a time anyway, and the locks say nothing.

Statements are made once here and in the modules that call: a call of a model runs a dozen of them, and to make one
takes SQLAlchemy longer than to run it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, select, tuple_, update

from core.database import Transaction
from gateway.budget.amount import Amount
from gateway.budget.model import Budget, Line, Usage
from gateway.budget.period import Period
from gateway.budget.tables import budget_usage, budgets

READ_USAGE = select(budget_usage).where(
    tuple_(budget_usage.c.budget_id, budget_usage.c.period_start).in_(bindparam("places", expanding=True))
)
UPDATE_USAGE = update(budget_usage).where(
    budget_usage.c.budget_id == bindparam("at_budget"), budget_usage.c.period_start == bindparam("at_start")
)
INSERT_USAGE = budget_usage.insert()


def locking(*where: ColumnElement[bool]) -> Select[Any]:
    """The query of ``lock_budgets`` for the budgets that ``where`` names."""
    return select(budgets).where(*where).order_by(budgets.c.id).with_for_update()


def lock_budgets(tx: Transaction, query: Select[Any], **parameters: object) -> list[Budget]:
    """Budgets in the order of their ids; nobody else counts in them until the commit."""
    return [as_budget(row) for row in tx.execute(query, parameters)]


def read_usage(connection: Connection, lines: Iterable[Line]) -> dict[Line, Usage]:
    """What is counted there. A line without a row is not in the answer: nothing was ever counted."""
    places = [(line.budget_id, line.period_start) for line in lines]
    return {
        Line(row.budget_id, row.period_start): as_usage(row)
        for row in connection.execute(READ_USAGE, {"places": places})
    }


def write_usage(tx: Transaction, before: Mapping[Line, Usage], after: Mapping[Line, Usage]) -> None:
    """Store ``after``, given that ``before`` are the rows that exist."""
    if known := [counts(usage) | at(line) for line, usage in after.items() if line in before]:
        tx.execute(UPDATE_USAGE, known)
    if new := [counts(usage) | asdict(line) for line, usage in after.items() if line not in before]:
        tx.execute(INSERT_USAGE, new)


def at(line: Line) -> dict[str, Any]:
    return {"at_budget": line.budget_id, "at_start": line.period_start}


def counts(usage: Usage) -> dict[str, Any]:
    return {
        "spent_tokens": usage.spent.tokens,
        "spent_nanos": usage.spent.nanos,
        "reserved_tokens": usage.reserved.tokens,
        "reserved_nanos": usage.reserved.nanos,
    }


def as_usage(row: Row[Any]) -> Usage:
    return Usage(Amount(row.spent_tokens, row.spent_nanos), Amount(row.reserved_tokens, row.reserved_nanos))


def as_budget(row: Row[Any]) -> Budget:
    return Budget(
        id=row.id,
        org=row.org,
        period=Period(row.period),
        limit_nanos=row.limit_nanos,
        limit_tokens=row.limit_tokens,
        user=row.user,
        purpose=row.purpose,
        thread=row.thread,
    )
