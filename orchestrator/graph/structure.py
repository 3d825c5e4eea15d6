"""STRUCTURE: from words to one call of a tool, or to the one thing that is missing."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from gateway import ModelRequest, ModelResult, Purpose
from gateway.builtin import ask_missing
from orchestrator.graph.answering import answered_by
from orchestrator.graph.conversation import conversation, whose
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def structure(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Ask the planner; its answer is an effect."""
    given = state.get("call")
    if given:
        return {"situation": f"{given['tool']} was called by name.", "question": None}
    services, journal = execution.services, execution.journal
    request = ModelRequest(
        purpose=Purpose.PLAN,
        messages=await conversation(journal, state),
        tools=await services.tools.specs(journal.org),
        params=state.get("params", {}),
        now=services.clock.now(),
        **whose(journal),
        preferred=state.get("model"),
    )

    async def plan(_key: str) -> dict[str, Any]:
        reply = await services.gateway.generate(request)
        return {
            "result": reply.result.model_dump(mode="json"),
            "record": reply.record.model_dump(mode="json"),
        }

    def record(tx: Transaction, planned: dict[str, Any]) -> None:
        journal.result(tx, "model.called", place, planned["record"])

    answer = await journal.once(place, "model", plan, record=record, repeatable=True)
    return {
        **understanding(ModelResult.model_validate(answer["result"]), request),
        "planned_by": answered_by(answer["record"]),
    }


def understanding(planned: ModelResult, request: ModelRequest) -> dict[str, Any]:
    """The one call that is decided about next, and the question for what it lacks. What else was planned is told."""
    question, later = planned.question, planned.tool_calls[1:]
    tool, arguments = None, {}
    if planned.tool_calls:
        tool, arguments = planned.tool_calls[0].name, planned.tool_calls[0].arguments
        spec = next((each for each in request.tools if each.name == tool), None)
        question = ask_missing(spec, arguments, request.messages[-1].content) if spec is not None else None
    elif question is not None and question.tool:
        tool, arguments = question.tool, question.arguments
    names = ", ".join(dict.fromkeys(call.name for call in later))
    left = f"One thing at a time; left for your next message: {names}." if later else ""
    return {
        "call": {"tool": tool, "arguments": arguments} if tool else None,
        "question": question.model_dump(mode="json") if question else None,
        "talk": "\n\n".join(part for part in (planned.text, left) if part),
        "situation": "; ".join(sentence.rstrip(".") for sentence in planned.trace) or planned.text,
    }


def understood(state: TurnState) -> str:
    """The edge after STRUCTURE: only a call can be decided about."""
    return "decide" if state.get("call") else "log"
