"""The rules of budgets, as values: what matches, what fits, what is left, and which thresholds are reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.clock import rfc3339
from core.errors import InvalidInput
from gateway.budget.amount import NOTHING, Amount, check_whole, dollars
from gateway.budget.period import Period

# Per cent of a limit that are worth an event.
THRESHOLDS = (50, 80, 100)
# A sum ends here: an overflow must not lose a booking, and everything is used up long before.
LARGEST_SUM = 2**62
LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a call belongs to."""

    org: str
    user: str | None
    purpose: str
    thread: str | None

    def as_dict(self) -> dict[str, str | None]:
        """For events, which name the organisation themselves."""
        return {"user": self.user, "purpose": self.purpose, "thread": self.thread}


@dataclass(frozen=True, slots=True)
class Usage:
    """What one budget has counted in one period: booked for good, and held for calls that are under way."""

    spent: Amount = NOTHING
    reserved: Amount = NOTHING

    @property
    def taken(self) -> Amount:
        """Both together: what a further call cannot have."""
        return self.spent + self.reserved

    def hold(self, amount: Amount) -> Usage:
        return Usage(self.spent, self.reserved + amount)

    def free(self, amount: Amount) -> Usage:
        return Usage(self.spent, self.reserved - amount)

    def book(self, used: Amount) -> Usage:
        spent = self.spent + used
        return Usage(Amount(min(spent.tokens, LARGEST_SUM), min(spent.nanos, LARGEST_SUM)), self.reserved)


@dataclass(frozen=True, slots=True)
class Left:
    """What a budget still has, each ``None`` where it does not limit that. Never negative."""

    tokens: int | None
    nanos: int | None

    def as_dict(self) -> dict[str, int | str | None]:
        """For events and people: tokens, and US dollars as decimal text."""
        return {"tokens": self.tokens, "usd": None if self.nanos is None else dollars(self.nanos)}


@dataclass(frozen=True, slots=True)
class Budget:
    """A limit on what some calls of an organisation may use in each period.

    ``user``, ``purpose`` and ``thread`` narrow it; ``None`` is any. ``limit_nanos`` are billionths of a US dollar; 0
    means that nothing may be spent, ``None`` that this is not limited. Raises ``InvalidInput`` without any limit, on a
    limit that is negative or over 2**53, and on an empty or very long name.
    """

    id: str
    org: str
    period: Period
    limit_nanos: int | None = None
    limit_tokens: int | None = None
    user: str | None = None
    purpose: str | None = None
    thread: str | None = None

    def __post_init__(self) -> None:
        if self.limit_nanos is None and self.limit_tokens is None:
            raise InvalidInput("A budget limits money, tokens or both.", mend="Give at least one limit; 0 is one.")
        for limit in (self.limit_nanos, self.limit_tokens):
            if limit is not None:
                check_whole(limit, "Limits")
        for name in (self.org, self.user, self.purpose, self.thread):
            if name is not None and (not 0 < len(name) <= LONGEST_NAME or "\0" in name):
                raise InvalidInput(f"A budget's names have 1 to {LONGEST_NAME} characters.")

    def matches(self, caller: Caller) -> bool:
        """Whether calls of ``caller`` must fit into this budget."""
        return self.org == caller.org and all(
            wanted is None or wanted == given
            for wanted, given in (
                (self.user, caller.user),
                (self.purpose, caller.purpose),
                (self.thread, caller.thread),
            )
        )

    def admits(self, usage: Usage, amount: Amount) -> bool:
        """Whether ``amount`` fits beside what is taken. What a call does not use at all always fits."""
        total = usage.taken + amount
        return fits(self.limit_tokens, total.tokens, amount.tokens) and fits(
            self.limit_nanos, total.nanos, amount.nanos
        )

    def left(self, usage: Usage) -> Left:
        return Left(rest(self.limit_tokens, usage.taken.tokens), rest(self.limit_nanos, usage.taken.nanos))

    def reached(self, usage: Usage) -> frozenset[int]:
        """The thresholds, in per cent, that what is spent has reached of either limit."""
        spent = ((self.limit_tokens, usage.spent.tokens), (self.limit_nanos, usage.spent.nanos))
        return frozenset(
            percent
            for percent in THRESHOLDS
            for limit, value in spent
            if limit is not None and value > 0 and value * 100 >= limit * percent
        )

    def period_start(self, now: datetime) -> str:
        return rfc3339(self.period.start(now))

    def renews_at(self, now: datetime) -> str | None:
        """RFC 3339, or ``None`` for a total, which never begins anew."""
        end = self.period.end(now)
        return None if end is None else rfc3339(end)

    def state(self, usage: Usage, now: datetime) -> BudgetState:
        """How it stands, given what is counted in the period that holds ``now``."""
        return BudgetState(self, usage.spent, usage.reserved, self.left(usage), self.renews_at(now))

    def as_dict(self) -> dict[str, Any]:
        limits = Left(self.limit_tokens, self.limit_nanos).as_dict()
        return {
            "id": self.id,
            "period": self.period.value,
            "limit": limits,
            "user": self.user,
            "purpose": self.purpose,
            "thread": self.thread,
        }


@dataclass(frozen=True, slots=True)
class BudgetState:
    """A budget and how it stands in the period that holds now. ``renews_at`` is RFC 3339, ``None`` for a total."""

    budget: Budget
    spent: Amount
    reserved: Amount
    left: Left
    renews_at: str | None

    def as_dict(self) -> dict[str, Any]:
        return self.budget.as_dict() | {
            "spent": self.spent.as_dict(),
            "reserved": self.reserved.as_dict(),
            "left": self.left.as_dict(),
            "renews_at": self.renews_at,
        }


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """Where a reservation counts: a budget, and the period in which it was made."""

    budget_id: str
    period_start: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """Room for one call in each of ``lines`` until ``expires_at`` (RFC 3339).

    Where no budget matches there are no lines, and ``id`` is ``None``: nothing is stored and nothing is to be settled.
    """

    id: str | None
    amount: Amount
    expires_at: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a call was found to have used, beside what had been reserved for it."""

    reservation_id: str | None
    reserved: Amount
    used: Amount

    @property
    def overrun(self) -> bool:
        """Whether it used more than was reserved, of tokens or of money."""
        return not self.used <= self.reserved


def fits(limit: int | None, total: int, asked: int) -> bool:
    return limit is None or asked == 0 or total <= limit


def rest(limit: int | None, taken: int) -> int | None:
    return None if limit is None else max(0, limit - taken)
