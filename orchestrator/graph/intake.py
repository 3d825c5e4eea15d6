"""INTAKE: what came in, as the turn will see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from orchestrator.files.store import describe_file
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def intake(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Look up the attachments; a call that came without a conversation has none."""
    files = [attachment["id"] for attachment in state.get("attachments", [])]
    if not files:
        return {"attachments": []}
    org = execution.journal.org

    def query(connection: Connection) -> list[dict[str, Any]]:
        return [describe_file(connection, org, file) for file in files]

    described = await execution.journal.read(query)
    return {"attachments": [{name: file[name] for name in ("id", "name", "media_type", "size")} for file in described]}
