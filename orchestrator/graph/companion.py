"""The companion's path: talk, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from core.database import Transaction
from gateway import ModelRequest, ModelResult, Purpose, Reply
from orchestrator.companion.shapes import CompanionResponse
from orchestrator.graph.answering import answered_by
from orchestrator.graph.conversation import conversation, whose
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.threads.speech import Speech, speak, write_reply


async def companion(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Answer from the model, streamed. The answer is an effect: a kill never pays twice for a finished one."""
    services, journal = execution.services, execution.journal
    message = services.ids.new()
    request = ModelRequest(
        purpose=Purpose.CHAT,
        messages=await conversation(journal, state),
        tools=await services.tools.specs(journal.org),
        now=services.clock.now(),
        **whose(journal),
        preferred=state.get("model"),
    )

    async def answer(_key: str) -> dict[str, Any]:
        speech = Speech(journal, place, message)
        replies: list[Reply] = []

        async def words() -> AsyncIterator[str]:
            async for part in services.gateway.stream(request):
                if isinstance(part, Reply):
                    replies.append(part)
                else:
                    yield part.text

        text = await speak(words(), speech)
        result: ModelResult = replies[0].result
        record = replies[0].record.model_dump(mode="json")
        why = answered_by(record).get("instead_of")
        whole = "\n\n".join(part for part in (result.text or text, why) if part)
        return {"text": whole, "message": message, "record": record}

    def record(tx: Transaction, result: dict[str, Any]) -> None:
        journal.result(tx, "model.called", place, result["record"])
        text = CompanionResponse(text=result["text"]).render()
        data = {"mode": state["mode"], "mode_reason": state["mode_reason"], **answered_by(result["record"])}
        write_reply(tx, journal, place, thread=state.get("thread"), message=result["message"], text=text, data=data)

    result = await journal.once(place, "model", answer, record=record, repeatable=True)
    return {"reply": {"message": result["message"], "text": CompanionResponse(text=result["text"]).render()}}
