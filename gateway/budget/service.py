"""Budgets for model calls: room is made before a call, and what it really used is booked after it."""

from __future__ import annotations

from core.clock import Clock, SystemClock
from core.database import Database
from core.ids import Ids
from gateway.budget.amount import Amount
from gateway.budget.define import change_limits, delete_budget, insert_budget, list_states
from gateway.budget.model import Budget, BudgetState, Caller, Reservation, Settlement
from gateway.budget.period import Period
from gateway.budget.refusal import Refusal
from gateway.budget.reserve import reserve_in
from gateway.budget.settle import release_in, settle_in


class Budgets:
    """The budgets of every organisation, however many processes count in them.

    As long as no call uses more than was reserved for it, within the time it was reserved for, spent and reserved
    together never exceed a limit. ``clock`` is the database's: it says in which period ``list`` looks.
    """

    def __init__(self, db: Database, ids: Ids, *, clock: Clock | None = None) -> None:
        self._db = db
        self._ids = ids
        self._clock = clock or SystemClock()

    async def define(
        self,
        org: str,
        *,
        period: Period | str,
        limit_nanos: int | None = None,
        limit_tokens: int | None = None,
        user: str | None = None,
        purpose: str | None = None,
        thread: str | None = None,
    ) -> Budget:
        """A new budget, in billionths of a US dollar and tokens for each ``day``, ``month`` (UTC) or in ``total``.

        It counts calls that are reserved from now on. Raises ``InvalidInput`` on an unknown period, without a limit and
        on a negative one; 0 means that nothing may be spent.
        """
        budget = Budget(
            id=self._ids.new(),
            org=org,
            period=Period.named(period),
            limit_nanos=limit_nanos,
            limit_tokens=limit_tokens,
            user=user,
            purpose=purpose,
            thread=thread,
        )
        await self._db.write(lambda tx: insert_budget(tx, budget), brief=True)
        return budget

    async def change(
        self, org: str, budget_id: str, *, limit_nanos: int | None = None, limit_tokens: int | None = None
    ) -> Budget:
        """Give a budget these limits instead of its own. Raises ``NotFound``, and ``InvalidInput`` as ``define``."""
        return await self._db.write(
            lambda tx: change_limits(tx, org, budget_id, limit_nanos=limit_nanos, limit_tokens=limit_tokens)
        )

    async def remove(self, org: str, budget_id: str) -> None:
        """Forget a budget and what it has counted. Raises ``NotFound``."""
        await self._db.write(lambda tx: delete_budget(tx, org, budget_id))

    async def list(self, org: str) -> list[BudgetState]:
        """The budgets of ``org``, and how each stands now."""
        return await self._db.read(lambda connection: list_states(connection, org, self._clock.now()))

    async def reserve(self, caller: Caller, amount: Amount, *, seconds: float) -> Reservation:
        """Room for a call in every budget that matches ``caller``, for ``seconds`` at most (a day is the longest).

        Raises ``BudgetExceeded`` with what is left and when it renews, and ``InvalidInput`` on an amount that no call
        can have.
        """
        reservation_id = self._ids.new()
        outcome = await self._db.write(
            lambda tx: reserve_in(tx, reservation_id, caller, amount, seconds=seconds), brief=True
        )
        if isinstance(outcome, Refusal):
            raise outcome.error()
        return outcome

    async def settle(self, reservation_id: str | None, used: Amount) -> Settlement:
        """Book what a call used, in full and exactly once; see ``settle_in``."""
        return await self._db.write(lambda tx: settle_in(tx, reservation_id, used), brief=True)

    async def release(self, reservation_id: str | None) -> None:
        """Give back what was reserved for a call that was not made; see ``release_in``."""
        await self._db.write(lambda tx: release_in(tx, reservation_id), brief=True)
