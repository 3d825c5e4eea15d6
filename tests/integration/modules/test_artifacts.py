"""Modules that make artifacts: proven by the same gate as in earnest, and answered in the envelope."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from modules.broker import FixtureSession
from modules.builder import build_openapi
from modules.bundle import Bundle
from modules.validation import failing_operations, prove
from sandbox import LocalRunner, RunRequest, RunResult, ValidationReport
from tests.integration.modules.conftest import ORG, Workshop
from tests.integration.modules.notes_service import description

DRAWING = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><path d='M0 0h9'/></svg>"
PUT = f'ctx.artifacts.put("drawing", "image/svg+xml", text="{DRAWING}")'
CAUGHT = """try:
        ctx.artifacts.put("drawing", "image/svg+xml", text="<!DOCTYPE svg><svg/>")
    except AdapterError:
        pass"""
TOO_MANY = """for number in range(arguments.get("limit", 17)):
        ctx.artifacts.put("note", "text/plain", text="x")"""


async def making(body: str) -> dict[str, bytes | None]:
    """The changes that let ``get_note`` make an artifact before it answers."""
    built = await build_openapi(json.dumps(description()).encode())
    source = built.files["operations/get_note.py"].decode()
    changed = source.replace("    return rest.send", f"    {body}\n    return rest.send")
    changed = changed.replace("import rest\n", "import rest\nfrom nexus import AdapterError\n")
    manifest = json.loads(built.files["manifest.json"])
    manifest["capabilities"] = ["artifacts", "http"]
    return {"operations/get_note.py": changed.encode(), "manifest.json": json.dumps(manifest).encode()}


async def proven(workshop: Workshop, body: str) -> tuple[ValidationReport, Bundle]:
    built = await build_openapi(json.dumps(description()).encode())
    bundle = Bundle(built.files).with_changes(await making(body))
    return await prove(bundle, workshop.runner, workshop.policy, cache=workshop.cache), bundle


async def test_a_call_s_artifacts_are_in_its_envelope_checked_and_scrubbed(workshop: Workshop) -> None:
    await workshop.installed(await workshop.validated(await making(PUT)))
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.ok
    (artifact,) = result.artifacts
    assert (artifact.name, artifact.media_type, artifact.checked) == ("drawing", "image/svg+xml", True)
    assert b"alert" not in base64.b64decode(artifact.content)
    assert "artifact_scrubbed" in [found.code for found in result.findings]


async def test_an_artifact_that_would_be_accepted_passes_the_proof_twice_alike(workshop: Workshop) -> None:
    report, bundle = await proven(workshop, PUT)
    assert report.passed, report.proof
    again = await prove(bundle, workshop.runner, workshop.policy)
    assert again.proof_hash == report.proof_hash
    made = [made for case in report.proof.cases for made in case.artifacts]
    assert {(each.name, each.media_type) for each in made} == {("drawing", "image/svg+xml")}
    assert all(len(each.sha256) == 64 and each.bytes > 0 for each in made)


async def test_the_owner_s_budget_of_artifacts_holds_at_the_proof_and_after(workshop: Workshop) -> None:
    draft = await workshop.validated(await making(PUT))
    await workshop.installed(draft)
    none = workshop.policy.limits.model_copy(update={"artifacts": 0})
    workshop.policy = workshop.policy.model_copy(update={"limits": none})
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.error is not None
    assert "has put its 0 artifacts" in result.error.message
    report = await prove(await workshop.drafts.bundle(ORG, draft.id), workshop.runner, workshop.policy)
    assert not report.passed


@pytest.mark.parametrize(
    ("body", "said"), [(CAUGHT, "DOCTYPE"), (TOO_MANY, "its 16 artifacts")], ids=["refused and caught", "too many"]
)
async def test_an_artifact_that_would_be_refused_fails_the_proof(workshop: Workshop, body: str, said: str) -> None:
    report, bundle = await proven(workshop, body)
    assert set(failing_operations(report, bundle)) == {"get_note"}
    assert any(said in case.sentence for case in report.proof.cases if case.operation == "get_note")
    assert all(case.passed for case in report.proof.cases if case.operation == "put_note")


async def test_each_case_has_the_budget_of_a_run_of_its_own(workshop: Workshop) -> None:
    report, _ = await proven(workshop, TOO_MANY.replace("17", "9"))
    assert report.passed, report.proof.cases


class Watched:
    """A runner that remembers how many calls each run made, and how many artifacts they left."""

    def __init__(self, runner: LocalRunner) -> None:
        self._runner = runner
        self.runs: list[tuple[int, int]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._runner, name)

    async def run(self, request: RunRequest, host: FixtureSession) -> RunResult:
        result = await self._runner.run(request, host)
        self.runs.append((len(request.calls), len(host.artifacts)))
        return result


async def test_a_case_s_artifacts_can_be_told_from_those_of_others(workshop: Workshop) -> None:
    built = await build_openapi(json.dumps(description()).encode())
    bundle = Bundle(built.files).with_changes(await making(PUT))
    watched: Any = Watched(workshop.runner)
    report = await prove(bundle, watched, workshop.policy)
    cases = [case for case in report.proof.cases if case.operation == "get_note"]
    assert watched.runs.count((1, 1)) == len(cases) > 1
