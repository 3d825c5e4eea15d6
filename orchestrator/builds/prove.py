"""PROVE: the draft's bundle is compiled, imported and run against its contract cases, in the sandbox."""

from __future__ import annotations

from itertools import count
from typing import Any

from modules.store.drafts import Draft
from modules.validation import failing_operations, without_operations
from orchestrator.builds.services import BuildServices
from orchestrator.builds.state import BuildState
from orchestrator.runs.journal import Place
from orchestrator.runs.machine import Execution
from sandbox import ValidationReport

NARROWINGS = 3


async def prove(state: BuildState, execution: Execution[BuildServices], place: Place) -> dict[str, Any]:
    """Prove the draft as it is now; the proof is attached to exactly that revision of it."""
    draft, report = await narrowed(state.get("draft") or state["source"]["draft"], execution, place)
    change: dict[str, Any] = {
        "draft": draft.id,
        "module": draft.module,
        "bundle_sha256": draft.bundle_sha256,
        "proof_hash": draft.proof_hash,
        "passed": report.passed,
    }
    if report.passed:
        return change
    failures = [finding.model_dump() for finding in (*report.proof.findings, *report.proof.violations)][:20]
    failures += [case.model_dump() for case in report.proof.cases if not case.passed][:20]
    return {**change, "findings": failures}


async def narrowed(draft_id: str, execution: Execution[BuildServices], place: Place) -> tuple[Draft, ValidationReport]:
    """The proven draft. An operation that fails its proof is left out with its reason: it costs itself alone."""
    drafts, journal = execution.services.drafts, execution.journal
    number = count()

    async def stage(name: str, detail: dict[str, Any]) -> None:
        await journal.occurred("build.stage", place, {"stage": name, "detail": detail}, n=next(number))

    attempt = 0
    while True:
        attempt += 1
        await stage("validate", {"attempt": attempt})
        draft, report = await drafts.validate(journal.org, draft_id, progress=stage, run=journal.run.id)
        cases = report.proof.cases
        await stage("validated", {"cases": len(cases), "passed": sum(case.passed for case in cases)})
        if report.passed or attempt == NARROWINGS:
            return draft, report
        bundle = await drafts.bundle(journal.org, draft_id)
        reasons = failing_operations(report, bundle)
        left = without_operations(bundle, reasons)
        if not reasons or not any(path.startswith("operations/") for path in left.files):
            return draft, report
        await stage("repair", {"left_out": len(reasons), "first": next(iter(reasons.values()))})
        changes = {path: left.files.get(path) for path in bundle.files if left.files.get(path) != bundle.files[path]}
        await drafts.edit(journal.org, draft_id, changes, revision=draft.revision, actor=journal.actor.id)


def proven(state: BuildState) -> str:
    """The edge after PROVE: only a proven draft may be asked about, and only if it is to be installed."""
    return "card" if state["passed"] and state["source"].get("ask", True) else "tell"
