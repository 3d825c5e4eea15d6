"""What budgets no longer need is forgotten by age. The period in force and what counts in total stay, however old."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, delete, or_, select, tuple_

from core.clock import rfc3339
from core.database import Transaction
from gateway.budget.holds import collect_expired
from gateway.budget.period import Period
from gateway.budget.tables import budget_usage, budgets, reservation_lines, reservations
from gateway.budget.usage import lock_budgets, locking

NAMED = locking(budgets.c.id.in_(bindparam("ids", expanding=True)))
HOLDING = (
    select(reservation_lines.c.budget_id)
    .where(reservation_lines.c.reservation_id.in_(bindparam("reservations", expanding=True)), reservation_lines.c.held)
    .distinct()
)


def forget_reservations(tx: Transaction, before: datetime, most: int) -> int:
    """Delete those from before then, which is longer ago than any reservation lasts.

    What lost ones still hold is freed first. Returns how many: ``most`` where there may be more.
    """
    # Ids grow with time: the oldest are looked at, and not the whole table for what may not be there.
    oldest = select(reservations.c.id).order_by(reservations.c.id).limit(most)
    old = select(reservations.c.id).where(reservations.c.id.in_(oldest), reservations.c.created_at < rfc3339(before))
    ids = tx.execute(old.order_by(reservations.c.id).with_for_update()).scalars().all()
    if held := tx.execute(HOLDING, {"reservations": ids}).scalars().all():
        lock_budgets(tx, NAMED, ids=held)
        while collect_expired(tx, held):
            pass
    return tx.execute(delete(reservations).where(reservations.c.id.in_(ids))).rowcount


def forget_usage(tx: Transaction, before: datetime, most: int) -> int:
    """Delete what was counted in periods that ended before then. Returns how many: ``most`` where there may be more.

    The reservations that counted there are as old, and are forgotten first.
    """
    ended = or_(
        *(
            and_(budgets.c.period == period, budget_usage.c.period_start < rfc3339(period.start(before)))
            for period in Period
        )
    )
    place = (budget_usage.c.budget_id, budget_usage.c.period_start)
    places = tx.execute(select(*place).join_from(budget_usage, budgets).where(ended).limit(most)).all()
    if places:
        lock_budgets(tx, NAMED, ids=[row.budget_id for row in places])
        tx.execute(delete(budget_usage).where(tuple_(*place).in_([tuple(row) for row in places])))
    return len(places)
