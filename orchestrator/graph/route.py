"""ROUTE: companion or operator, chosen for each message, with the reason recorded."""

from __future__ import annotations

from typing import Any

from orchestrator.companion.mode import Mode, choose_mode
from orchestrator.graph.conversation import conversation
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def route(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """A ready-made call is the operator's; of a message, commands outrank questions."""
    if state.get("call"):
        return {"mode": Mode.OPERATOR, "mode_reason": "A tool was called by name."}
    messages = await conversation(execution.journal, state)
    tools = await execution.services.tools.specs(execution.journal.org)
    choice = choose_mode(messages, tools, params=state.get("params", {}))
    return {"mode": choice.mode, "mode_reason": choice.reason}


def chosen(state: TurnState) -> str:
    """The edge after ROUTE."""
    return "companion" if state["mode"] == Mode.COMPANION else "structure"
