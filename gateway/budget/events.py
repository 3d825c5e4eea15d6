"""What the log says of budgets. A key is unique for ever, so each of these is said once."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from gateway.budget.model import Budget, Caller, Line, Reservation, Settlement, Usage
from gateway.budget.refusal import Refusal


def state_reserved(tx: Transaction, caller: Caller, reservation: Reservation) -> None:
    data = reservation_data(caller, reservation)
    tx.emit("budget.reserved", data, key=f"budget.reserved:{reservation.id}", org=caller.org)


def state_expired(tx: Transaction, caller: Caller, reservation: Reservation) -> None:
    """Nobody settled or released it in its time, as when its process was killed; what it held is free again."""
    data = reservation_data(caller, reservation)
    tx.emit("budget.expired", data, key=f"budget.expired:{reservation.id}", org=caller.org)


def state_exceeded(tx: Transaction, caller: Caller, reservation_id: str, refusal: Refusal) -> None:
    """``reservation_id`` is the id that the reservation would have had."""
    data = refusal.as_dict() | caller.as_dict()
    tx.emit("budget.exceeded", data, key=f"budget.exceeded:{reservation_id}", org=caller.org)


def state_settled(tx: Transaction, caller: Caller, settlement: Settlement, budget_ids: list[str]) -> None:
    data = {
        "reservation": settlement.reservation_id,
        "budgets": budget_ids,
        "reserved": settlement.reserved.as_dict(),
        "used": settlement.used.as_dict(),
        "overrun": settlement.overrun,
    }
    key = f"budget.settled:{settlement.reservation_id}"
    tx.emit("budget.settled", data | caller.as_dict(), key=key, org=caller.org)


def state_thresholds(tx: Transaction, line: Line, before: tuple[Budget, Usage], after: tuple[Budget, Usage]) -> None:
    """Thresholds of what is spent that a change of the usage or of the limit has reached.

    Each is said once for a budget and its period, even where raising the limit and spending on reach it again.
    """
    budget, usage = after
    for percent in sorted(budget.reached(usage) - before[0].reached(before[1])):
        data = {
            "budget": line.budget_id,
            "period_start": line.period_start,
            "percent": percent,
            "spent": usage.spent.as_dict(),
        }
        key = f"budget.threshold:{line.budget_id}:{line.period_start}:{percent}"
        tx.emit("budget.threshold", data, key=key, org=budget.org)


def reservation_data(caller: Caller, reservation: Reservation) -> dict[str, Any]:
    return {
        "reservation": reservation.id,
        "budgets": [line.budget_id for line in reservation.lines],
        "amount": reservation.amount.as_dict(),
        "expires_at": reservation.expires_at,
    } | caller.as_dict()
