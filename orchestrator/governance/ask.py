"""Asking a person from within a graph: the card is the row, and the graph only waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from langgraph.types import interrupt

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

    def find_or_open(tx: Transaction) -> tuple[Approval, bool]:
        approval = approvals.request(tx, make(rfc3339(tx.now + life)))
        return approval, approval.state is ApprovalState.PENDING

    while True:
        # Found and waited for in one transaction: an answer comes before it, or finds a run that waits.
        approval = await journal.ask(find_or_open, state=waiting)
        if approval.state is not ApprovalState.PENDING:
            return approval
        # Returns at once, once, in a node that LangGraph resumes: then the card is looked at again.
        interrupt({"approval": approval.id})


async def answered(journal: Journal, place: Place) -> Approval | None:
    """This step's card, if it has been settled."""
    found = await journal.read(lambda connection: store.find_approval(connection, journal.run.id, place.step))
    return None if found is None or found.state is ApprovalState.PENDING else found


def brief(approval: Approval) -> dict[str, Any]:
    """What the turn keeps of an answer: plain values, as checkpoints hold them."""
    fields = asdict(approval)
    kept = {name: fields[name] for name in ("id", "payload_hash", "answered_by", "reason")}
    return {**kept, "state": approval.state.value}
