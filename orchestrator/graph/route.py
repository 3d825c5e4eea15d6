"""ROUTE: companion or operator, chosen for each message, with the reason recorded."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from gateway import ModelRequest, ModelResult, Purpose
from orchestrator.companion.mode import Mode, choose_mode
from orchestrator.graph.conversation import conversation, whose
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def route(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """A ready-made call is the operator's; of a message, commands outrank questions."""
    if state.get("call"):
        return {"mode": Mode.OPERATOR.value, "mode_reason": "A tool was called by name."}
    services, journal = execution.services, execution.journal
    request = ModelRequest(
        purpose=Purpose.ROUTE,
        messages=await conversation(journal, state),
        tools=await services.tools.specs(journal.org),
        params=state["params"],
        now=services.clock.now(),
        **whose(journal),
    )

    async def ask(_key: str) -> dict[str, Any]:
        reply = await services.gateway.generate(request)
        return {"result": reply.result.model_dump(mode="json"), "record": reply.record.model_dump(mode="json")}

    def record(tx: Transaction, routed: dict[str, Any]) -> None:
        journal.result(tx, "model.called", place, routed["record"])

    routed = await journal.once(place, "model", ask, record=record, repeatable=True)
    choice = choose_mode(ModelResult.model_validate(routed["result"]))
    return {"mode": choice.mode.value, "mode_reason": choice.reason}


def chosen(state: TurnState) -> str:
    """The edge after ROUTE."""
    return "companion" if state["mode"] == Mode.COMPANION else "structure"
