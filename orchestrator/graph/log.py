"""LOG: account for the turn in one message, whatever came of it."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from orchestrator.companion.shapes import OperatorResponse
from orchestrator.governance.model import State
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.threads.speech import Speech, write_reply

NOTHING_DONE = "Nothing was executed."
KEPT_OF_AN_ENVELOPE = ("ok", "error", "module", "bundle_sha256", "version", "started_at", "finished_at")


async def log(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Say the answer, then write it down with the operator's five fields."""
    services, journal = execution.services, execution.journal
    envelope = await journal.recorded(state.get("executed") or "")
    response = account(state, envelope, services.tools.render)
    message = services.ids.new()
    data = facts(state, envelope, response)

    async def say(_key: str) -> dict[str, Any]:
        speech = Speech(journal, place, message)
        await speech.say(response.render())
        await speech.flush()
        return {"message": message, "text": response.render()}

    def record(tx: Transaction, said: dict[str, Any]) -> None:
        write_reply(
            tx, journal, place, thread=state.get("thread"), message=said["message"], text=said["text"], data=data
        )

    said = await journal.once(place, "reply", say, record=record, repeatable=True)
    return {"reply": {**said, "fields": response.model_dump(mode="json")}}


def account(state: TurnState, envelope: dict[str, Any] | None, render: Any) -> OperatorResponse:
    """The operator's answer: what was understood, decided, done, checked."""
    decision = state.get("decision")
    situation = state.get("situation", "")
    if decision is None:
        return OperatorResponse(
            situation=situation or "No tool fits.",
            decision="There is nothing to decide about.",
            execution=NOTHING_DONE,
            verify="",
            log="Nothing was changed.",
            state=State.BLOCKED,
            answer=asked(state) or state.get("talk", ""),
        )
    fields = {
        "situation": situation,
        "decision": " ".join(decision["reasons"]),
        "log": f"Decision {decision['id']}.",
    }
    if envelope is None:
        return OperatorResponse(
            **fields, execution=refused(state), verify="", state=stopped(state), answer=asked(state) or refused(state)
        )
    verified = state.get("verified", {})
    return OperatorResponse(
        **fields,
        execution=executed(state, envelope),
        verify=verified.get("sentence", ""),
        state=State.ACTION_READY,
        answer="\n\n".join(part for part in (render(state["call"], envelope), state.get("talk", "")) if part),
    )


def asked(state: TurnState) -> str:
    """The one question, if something is missing."""
    question = state.get("question")
    return question["text"] if question else ""


def refused(state: TurnState) -> str:
    """Why nothing was done."""
    answered = state.get("answered")
    if not answered:
        return NOTHING_DONE
    reason = f" ({answered['reason']})" if answered.get("reason") else ""
    words = {"rejected": "You rejected it", "expired": "Nobody answered in time"}.get(answered["state"], "Stopped")
    return f"{words}{reason}. {NOTHING_DONE}"


def stopped(state: TurnState) -> State:
    return State.NEEDS_CONFIRM if state.get("answered") else State.BLOCKED


def executed(state: TurnState, envelope: dict[str, Any]) -> str:
    call = state.get("call") or {}
    outcome = "succeeded" if envelope["ok"] else "failed"
    source = f" ({envelope['module']} {envelope['bundle_sha256'][:12]})" if envelope.get("bundle_sha256") else ""
    return f"{call.get('tool')}{source} {outcome}."


def facts(state: TurnState, envelope: dict[str, Any] | None, response: OperatorResponse) -> dict[str, Any]:
    """What the message keeps besides its text, for programs and for the next turn."""
    call = state.get("call")
    known: dict[str, Any] = {
        "mode": state["mode"],
        "mode_reason": state["mode_reason"],
        "fields": response.model_dump(mode="json"),
        "question": state.get("question"),
        "tool_calls": [],
        "approval": (state.get("answered") or {}).get("id"),
        **state.get("planned_by", {}),
    }
    if call and envelope is not None:
        known["tool_calls"] = [{"id": state.get("executed"), "name": call["tool"], "arguments": call["arguments"]}]
        known["result"] = {name: envelope.get(name) for name in KEPT_OF_AN_ENVELOPE}
        if not envelope.get("module"):
            # What a chat tool began may wait for an answer of its own.
            known["approval"] = (envelope.get("data") or {}).get("approval") or known["approval"]
    return known
