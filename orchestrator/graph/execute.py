"""EXECUTE: one call of a tool, at most once."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from orchestrator.governance import approvals
from orchestrator.governance.ask import ask
from orchestrator.governance.decision import payload_hash
from orchestrator.governance.store import Approval, ApprovalState
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import OutcomeUnknown, Place, Record
from orchestrator.runs.machine import Execution
from orchestrator.runs.model import RunState
from orchestrator.tools.catalog import module_of


async def execute(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Call the tool behind its effect's key. Where nobody can tell whether it happened, the owner is asked."""
    services, journal = execution.services, execution.journal
    call = state["call"]
    assert call is not None
    answered = state.get("answered")
    approved = answered["payload_hash"] if answered else None
    repeatable = await services.tools.repeatable(journal.org, call["tool"])

    async def act(key: str) -> dict[str, Any]:
        await journal.occurred("tool.called", place, {"tool": call["tool"], "arguments": call["arguments"]})
        envelope = await services.tools.call(
            journal.actor, call["tool"], call["arguments"], key=key, approved=approved, run=journal.run
        )
        return envelope.model_dump(mode="json")

    def record(tx: Transaction, envelope: dict[str, Any]) -> None:
        facts = {name: envelope.get(name) for name in ("ok", "error", "module", "bundle_sha256", "started_at")}
        journal.result(
            tx, "tool.returned", place, {"tool": call["tool"], **facts, "finished_at": envelope.get("finished_at")}
        )

    try:
        envelope = await journal.once(
            place, "tool", act, record=record, repeatable=repeatable, module=module_of(call["tool"])
        )
    except OutcomeUnknown as unknown:
        await resolve_unknown(state, execution, place, unknown, record)
        envelope = await journal.once(place, "tool", act, record=record, repeatable=True)
    begun = envelope["data"].get("run") if envelope["ok"] and not envelope["module"] else None
    return {"executed": place.step, "runs": [begun] if begun else []}


async def resolve_unknown(
    state: TurnState, execution: Execution[TurnServices], place: Place, unknown: OutcomeUnknown, record: Record
) -> None:
    """Ask the owner: approve means do it again, reject means leave it as it is."""
    services, journal = execution.services, execution.journal
    call = state["call"] or {}
    asking = Place(step=f"{place.step}/unknown", node=place.node)
    payload = {"kind": "repeat", "subject": call["tool"], "arguments": call["arguments"]}

    def card(expires_at: str) -> Approval:
        return Approval(
            id=services.ids.new(),
            org=journal.org,
            run=journal.run.id,
            step=asking.step,
            kind="repeat",
            title=f"Did {call['tool']} happen? Do it again?",
            payload=payload,
            payload_hash=payload_hash(payload),
            shown={"reasons": [unknown.detail], "mend": unknown.mend},
            role=approvals.required_role("tool"),
            requested_by=journal.actor.id,
            expires_at=expires_at,
            thread=journal.run.thread,
        )

    settled = await ask(journal, asking, card, services.card_life, waiting=RunState.UNKNOWN)
    if settled.state is ApprovalState.APPROVED:
        return
    left = await services.tools.left_alone(journal.org, call["tool"], unknown)
    await journal.settle_unknown(place, left.model_dump(mode="json"), record)
