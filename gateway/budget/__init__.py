"""Budgets for model calls: limits of money and tokens, by organisation, user, purpose and thread. Usable alone::

from decimal import Decimal
from gateway.budget import Amount, Budgets, Caller

budgets = Budgets(db, ids)
await budgets.define("acme", period="month", purpose="chat", limit_nanos=20 * 10**9)  # 20 US dollars
caller = Caller(org="acme", user="ada", purpose="chat", thread=None)
reservation = await budgets.reserve(caller, Amount.of(tokens=900, usd=Decimal("0.02")), seconds=120)
await budgets.settle(reservation.id, Amount.of(tokens=412, usd=Decimal("0.0091")))

``insert_budget``, ``reserve_in``, ``settle_in`` and ``release_in`` do the same inside a unit of work of one's own.
"""

from gateway.budget.amount import Amount
from gateway.budget.define import insert_budget, read_budget
from gateway.budget.model import Budget, BudgetState, Caller, Left, Line, Reservation, Settlement
from gateway.budget.period import Period
from gateway.budget.refusal import Refusal
from gateway.budget.reserve import reserve_in
from gateway.budget.service import Budgets
from gateway.budget.settle import release_in, settle_in

__all__ = [
    "Amount",
    "Budget",
    "BudgetState",
    "Budgets",
    "Caller",
    "Left",
    "Line",
    "Period",
    "Refusal",
    "Reservation",
    "Settlement",
    "insert_budget",
    "read_budget",
    "release_in",
    "reserve_in",
    "settle_in",
]
