"""A budget that somebody asks for: made once, however often the request comes."""

from __future__ import annotations

from core.database import Database, Transaction
from core.hashing import record_hash
from gateway.budget import Budget, insert_budget, read_budget
from orchestrator.runs.idempotency import made_before, remember, write_racing


async def define_once(db: Database, wanted: Budget, key: str | None) -> Budget:
    """``wanted``, or the budget that ``key`` made if it has been used.

    Raises ``InvalidInput`` where the key was used for another request, ``NotFound`` where what it made was removed.
    """
    request = record_hash({"budget": {**wanted.as_dict(), "id": None}})

    def unit(tx: Transaction) -> Budget:
        made = made_before(tx.connection, wanted.org, key, request)
        if made is not None:
            return read_budget(tx.connection, wanted.org, made)
        insert_budget(tx, wanted)
        remember(tx, wanted.org, key, request, wanted.id)
        return wanted

    return await write_racing(db, unit, brief=True)
