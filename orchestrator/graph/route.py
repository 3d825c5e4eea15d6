"""ROUTE: companion or operator, chosen for each message, with the reason recorded."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from core.errors import NexusError
from gateway import Gateway, Message, ModelRequest, ModelResult, Purpose, Reply
from gateway.config import BUILTIN
from orchestrator.companion.mode import Mode, choose_mode
from orchestrator.graph.conversation import conversation, whose
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution

_RECENT = 3
"""Messages of the person's that a model is shown for this question: what "it" is, and no more."""
_SHORT = 2_000
"""Tokens for its answer, hidden ones included."""
_CHOICE: dict[str, Any] = {
    "type": "object",
    "properties": {"mode": {"enum": [Mode.COMPANION.value, Mode.OPERATOR.value]}, "reason": {"type": "string"}},
    "required": ["mode", "reason"],
    "additionalProperties": False,
}


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
        reply = await routed(services.gateway, request, state.get("model"))
        return {"result": reply.result.model_dump(mode="json"), "record": reply.record.model_dump(mode="json")}

    def record(tx: Transaction, answer: dict[str, Any]) -> None:
        journal.result(tx, "model.called", place, answer["record"])

    answer = await journal.once(place, "model", ask, record=record, repeatable=True)
    choice = choose_mode(ModelResult.model_validate(answer["result"]))
    return {"mode": choice.mode.value, "mode_reason": choice.reason}


async def routed(gateway: Gateway, request: ModelRequest, preferred: str | None = None) -> Reply:
    """The rules' choice where they understand the message, a model's where they do not and there is one.

    A routing whose list for ROUTE does not begin with the builtin provider has the model asked at once; with
    ``["builtin"]`` no model ever is, and neither is one where ``preferred`` are the rules. Where the model fails, the
    rules' choice stands: it is talk.
    """
    rules = await gateway.generate(request.model_copy(update={"model": BUILTIN}))
    if rules.result.data["understood"] and gateway.plan(request).models[0].provider is None:
        return rules
    narrow = {"messages": _recent(request.messages), "output_schema": _CHOICE, "max_output_tokens": _SHORT}
    asked = request.model_copy(update=narrow)
    chosen = asked.model_copy(update={"preferred": preferred})
    if not all(any(card.provider for card in gateway.plan(each).models) for each in (asked, chosen)):
        return rules
    try:
        return await gateway.generate(chosen)
    except NexusError:
        return rules


def _recent(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    said = [place for place, message in enumerate(messages) if message.role == "user"]
    return messages[said[-_RECENT:][0] :] if said else messages


def chosen(state: TurnState) -> str:
    """The edge after ROUTE."""
    return "companion" if state["mode"] == Mode.COMPANION else "structure"
