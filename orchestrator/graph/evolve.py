"""EVOLVE: what real traffic taught about a module is kept, for its next version to be built from."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def evolve(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """Keep findings about a module's description; without any there is nothing to learn."""
    envelope = await execution.journal.recorded(state.get("executed") or "") or {}
    findings = envelope.get("findings") or []
    if not findings:
        return {}
    journal = execution.journal

    def unit(tx: Transaction) -> dict[str, Any]:
        execution.services.tools.learn(tx, journal.org, envelope)
        return {"findings": len(findings)}

    await journal.at_once(place, "learned", unit)
    return {}
