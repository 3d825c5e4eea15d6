"""The conversation as a model sees it: our messages, turned into the gateway's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from gateway import Attachment, Message, Question, ToolCall
from orchestrator.companion.shapes import CONVERSATION
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Journal
from orchestrator.threads import store

LONGEST_HISTORY = 40


async def conversation(journal: Journal, state: TurnState) -> tuple[Message, ...]:
    """The last messages of the thread up to and including the one this turn answers."""
    thread, message = state.get("thread"), state.get("message")
    if not thread or not message:
        return (Message(role="user", content=state.get("text", "")),)

    def query(connection: Connection) -> list[store.Message]:
        return store.messages_until(connection, thread, message, LONGEST_HISTORY)

    return tuple(said for found in await journal.read(query) for said in as_gateway(found))


def whose(journal: Journal) -> dict[str, Any]:
    """Whose call it is: what budgets and records go by."""
    run = journal.run
    return {"org": run.org, "user": run.actor.id, "thread": run.thread, "metadata": {"run": run.id}}


def as_gateway(message: store.Message) -> list[Message]:
    """One stored message as it was said: an operator's as its call and the result, which others may have written."""
    data: dict[str, Any] = message.data
    if message.role == "user":
        files = [
            Attachment(id=file["id"], name=file["name"], media_type=file["media_type"], size=file["size"])
            for file in data.get("attachments", [])
        ]
        return [Message(role="user", content=message.text, attachments=tuple(files))]
    answer = (data.get("fields") or {}).get("answer") or message.text.removesuffix(f" [{CONVERSATION}]")
    calls = tuple(ToolCall(**call) for call in data.get("tool_calls", []))
    if not calls:
        question = Question(**data["question"]) if data.get("question") else None
        return [Message(role="assistant", content=answer, question=question)]
    failed = not (data.get("result") or {}).get("ok", True)
    result = Message(role="tool", content=answer, tool_call_id=calls[0].id, failed=failed)
    return [Message(role="assistant", tool_calls=calls), result]
