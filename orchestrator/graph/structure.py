"""STRUCTURE: from words to one call of a tool, or to the one thing that is missing."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from gateway import ModelRequest, Purpose
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
    planned = answer["result"]
    call = planned["tool_calls"][0] if planned["tool_calls"] else None
    question = planned["question"]
    if call is None and question is not None and question.get("tool"):
        call = {"name": question["tool"], "arguments": question["arguments"]}
    return {
        "call": {"tool": call["name"], "arguments": call["arguments"]} if call else None,
        "question": question,
        "talk": planned["text"],
        "planned_by": answered_by(answer["record"]),
        "situation": "; ".join(sentence.rstrip(".") for sentence in planned["trace"]) or planned["text"],
    }


def understood(state: TurnState) -> str:
    """The edge after STRUCTURE: only a call can be decided about."""
    return "decide" if state.get("call") else "log"
