"""DECIDE: the one governance answer about the call, stored with everything it was computed from."""

from __future__ import annotations

from typing import Any

from orchestrator.governance.record import record_decision
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
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
    made = execution.services.ids.new()
    return {"decision": await record_decision(journal, place, made, action, context, decision)}
