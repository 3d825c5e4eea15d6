"""Keeping a decision with everything it was computed from, so that it can be computed again."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from orchestrator.governance import store
from orchestrator.governance.decision import stored_inputs
from orchestrator.governance.model import Action, Context, Decision, brief
from orchestrator.runs.journal import Journal, Place


async def record_decision(
    journal: Journal, place: Place, made: str, action: Action, context: Context, decision: Decision
) -> dict[str, Any]:
    """Store a decision with its inputs and state ``decision.made``, once a step."""

    def unit(tx: Transaction) -> dict[str, Any]:
        inputs = stored_inputs(action, context)
        store.insert_decision(tx, made, journal.org, journal.run.id, place.step, inputs, decision)
        told = brief(made, action.subject, decision)
        journal.result(tx, "decision.made", place, told)
        return {**told, **decision.model_dump(mode="json", include={"payload"})}

    return await journal.at_once(place, "decision", unit)
