"""Why a call may not be made: said as a value inside the transaction, and as an error after its commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.errors import BudgetExceeded
from gateway.budget.amount import Amount
from gateway.budget.model import Budget, BudgetState, Usage


@dataclass(frozen=True, slots=True)
class Refusal:
    """``state`` is of the budget that has no room for ``asked``."""

    state: BudgetState
    asked: Amount

    def error(self) -> BudgetExceeded:
        """With the facts ``budget``, ``left_usd`` (decimal text), ``left_tokens`` and ``renews_at`` (RFC 3339)."""
        left = self.state.left.as_dict()
        renews_at = self.state.renews_at
        until = f" until {renews_at}" if renews_at else ""
        return BudgetExceeded(
            f"{title(self.state.budget)} has {listed(left)} left{until}; "
            f"this call needs up to {listed(self.asked.as_dict())}.",
            mend=self._mend(),
            budget=self.state.budget.id,
            left_usd=left["usd"],
            left_tokens=left["tokens"],
            renews_at=renews_at,
        )

    def as_dict(self) -> dict[str, Any]:
        """For the event."""
        return {
            "budget": self.state.budget.id,
            "asked": self.asked.as_dict(),
            "left": self.state.left.as_dict(),
            "renews_at": self.state.renews_at,
        }

    def _mend(self) -> str:
        budget, spent = self.state.budget, self.state.spent
        if not budget.admits(Usage(), self.asked):
            return "Ask for less, or raise the budget: this call alone is over it."
        if budget.admits(Usage(spent), self.asked):
            return "Try again when calls that are under way have ended, or raise the budget."
        return "Wait until the budget renews, or raise it." if self.state.renews_at else "Raise the budget."


def title(budget: Budget) -> str:
    """``The month budget (user ada, purpose chat)``."""
    scope = (("user", budget.user), ("purpose", budget.purpose), ("thread", budget.thread))
    narrowed = ", ".join(f"{what} {name}" for what, name in scope if name is not None)
    return f"The {budget.period} budget" + (f" ({narrowed})" if narrowed else "")


def listed(amount: dict[str, Any]) -> str:
    parts = (f"{amount['usd']} USD" if amount["usd"] is not None else "", tokens_of(amount["tokens"]))
    return " and ".join(filter(None, parts))


def tokens_of(count: int | None) -> str:
    return "" if count is None else f"{count} token{'' if count == 1 else 's'}"
