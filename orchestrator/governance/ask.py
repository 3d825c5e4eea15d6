"""Asking a person from within a graph: the card is the row, and the graph only waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from langgraph.types import interrupt
from sqlalchemy import Connection

from core.clock import rfc3339
from core.database import Transaction
from orchestrator.governance import approvals, store
from orchestrator.governance.store import Approval, ApprovalState
from orchestrator.runs.journal import Journal, Place
from orchestrator.runs.model import RunState

MakeCard = Callable[[str], Approval]
"""Makes the card, given when it expires (RFC 3339)."""


async def ask(
    journal: Journal,
    place: Place,
    make: MakeCard,
    life: timedelta,
    *,
    waiting: RunState = RunState.WAITING,
) -> Approval:
    """Open the card of this step and return once it is settled.

    A node that is interrupted runs again from its top: it finds its card by (run, step), answered or still open.
    """
    while True:
        approval = await journal.read(lambda connection: find(connection, journal.run.id, place.step))
        if approval is not None and approval.state is not ApprovalState.PENDING:
            return approval

        def open_card(tx: Transaction) -> Approval:
            return approvals.request(tx, make(rfc3339(tx.now + life)))

        approval = await journal.ask(open_card, state=waiting)
        interrupt({"approval": approval.id})


def find(connection: Connection, run: str, step: str) -> Approval | None:
    return store.find_approval(connection, run, step)


def brief(approval: Approval) -> dict[str, Any]:
    """What the turn keeps of an answer."""
    fields = asdict(approval)
    return {name: fields[name] for name in ("id", "state", "payload_hash", "answered_by", "reason")}
