"""The end of a reservation: what was really used is booked, exactly once, and the rest is free again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, bindparam, select, update

from core.clock import rfc3339
from core.database import Transaction
from core.errors import NotFound
from gateway.budget.amount import Amount
from gateway.budget.events import state_settled, state_thresholds
from gateway.budget.holds import let_go, read_lines
from gateway.budget.model import Caller, Settlement
from gateway.budget.tables import budgets, reservation_lines, reservations
from gateway.budget.usage import lock_budgets, locking, write_usage

READ = select(reservations).where(reservations.c.id == bindparam("reservation"))
OPEN = update(reservations).where(reservations.c.id == bindparam("reservation"), reservations.c.settled_at.is_(None))
SETTLE = OPEN.returning(reservations)
RELEASE = OPEN.where(reservations.c.released_at.is_(None)).returning(reservations)
COUNTED_IN = locking(
    budgets.c.id.in_(
        select(reservation_lines.c.budget_id).where(reservation_lines.c.reservation_id == bindparam("reservation"))
    )
)


def settle_in(tx: Transaction, reservation_id: str | None, used: Amount) -> Settlement:
    """Book ``used`` in full, in the period in which it was reserved, and free what was reserved.

    Money that was spent is never forgotten: more than was reserved is booked as an overrun, and so is the use of a
    reservation that has expired or was released. Settled again, by whomever, it books nothing and returns the first
    settlement. Raises ``NotFound``, and ``InvalidInput`` where ``used`` is negative, over 2**53 or not whole.
    """
    used.checked()
    if reservation_id is None:
        return Settlement(None, used, used)
    settled = {"settled_at": rfc3339(tx.now), "used_tokens": used.tokens, "used_nanos": used.nanos}
    booked = tx.execute(SETTLE, {"reservation": reservation_id} | settled).first()
    row = booked or read_reservation(tx, reservation_id)
    settlement = Settlement(reservation_id, amount_of(row), Amount(row.used_tokens, row.used_nanos))
    if booked is not None:
        book(tx, row, settlement)
    return settlement


def release_in(tx: Transaction, reservation_id: str | None) -> None:
    """Free what is reserved and book nothing, because no call was made. Again, or once settled, it does nothing.

    Raises ``NotFound``.
    """
    if reservation_id is None:
        return
    row = tx.execute(RELEASE, {"reservation": reservation_id, "released_at": rfc3339(tx.now)}).first()
    if row is None:
        read_reservation(tx, reservation_id)
        return
    lock_budgets(tx, COUNTED_IN, reservation=reservation_id)
    before = {line: usage for line, (held, usage) in read_lines(tx, reservation_id).items() if held}
    write_usage(tx, before, {line: usage.free(amount_of(row)) for line, usage in before.items()})
    let_go(tx, reservation_id)


def book(tx: Transaction, row: Row[Any], settlement: Settlement) -> None:
    """Count the usage in every budget that still exists, and state what that reaches."""
    counted = {budget.id: budget for budget in lock_budgets(tx, COUNTED_IN, reservation=row.id)}
    lines = read_lines(tx, row.id)
    before = {line: usage for line, (_, usage) in lines.items()}
    after = {
        line: (usage.free(settlement.reserved) if held else usage).book(settlement.used)
        for line, (held, usage) in lines.items()
    }
    write_usage(tx, before, after)
    let_go(tx, row.id)
    caller = Caller(row.org, row.user, row.purpose, row.thread)
    state_settled(tx, caller, settlement, [line.budget_id for line in lines])
    for line in lines:
        budget = counted[line.budget_id]
        state_thresholds(tx, line, (budget, before[line]), (budget, after[line]))


def read_reservation(tx: Transaction, reservation_id: str) -> Row[Any]:
    row = tx.execute(READ, {"reservation": reservation_id}).first()
    if row is None:
        raise NotFound("There is no such reservation.")
    return row


def amount_of(row: Row[Any]) -> Amount:
    return Amount(row.tokens, row.nanos)
