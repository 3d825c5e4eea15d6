"""ACTIVATE: exactly what was approved becomes the version that answers calls, in one transaction."""

from __future__ import annotations

from typing import Any

from core.database import Transaction
from modules.card import ApprovedPayload
from orchestrator.builds.services import BuildServices
from orchestrator.builds.state import BuildState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def activate(state: BuildState, execution: Execution[BuildServices], place: Place) -> dict[str, Any]:
    """Promote and install. The lifecycle checks the hash, the proof and the draft once more."""
    services, journal = execution.services, execution.journal
    answered = state.get("answered") or {}
    approved = ApprovedPayload(
        org=journal.org,
        payload=state["payload"],
        payload_hash=answered["payload_hash"],
        approval=answered["id"],
        approved_by=answered["answered_by"],
        draft=state.get("draft"),
        run=journal.run.id,
    )

    def unit(tx: Transaction) -> dict[str, Any]:
        activation = services.lifecycle.activate(tx, approved)
        return {
            "module": activation.module,
            "version": activation.number,
            "bundle_sha256": activation.bundle_sha256,
            "payload_hash": activation.payload_hash,
        }

    return {"activation": await journal.at_once(place, "activation", unit)}
