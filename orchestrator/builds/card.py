"""CARD: what would be installed, with which reach, asked as one approval."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from core.actor import Actor
from core.errors import NotFound
from modules.broker import Grant
from modules.card import card_payload, carried_over, edited_payload
from modules.store.bundles import read_file
from modules.store.drafts import Proof, read_draft, read_proof
from modules.store.versions import read_active, read_grant
from orchestrator.builds.reach import read_change, spelled
from orchestrator.builds.services import BuildServices
from orchestrator.builds.state import BuildState
from orchestrator.governance import approvals
from orchestrator.governance.approvals import Edited
from orchestrator.governance.ask import answered, ask, brief
from orchestrator.governance.decision import decide, stored_inputs
from orchestrator.governance.model import Action, ActionKind, Context, Decision, Level
from orchestrator.governance.record import record_decision
from orchestrator.governance.store import Approval, ApprovalState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution


async def card(state: BuildState, execution: Execution[BuildServices], place: Place) -> dict[str, Any]:
    """Make the payload, decide about it, and ask."""
    services, journal = execution.services, execution.journal
    if (before := await answered(journal, place)) is not None:
        return {"payload": before.payload, "answered": brief(before)}
    payload, manifest, proof = await journal.read(lambda connection: make_payload(connection, journal.org, state))
    action, context = weighed(journal.actor, payload, services.isolation)
    decision = decide(action, context)
    recorded = await record_decision(journal, place, services.ids.new(), action, context, decision)
    shown = await show(services, payload, manifest, proof, decision)

    def make(expires_at: str) -> Approval:
        return Approval(
            id=services.ids.new(),
            org=journal.org,
            run=journal.run.id,
            step=place.step,
            kind="module",
            title=f"Install {manifest.get('title') or payload['module']}",
            payload=payload,
            payload_hash=decision.payload_hash,
            shown=shown,
            role=approvals.required_role("module"),
            requested_by=journal.actor.id,
            expires_at=expires_at,
            thread=state.get("thread"),
            decision=recorded["id"],
        )

    settled = await ask(journal, place, make, services.card_life)
    return {"payload": settled.payload, "answered": brief(settled)}


def make_payload(connection: Connection, org: str, state: BuildState) -> tuple[dict[str, Any], dict[str, Any], Proof]:
    """The payload of a draft, or of a new grant to the installed version; its manifest and its proof."""
    source = state["source"]
    if "module" in source:
        return granted_payload(connection, org, source["module"], source["grant"])
    current = read_active(connection, org, state["module"])
    granted = read_grant(connection, org, current.payload_hash).payload if current else None
    draft = read_draft(connection, org, state.get("draft") or source["draft"])
    manifest = manifest_of(connection, draft.bundle_sha256)
    proof = read_proof(connection, draft.proof_hash or "")
    carried = carried_over(granted, manifest) if granted else {}
    return card_payload(manifest, proof, **carried), manifest, proof


def granted_payload(
    connection: Connection, org: str, module: str, change: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any], Proof]:
    """A changed grant to the installed version. Raises ``NotFound``, and ``InvalidInput`` where it cannot be."""
    current = read_active(connection, org, module)
    if current is None:
        raise NotFound(f"The module {module!r} is not installed.")
    granted = read_grant(connection, org, current.payload_hash).payload
    manifest = manifest_of(connection, granted["bundle_sha256"])
    proof = read_proof(connection, granted["proof_hash"])
    kept = {name: granted[name] for name in ("hosts", "capabilities", "binding", "credentials")}
    with spelled():
        return card_payload(manifest, proof, **{**kept, **change}), manifest, proof


def manifest_of(connection: Connection, bundle_sha256: str) -> dict[str, Any]:
    return json.loads(read_file(connection, bundle_sha256, "manifest.json") or b"{}")


def weighed(actor: Actor, payload: dict[str, Any], isolation: Level) -> tuple[Action, Context]:
    """An install as governance sees it."""
    action = Action(
        kind=ActionKind.MODULE_INSTALL, subject=payload["module"], effect="write", payload=payload, arguments={}
    )
    return action, Context(actor=actor.id, org=actor.org, role=actor.role.name.lower(), isolation=isolation)


async def show(
    services: BuildServices, payload: dict[str, Any], manifest: dict[str, Any], proof: Proof, decision: Decision
) -> dict[str, Any]:
    """What helps to decide and is not approved: test results, findings, reasons, what is reachable from here."""
    shown = proven(manifest, proof, decision)
    shown["reachability"] = await reach(services, payload, shown["notes"])
    if services.policy.require != "kernel":
        shown["notes"].append('The owner has lowered what the sandbox must enforce: sandbox.require = "process".')
    return shown


def proven(manifest: dict[str, Any], proof: Proof, decision: Decision) -> dict[str, Any]:
    """The part that depends on the proof and the decision alone."""
    cases = proof.proof["cases"]
    passed = sum(case["passed"] for case in cases)
    return {
        "reasons": list(decision.reasons),
        "rank": decision.rank,
        "score": decision.score,
        "operations": len(manifest["operations"]),
        "writes": sum(operation["effect"] != "read" for operation in manifest["operations"]),
        "tests": {"cases": len(cases), "passed": passed},
        "credentials": manifest["credentials"],
        "findings": manifest["findings"][:20],
        "measured": proof.measured,
        "notes": [
            f"{passed} of {len(cases)} contract cases passed in the sandbox (level {proof.proof['isolation']}).",
            f"{len(manifest['operations'])} operations; {len(manifest['findings'])} parts were left out.",
        ],
    }


async def reach(services: BuildServices, payload: dict[str, Any], notes: list[str]) -> list[dict[str, Any]]:
    """Whether the hosts answer from here; ``notes`` gains what to do about those that do not."""
    found = await services.broker.reachability(Grant.from_payload(payload))
    notes += [
        f"{each.host} is not reachable from here. To reach it elsewhere, bind it on this card: "
        f"--bind {each.host}=http://127.0.0.1:PORT"
        for each in found
        if not each.reachable
    ]
    return [{"host": each.host, "reachable": each.reachable, "reason": each.reason} for each in found]


async def edit_card(services: BuildServices, actor: Actor, approval: Approval, edit: dict[str, Any]) -> Edited:
    """An edit of a module's card: a narrower reach, bindings, credential references. Never bytes."""

    def known(connection: Connection) -> tuple[dict[str, Any], Proof]:
        manifest = manifest_of(connection, approval.payload["bundle_sha256"])
        return manifest, read_proof(connection, approval.payload["proof_hash"])

    change = read_change(edit)
    manifest, proof = await services.db.read(known)
    with spelled():
        payload = edited_payload(approval.payload, change, manifest, proof)
    action, context = weighed(actor, payload, services.isolation)
    decision = decide(action, context)
    shown = await show(services, payload, manifest, proof, decision)
    return Edited(payload, decision, stored_inputs(action, context), shown)


def approved(state: BuildState) -> str:
    """The edge after CARD."""
    settled = state.get("answered")
    return "activate" if settled and settled["state"] == ApprovalState.APPROVED else "tell"
