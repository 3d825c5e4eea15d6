"""The conversation as a model sees it: our messages, turned into the gateway's."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from gateway import Attachment, Message, Question, ToolCall, ToolSource
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

    return tuple(as_gateway(found) for found in await journal.read(query))


def whose(journal: Journal) -> dict[str, Any]:
    """Whose call it is: what budgets and records go by."""
    run = journal.run
    return {"org": run.org, "user": run.actor.id, "thread": run.thread, "metadata": {"run": run.id}}


def as_gateway(message: store.Message) -> Message:
    """One stored message. What an operator's message did is in its ``data``."""
    data: dict[str, Any] = message.data
    source = data.get("source")
    return Message(
        role="user" if message.role == "user" else "assistant",
        content=message.text,
        attachments=tuple(
            Attachment(id=file["id"], name=file["name"], media_type=file["media_type"], size=file["size"])
            for file in data.get("attachments", [])
        ),
        tool_calls=tuple(ToolCall(**call) for call in data.get("tool_calls", [])),
        question=Question(**data["question"]) if data.get("question") else None,
        source=ToolSource(**source) if source else None,
    )
