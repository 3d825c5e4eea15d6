"""What a module asks and what its owner allows: at its proof, and at every call after."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.errors import PolicyViolation
from modules.builder import build_openapi
from modules.bundle import Bundle
from modules.validation import prove
from sandbox import SandboxPolicy, ValidationReport
from tests.integration.modules.conftest import ORG, Workshop, description

GREEDY = b"""
def run(ctx, arguments):
    return {"text": str(len([0] * (60 * 1024 * 1024 // 8)))}
"""


async def manifest_with(**members: Any) -> bytes:
    built = await build_openapi(json.dumps(description("Notes")).encode())
    return json.dumps({**json.loads(built.files["manifest.json"]), **members}).encode()


async def proven(workshop: Workshop, policy: SandboxPolicy, **members: Any) -> ValidationReport:
    built = await build_openapi(json.dumps(description("Notes")).encode())
    bundle = Bundle({**built.files, "manifest.json": await manifest_with(**members)})
    return await prove(bundle, workshop.runner, policy)


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ({"capabilities": frozenset({"log"})}, "capability_not_allowed"),
        ({"hosts": frozenset({"other.example"})}, "host_not_allowed"),
    ],
)
async def test_a_module_that_asks_for_more_than_is_allowed_is_not_proven(
    workshop: Workshop, policy: dict[str, Any], code: str
) -> None:
    report = await proven(workshop, workshop.policy.model_copy(update=policy))
    assert not report.passed
    assert code in {finding.code for finding in report.proof.findings}


async def test_the_report_shows_who_decided_what(workshop: Workshop) -> None:
    report = await proven(workshop, workshop.policy, sandbox={"memory_mib": 64, "wall_seconds": 600})
    assert report.passed
    shown = {ruling.rule: (ruling.asked, ruling.holds, ruling.by) for ruling in report.proof.rulings}
    assert shown["memory_mib"] == (64, 64, "manifest")
    assert shown["wall_seconds"] == (600, 5.0, "organisation")
    assert shown["cpu_seconds"] == (None, 10, "organisation")


async def test_a_module_runs_under_the_memory_that_it_asked_for(workshop: Workshop) -> None:
    changes: dict[str, bytes | None] = {"operations/get_note.py": GREEDY, "tests/get_note.json": b"[]"}
    await workshop.installed(await workshop.validated(changes))
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.ok, result.error
    modest = {**changes, "manifest.json": await manifest_with(sandbox={"memory_mib": 32})}
    await workshop.installed(await workshop.validated(modest))
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.error is not None
    assert result.error.code == "memory_exceeded"


async def test_a_module_imports_only_what_it_asked_for(workshop: Workshop) -> None:
    changes: dict[str, bytes | None] = {
        "operations/get_note.py": b'import csv\ndef run(ctx, arguments):\n    return {"text": "csv"}\n',
        "tests/get_note.json": b"[]",
        "manifest.json": await manifest_with(sandbox={"imports": ["json"]}),
    }
    draft = await workshop.draft(changes)
    _, report = await workshop.drafts.validate(ORG, draft.id)
    (failed,) = [case for case in report.proof.cases if not case.passed and case.operation == "get_note"]
    assert failed.verdict == "import_denied"
    violation = next(each for each in report.proof.violations if each.place.startswith("operations/get_note"))
    assert (violation.code, violation.place, violation.retryable) == ("import_denied", "operations/get_note.py:1", True)
    assert "rule on imports" in violation.hint


async def test_a_policy_that_was_narrowed_holds_for_what_is_installed(workshop: Workshop) -> None:
    await workshop.installed()
    workshop.policy = workshop.policy.model_copy(update={"hosts": frozenset({"other.example"})})
    with pytest.raises(PolicyViolation) as refusal:
        await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert "does not allow the host notes.example" in refusal.value.detail
    assert refusal.value.mend
    assert workshop.service.seen == []
