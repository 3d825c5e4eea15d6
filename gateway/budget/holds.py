"""What reservations hold in their budgets, and how it is freed: all at once, or by the budget where it has expired."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from core.clock import rfc3339
from core.database import Transaction
from gateway.budget.amount import NOTHING, Amount
from gateway.budget.events import state_expired
from gateway.budget.model import Caller, Line, Reservation, Usage
from gateway.budget.tables import budget_usage, reservation_lines, reservations
from gateway.budget.usage import as_usage, read_usage, write_usage

# So many that a crowd of lost calls is soon collected, so few that nobody waits for it.
BATCH = 50
INSERT_LINES = reservation_lines.insert()
READ_LINES = (
    select(reservation_lines.c.held, budget_usage)
    .join_from(reservation_lines, budget_usage)
    .where(reservation_lines.c.reservation_id == bindparam("reservation"))
    .order_by(reservation_lines.c.budget_id)
)
LET_GO = (
    update(reservation_lines).where(reservation_lines.c.reservation_id == bindparam("reservation")).values(held=False)
)
EXPIRED = (
    select(
        reservation_lines.c.reservation_id,
        reservation_lines.c.budget_id,
        reservation_lines.c.period_start,
        reservation_lines.c.expires_at,
        reservations.c.org,
        reservations.c.user,
        reservations.c.purpose,
        reservations.c.thread,
        reservations.c.tokens,
        reservations.c.nanos,
    )
    .join_from(reservation_lines, reservations)
    .where(
        reservation_lines.c.budget_id.in_(bindparam("budgets", expanding=True)),
        reservation_lines.c.held,
        reservation_lines.c.expires_at <= bindparam("now"),
    )
    .order_by(reservation_lines.c.expires_at)
    .limit(BATCH)
)

LINES_OF = (
    select(reservation_lines.c.reservation_id, reservation_lines.c.budget_id, reservation_lines.c.period_start)
    .where(reservation_lines.c.reservation_id.in_(bindparam("reservations", expanding=True)))
    .order_by(reservation_lines.c.budget_id)
)


def insert_lines(tx: Transaction, reservation: Reservation) -> None:
    tx.execute(
        INSERT_LINES,
        [
            {
                "reservation_id": reservation.id,
                "budget_id": line.budget_id,
                "period_start": line.period_start,
                "expires_at": reservation.expires_at,
                "held": True,
            }
            for line in reservation.lines
        ],
    )


def read_lines(tx: Transaction, reservation_id: str) -> dict[Line, tuple[bool, Usage]]:
    """The lines of a reservation in the order of their budgets: whether each still holds its amount, what is counted.

    Of budgets that the caller has locked: what is counted stays as it is until then.
    """
    rows = tx.execute(READ_LINES, {"reservation": reservation_id})
    return {Line(row.budget_id, row.period_start): (row.held, as_usage(row)) for row in rows}


def let_go(tx: Transaction, reservation_id: str) -> None:
    """Mark that the reservation holds nothing any more. The usage rows are the caller's to change."""
    tx.execute(LET_GO, {"reservation": reservation_id})


def collect_expired(tx: Transaction, budget_ids: Sequence[str]) -> bool:
    """Free what expired reservations hold in these budgets, the longest expired first and one batch at most.

    The budgets are locked by the caller. Returns whether there may be more. A reservation that also counts in other
    budgets keeps its amount there, until somebody asks for those; that it has expired is stated once.
    """
    lines = reservation_lines.c
    expired = tx.execute(EXPIRED, {"budgets": budget_ids, "now": rfc3339(tx.now)}).all()
    if expired:
        free(tx, ((Line(row.budget_id, row.period_start), Amount(row.tokens, row.nanos)) for row in expired))
        tx.execute(
            update(reservation_lines)
            .where(lines.reservation_id == bindparam("of_reservation"), lines.budget_id == bindparam("in_budget"))
            .values(held=False),
            [{"of_reservation": row.reservation_id, "in_budget": row.budget_id} for row in expired],
        )
        state_all_expired(tx, expired)
    return len(expired) == BATCH


def state_all_expired(tx: Transaction, expired: Sequence[Row[Any]]) -> None:
    ids = [row.reservation_id for row in expired]
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for line in tx.execute(LINES_OF, {"reservations": ids}):
        lines[line.reservation_id].append(Line(line.budget_id, line.period_start))
    for row in expired:
        amount = Amount(row.tokens, row.nanos)
        reservation = Reservation(row.reservation_id, amount, row.expires_at, tuple(lines[row.reservation_id]))
        state_expired(tx, Caller(row.org, row.user, row.purpose, row.thread), reservation)


def free(tx: Transaction, amounts: Iterable[tuple[Line, Amount]]) -> None:
    """Take ``amounts`` off what is reserved."""
    freed: defaultdict[Line, Amount] = defaultdict(lambda: NOTHING)
    for line, amount in amounts:
        freed[line] += amount
    before = read_usage(tx.connection, freed)
    write_usage(tx, before, {line: usage.free(freed[line]) for line, usage in before.items()})


def expired_holds(connection: Connection, budget_ids: Sequence[str], now: str) -> dict[Line, Amount]:
    """What expired reservations still hold because nobody has asked for room since."""
    lines = reservation_lines.c
    query = (
        select(lines.budget_id, lines.period_start, func.sum(reservations.c.tokens), func.sum(reservations.c.nanos))
        .join_from(reservation_lines, reservations)
        .where(lines.budget_id.in_(budget_ids), lines.held, lines.expires_at <= now)
        .group_by(lines.budget_id, lines.period_start)
    )
    # PostgreSQL's sums are of type numeric.
    return {
        Line(budget_id, period_start): Amount(int(tokens), int(nanos))
        for budget_id, period_start, tokens, nanos in connection.execute(query)
    }
