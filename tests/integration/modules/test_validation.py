"""Proofs in the real sandbox: what is wrong with a bundle is found, named, and costs no more than itself."""

from __future__ import annotations

import json

import pytest

from core.settings import SandboxSettings
from modules.builder import build_openapi
from modules.bundle import Bundle
from modules.validation import failing_operations, prove, without_operations
from sandbox import LocalRunner, ValidationReport
from tests.integration.modules.conftest import Workshop
from tests.integration.modules.notes_service import description


async def proven(workshop: Workshop, changes: dict[str, bytes | None]) -> tuple[ValidationReport, Bundle]:
    built = await build_openapi(json.dumps(description()).encode())
    bundle = Bundle(built.files).with_changes(changes)
    return await prove(bundle, workshop.runner, workshop.policy, cache=workshop.cache), bundle


def code(body: str) -> dict[str, bytes | None]:
    return {"operations/get_note.py": f"import rest\n\n\ndef run(ctx, arguments):\n    {body}\n".encode()}


async def test_what_the_builder_makes_passes(workshop: Workshop) -> None:
    report, bundle = await proven(workshop, {})
    assert report.passed
    assert report.proof.bundle_sha256 == bundle.sha256
    assert set(report.proof.code_sha256) == {"rest.py", "operations/get_note.py", "operations/put_note.py"}
    assert {case.operation for case in report.proof.cases} == {"get_note", "put_note"}


@pytest.mark.parametrize(
    "body",
    [
        "return None",
        'return {"text": "text"}',
        'raise ValueError("no")',
        "return arguments.missing",
        "while True: pass",
        'return "x" * 10**9',
        'return ctx.http.request("GET", "https://evil.example/")',
        'return ctx.http.request("GET", "http://169.254.169.254/latest/meta-data")',
        'return ctx.files.read("etc/passwd")',
        "return rest.no_such(ctx)",
        "return 1 / 0",
        "return {1, 2}",
    ],
)
async def test_code_that_does_otherwise_fails_its_own_cases_and_no_others(workshop: Workshop, body: str) -> None:
    report, bundle = await proven(workshop, code(body))
    assert not report.passed
    assert set(failing_operations(report, bundle)) == {"get_note"}
    assert all(case.passed for case in report.proof.cases if case.operation == "put_note")


async def test_code_that_asks_rightly_and_answers_wrongly_fails(workshop: Workshop) -> None:
    built = await build_openapi(json.dumps(description()).encode())
    source = built.files["operations/get_note.py"]
    wrong = source.replace(b"return rest.send(ctx, request)", b"return [rest.send(ctx, request)]")
    assert wrong != source
    report, bundle = await proven(workshop, {"operations/get_note.py": wrong})
    assert set(failing_operations(report, bundle)) == {"get_note"}
    assert any("expected" in case.sentence for case in report.proof.cases)


async def test_a_proof_takes_its_share_of_the_sandbox_however_many_cases_it_runs_alone(workshop: Workshop) -> None:
    document = description()
    note = document["paths"].pop("/notes/{id}")["get"]
    for number in range(12):
        document["paths"][f"/notes{number}/{{id}}"] = {"get": {**note, "operationId": f"getNote{number}"}}
    built = await build_openapi(json.dumps(document).encode())
    bundle = Bundle(built.files).with_changes(
        {"operations/get_note0.py": code("return None")["operations/get_note.py"]}
    )
    settings = SandboxSettings(require="process", parallel=1, waiting=7)
    async with LocalRunner(workshop.policy, settings) as runner:
        report = await prove(bundle, runner, workshop.policy)
    assert set(failing_operations(report, bundle)) == {"get_note0"}


@pytest.mark.parametrize("body", ["import os", "open('/etc/passwd')", "exec('1')", "().__class__", "return eval('1')"])
async def test_code_outside_the_dialect_is_a_finding_at_its_line(workshop: Workshop, body: str) -> None:
    report, bundle = await proven(workshop, code(body))
    assert not report.passed
    assert set(failing_operations(report, bundle)) == {"get_note"}


async def test_without_the_bad_operation_the_rest_passes_and_the_manifest_says_why(workshop: Workshop) -> None:
    report, bundle = await proven(workshop, code("return None"))
    rest = without_operations(bundle, failing_operations(report, bundle))
    again = await prove(rest, workshop.runner, workshop.policy)
    assert again.passed
    manifest = json.loads(rest.files["manifest.json"])
    assert [entry["id"] for entry in manifest["operations"]] == ["put_note"]
    assert "operations/get_note.json" in [finding["place"] for finding in manifest["findings"]]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"operations/get_note.json": None}, "operation_invalid"),
        ({"operations/get_note.json": b"[]"}, "operation_invalid"),
        ({"operations/get_note.json": b"{"}, "operation_invalid"),
        ({"operations/get_note.py": None}, "source_missing"),
        ({"rest.py": None}, "source_missing"),
        ({"definitions/Note.json": None}, "definition_missing"),
        ({"definitions/Note.json": b'{"type": "strange"}'}, "schema_invalid"),
        ({"definitions/Note.json": b"nonsense"}, "definition_invalid"),
        ({"tests/get_note.json": b'[{"name": "x"}]'}, "case_invalid"),
        ({"tests/get_note.json": b"{}"}, "case_invalid"),
        (
            {"tests/get_note.json": b'[{"name":"x","arguments":{},"exchanges":[{}],"expect":{"data":1}}]'},
            "case_invalid",
        ),
        ({"manifest.json": b"{}"}, "manifest_invalid"),
        ({"manifest.json": None}, "manifest_invalid"),
        ({"nexus_dispatch.py": b"x = 1\n"}, "reserved_name"),
    ],
)
async def test_a_bundle_that_does_not_hold_together_is_found_out(
    workshop: Workshop, change: dict[str, bytes | None], found: str
) -> None:
    report, _ = await proven(workshop, change)
    assert not report.passed
    assert found in [finding.code for finding in report.proof.findings]


async def test_a_case_that_expects_an_unused_exchange_fails(workshop: Workshop) -> None:
    built = await build_openapi(json.dumps(description()).encode())
    cases = json.loads(built.files["tests/get_note.json"])
    cases[0]["exchanges"] *= 2
    report, _ = await proven(workshop, {"tests/get_note.json": json.dumps(cases).encode()})
    (failed,) = [case for case in report.proof.cases if not case.passed]
    assert "never sent" in failed.sentence


async def test_an_operation_without_cases_is_at_least_imported(workshop: Workshop) -> None:
    report, _ = await proven(workshop, {"tests/get_note.json": None})
    assert report.passed
    assert ("get_note", "imported") in [(case.operation, case.case) for case in report.proof.cases]
    broken = b"def other(ctx, arguments):\n    return 1\n"
    report, bundle = await proven(workshop, {"tests/get_note.json": None, "operations/get_note.py": broken})
    assert set(failing_operations(report, bundle)) == {"get_note"}


async def test_expected_values_do_not_enter_the_sandbox(workshop: Workshop) -> None:
    seen: list[str] = []

    class Listening:
        async def run(self, request, capabilities):
            seen.append(json.dumps(list(request.calls)))
            return await workshop.runner.run(request, capabilities)

        def __getattr__(self, name):
            return getattr(workshop.runner, name)

    built = await build_openapi(json.dumps(description()).encode())
    await prove(Bundle(built.files), Listening(), workshop.policy)  # pyright: ignore[reportArgumentType]
    assert seen
    assert not any("expect" in calls or "exchanges" in calls for calls in seen)
