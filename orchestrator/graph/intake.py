"""INTAKE: what came in, as the turn will see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from orchestrator.files.store import describe_file
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from orchestrator.threads.service import KEPT_OF_FILES
from orchestrator.threads.store import data_of


async def intake(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Look up the attachments and the model that was chosen; a call that came without a conversation has neither."""
    files = [attachment["id"] for attachment in state.get("attachments", [])]
    message = state.get("message")
    if message is None:
        return {"attachments": [], "model": None}
    org = execution.journal.org

    def query(connection: Connection) -> dict[str, Any]:
        described = [describe_file(connection, org, file) for file in files]
        return {
            "attachments": [{name: file[name] for name in KEPT_OF_FILES} for file in described],
            "model": data_of(connection, message).get("model"),
        }

    return await execution.journal.read(query)
