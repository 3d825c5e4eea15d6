"""DECIDE: the one governance answer about the call, stored with everything it was computed from."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from orchestrator.governance import store
from orchestrator.governance.decision import stored_inputs
from orchestrator.governance.model import Action, Context, Decision
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Journal, Place
from orchestrator.runs.machine import Execution


async def decide(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Weigh the call. Its decision is an effect like any other: a second attempt finds the first answer."""
    call = state["call"]
    assert call is not None
    tools, journal = execution.services.tools, execution.journal
    question = state.get("question")
    missing = (question["missing"],) if question else ()
    action, context = await tools.action(journal.actor, call["tool"], call["arguments"], missing=missing)
    decision = tools.decide(action, context)
    id = execution.services.ids.new()
    return {"decision": await record_decision(journal, place, id, action, context, decision)}


async def record_decision(
    journal: Journal, place: Place, id: str, action: Action, context: Context, decision: Decision
) -> dict[str, Any]:
    """Store a decision with its inputs and state ``decision.made``, once a step."""

    def unit(tx: Transaction) -> dict[str, Any]:
        inputs = stored_inputs(action, context)
        store.insert_decision(tx, id, journal.org, journal.run.id, place.step, inputs, decision)
        brief = {
            "id": id,
            "subject": action.subject,
            **decision.model_dump(mode="json", include={"state", "rank", "score", "band", "reasons", "missing"}),
            "payload_hash": decision.payload_hash,
            "hash": decision.hash,
        }
        journal.result(tx, "decision.made", place, brief)
        return {**brief, "payload": decision.payload}

    return await journal.at_once(place, "decision", unit)
