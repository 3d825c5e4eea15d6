"""Budgets' own rows: made, changed, removed, and listed with how each stands."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, select, update

from core.clock import rfc3339
from core.database import Transaction
from core.errors import NotFound
from gateway.budget.amount import NOTHING
from gateway.budget.events import state_thresholds
from gateway.budget.holds import expired_holds
from gateway.budget.model import Budget, BudgetState, Line, Usage
from gateway.budget.tables import budgets
from gateway.budget.usage import as_budget, lock_budgets, locking, read_usage

ONE = locking(budgets.c.org == bindparam("org"), budgets.c.id == bindparam("id"))


def insert_budget(tx: Transaction, budget: Budget) -> None:
    """A new one, with a new id. It counts calls that are reserved from now on."""
    tx.execute(budgets.insert().values(asdict(budget)))


def read_budget(connection: Connection, org: str, budget_id: str) -> Budget:
    """Raises ``NotFound``."""
    row = connection.execute(select(budgets).where(budgets.c.org == org, budgets.c.id == budget_id)).first()
    if row is None:
        raise no_budget()
    return as_budget(row)


def change_limits(
    tx: Transaction, org: str, budget_id: str, *, limit_nanos: int | None, limit_tokens: int | None
) -> Budget:
    """Both limits anew. What is spent may reach a threshold of a lower one. Raises ``NotFound``, ``InvalidInput``."""
    found = lock_budgets(tx, ONE, org=org, id=budget_id)
    if not found:
        raise no_budget()
    (before,) = found
    after = replace(before, limit_nanos=limit_nanos, limit_tokens=limit_tokens)
    limits = {"limit_nanos": limit_nanos, "limit_tokens": limit_tokens}
    tx.execute(update(budgets).where(budgets.c.id == budget_id).values(limits))
    line = Line(budget_id, after.period_start(tx.now))
    usage = read_usage(tx.connection, [line]).get(line, Usage())
    state_thresholds(tx, line, (before, usage), (after, usage))
    return after


def delete_budget(tx: Transaction, org: str, budget_id: str) -> None:
    """With all that it has counted. Reservations stay, and are settled in their other budgets. ``NotFound``."""
    if not tx.execute(delete(budgets).where(budgets.c.org == org, budgets.c.id == budget_id)).rowcount:
        raise no_budget()


def list_states(connection: Connection, org: str, now: datetime) -> list[BudgetState]:
    """The budgets of ``org`` in the order in which they were made. What has expired is not reserved."""
    query = select(budgets).where(budgets.c.org == org).order_by(budgets.c.id)
    found = [as_budget(row) for row in connection.execute(query)]
    lines = {Line(budget.id, budget.period_start(now)): budget for budget in found}
    usage = read_usage(connection, lines)
    expired = expired_holds(connection, [budget.id for budget in found], rfc3339(now))
    return [
        budget.state(usage.get(line, Usage()).free(expired.get(line, NOTHING)), now) for line, budget in lines.items()
    ]


def no_budget() -> NotFound:
    return NotFound("There is no such budget.", mend="List the budgets first.")
