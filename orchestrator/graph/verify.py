"""VERIFY: look at what came back before anybody is told."""

from __future__ import annotations

from typing import Any

from orchestrator.graph.services import TurnServices
from orchestrator.graph.state import TurnState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def verify(state: TurnState, execution: Execution[TurnServices], place: Place) -> dict[str, Any]:
    """The envelope's own verdict, and what its data was found to disagree with."""
    envelope = await execution.journal.recorded(state.get("executed") or "") or {}
    findings = [finding.get("sentence", "") for finding in envelope.get("findings", [])]
    error = envelope.get("error")
    if error:
        return {"verified": {"ok": False, "sentence": error["message"], "findings": findings}}
    sentence = "The result has the described shape." if not findings else " ".join(findings)
    return {"verified": {"ok": True, "sentence": sentence, "findings": findings}}
