"""The ledger in the database: holds and bookings of budgets, and the calls' records, in one transaction each."""

from __future__ import annotations

from core.database import Database, Transaction
from core.ids import Ids
from gateway.budget.amount import Amount
from gateway.budget.model import Caller
from gateway.budget.refusal import Refusal
from gateway.budget.reserve import LONGEST_SECONDS, reserve_in
from gateway.budget.settle import release_in, settle_in
from gateway.messages import ModelRequest
from gateway.records import insert_call
from gateway.result import CallRecord, Usage


class DatabaseLedger:
    """Several processes may share the database: a budget is never spent twice."""

    def __init__(self, db: Database, ids: Ids) -> None:
        self._db = db
        self._ids = ids

    async def reserve(self, request: ModelRequest, model: str, most: Usage, seconds: float) -> str | None:
        """Hold ``most`` in every budget of the caller. Raises ``BudgetExceeded`` with what is left and until when."""
        caller = Caller(request.org, request.user, request.purpose.value, request.thread)
        reservation, held = self._ids.new(), min(seconds, LONGEST_SECONDS)

        def unit(tx: Transaction) -> str | Refusal | None:
            found = reserve_in(tx, reservation, caller, _amount(most), seconds=held)
            return found if isinstance(found, Refusal) else found.id

        outcome = await self._db.write(unit, brief=True)
        if isinstance(outcome, Refusal):
            raise outcome.error()
        return outcome

    async def settle(self, reservation: str | None, used: Usage) -> None:
        """Book a try that failed and was paid for."""
        if reservation is not None:
            await self._db.write(lambda tx: settle_in(tx, reservation, _amount(used)), brief=True)

    async def release(self, reservation: str | None) -> None:
        """Free the hold of a try that cost nothing."""
        if reservation is not None:
            await self._db.write(lambda tx: release_in(tx, reservation), brief=True)

    async def close(
        self,
        reservation: str | None,
        used: Usage,
        request: ModelRequest,
        record: CallRecord,
        payload: str | None = None,
    ) -> None:
        """Book the last try, and keep the record of the call."""
        call = self._ids.new()

        def unit(tx: Transaction) -> None:
            settle_in(tx, reservation, _amount(used))
            insert_call(tx, call, request, record, payload)

        await self._db.write(unit, brief=True)


def _amount(usage: Usage) -> Amount:
    return Amount(usage.input_tokens + usage.output_tokens, usage.nanos)
