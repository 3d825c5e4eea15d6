"""Making room for a call in every budget that it must fit into, or saying why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_

from core.clock import rfc3339
from core.database import Transaction
from core.errors import InvalidInput
from gateway.budget.amount import Amount
from gateway.budget.events import state_exceeded, state_reserved
from gateway.budget.holds import collect_expired, insert_lines
from gateway.budget.model import Budget, Caller, Line, Reservation, Usage
from gateway.budget.refusal import Refusal
from gateway.budget.tables import budgets, reservations
from gateway.budget.usage import lock_budgets, locking, read_usage, write_usage

LONGEST_SECONDS = 24 * 60 * 60
# `Budget.matches` in SQL: what equals nothing, as NULL does, matches budgets that name nobody.
MATCHING = locking(
    budgets.c.org == bindparam("org"),
    *(
        or_(column.is_(None), column == bindparam(column.name))
        for column in (budgets.c.user, budgets.c.purpose, budgets.c.thread)
    ),
)
INSERT = reservations.insert()


def reserve_in(
    tx: Transaction, reservation_id: str, caller: Caller, amount: Amount, *, seconds: float
) -> Reservation | Refusal:
    """Hold ``amount`` in every budget that matches ``caller`` until ``seconds`` from now, or in none.

    ``reservation_id`` is a new id. A refusal is returned, so that its event is committed: raise ``refusal.error()``
    afterwards. Without a matching budget nothing is written. Raises ``InvalidInput`` on an amount that no call can
    have, and unless ``seconds`` are above 0 and at most a day.
    """
    expires_at = expiry(tx.now, seconds)
    amount.checked()
    matching = lock_budgets(tx, MATCHING, org=caller.org, **caller.as_dict())
    if not matching:
        return Reservation(None, amount, expires_at)
    before, refusal = find_room(tx, matching, amount)
    if refusal is not None:
        state_exceeded(tx, caller, reservation_id, refusal)
        return refusal
    lines = tuple(lines_of(matching, tx.now))
    reservation = Reservation(reservation_id, amount, expires_at, lines)
    write_usage(tx, before, {line: before.get(line, Usage()).hold(amount) for line in lines})
    insert_reservation(tx, reservation_id, caller, amount)
    insert_lines(tx, reservation)
    state_reserved(tx, caller, reservation)
    return reservation


def lines_of(matching: Sequence[Budget], now: datetime) -> list[Line]:
    return [Line(budget.id, budget.period_start(now)) for budget in matching]


def find_room(
    tx: Transaction, matching: Sequence[Budget], amount: Amount
) -> tuple[Mapping[Line, Usage], Refusal | None]:
    """What is counted now, and the refusal where ``amount`` does not fit even when everything expired is freed."""
    while True:
        more = collect_expired(tx, [budget.id for budget in matching])
        usage = read_usage(tx.connection, lines_of(matching, tx.now))
        refusal = refused(matching, usage, amount, tx.now)
        if refusal is None or not more:
            return usage, refusal


def refused(matching: Sequence[Budget], usage: Mapping[Line, Usage], amount: Amount, now: datetime) -> Refusal | None:
    """By the budget that keeps the call waiting longest, where there are several without room."""
    refusals: list[Refusal] = []
    for budget, line in zip(matching, lines_of(matching, now), strict=True):
        counted = usage.get(line, Usage())
        if not budget.admits(counted, amount):
            refusals.append(Refusal(budget.state(counted, now), amount))
    return max(refusals, key=lambda refusal: refusal.state.renews_at or NEVER, default=None)


# Beyond every RFC 3339 text.
NEVER = "never"


def expiry(now: datetime, seconds: float) -> str:
    if not 0 < seconds <= LONGEST_SECONDS:
        raise InvalidInput(f"A reservation lasts more than 0 and at most {LONGEST_SECONDS} seconds.")
    return rfc3339(now + timedelta(seconds=seconds))


def insert_reservation(tx: Transaction, reservation_id: str, caller: Caller, amount: Amount) -> None:
    row = {"id": reservation_id, "org": caller.org, "tokens": amount.tokens, "nanos": amount.nanos}
    tx.execute(INSERT, row | caller.as_dict() | {"created_at": rfc3339(tx.now)})
