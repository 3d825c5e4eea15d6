"""COMMIT: exactly one of go, ask, or stop. NEEDS_CONFIRM opens a card and pauses the graph until it is answered."""

from __future__ import annotations

from typing import Any

from orchestrator.governance import approvals
from orchestrator.governance.ask import ask, brief
from orchestrator.governance.model import State
from orchestrator.governance.store import Approval, ApprovalState
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def commit(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Go on with what was decided. The answer is read from the approval's row, never from the resumption."""
    decision = state["decision"]
    if decision["state"] != State.NEEDS_CONFIRM:
        return {"answered": None}
    services, journal = execution.services, execution.journal
    call = state["call"]
    assert call is not None
    title = await services.tools.title(journal.org, call["tool"])

    def card(expires_at: str) -> Approval:
        return Approval(
            id=services.ids.new(),
            org=journal.org,
            run=journal.run.id,
            step=place.step,
            kind="tool",
            title=title,
            payload=decision["payload"],
            payload_hash=decision["payload_hash"],
            shown={"reasons": list(decision["reasons"]), "rank": decision["rank"], "score": decision["score"]},
            role=approvals.required_role("tool"),
            requested_by=journal.actor.id,
            expires_at=expires_at,
            thread=journal.run.thread,
            decision=decision["id"],
        )

    settled = await ask(journal, place, card, services.card_life)
    change: dict[str, Any] = {"answered": brief(settled)}
    if settled.state is ApprovalState.APPROVED:
        change["call"] = {"tool": call["tool"], "arguments": settled.payload["arguments"]}
    return change


def committed(state: TurnState) -> str:
    """The edge after COMMIT: execute what is ready or was approved, else only account for it."""
    if state["decision"]["state"] == State.ACTION_READY:
        return "execute"
    answered = state.get("answered")
    return "execute" if answered and answered["state"] == ApprovalState.APPROVED else "log"
