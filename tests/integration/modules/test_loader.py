"""Calls of installed modules: the real sandbox, the real broker, a real service."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import update

from core.errors import NotFound, PolicyViolation
from core.hashing import sha256_hex
from modules.store.tables import blobs, bundle_files, code, grants
from tests.integration.modules.conftest import ORG, Workshop


async def test_a_call_returns_the_services_answer_with_the_hash_that_gave_it(workshop: Workshop) -> None:
    activation = await workshop.installed()
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "a/b ü"})
    assert (result.ok, result.data) == (True, {"text": "hello"})
    assert (result.version, result.bundle_sha256) == (1, activation.bundle_sha256)
    assert workshop.service.seen[0].path == "/notes/a%2Fb%20%C3%BC"
    (exchange,) = result.exchanges
    assert exchange.url == "https://notes.example/v1/notes/a%2Fb%20%C3%BC"
    assert exchange.reached == workshop.service.origin
    assert exchange.response_sha256 == sha256_hex(b'{"text": "hello"}')
    assert result.usage.http_calls == 1


async def test_a_credential_goes_to_the_service_and_nowhere_else(workshop: Workshop) -> None:
    await workshop.credentials.set(ORG, "notes-key", "s3cr3t-s3cr3t")
    workshop.service.answers["GET /notes/1"] = (200, {"text": "you sent s3cr3t-s3cr3t"})
    await workshop.installed(credentials={"key": "notes-key"})
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert workshop.service.seen[0].headers["x-key"] == "s3cr3t-s3cr3t"
    assert "s3cr3t" not in result.model_dump_json()


async def test_without_its_credential_the_error_says_which_one_is_missing(workshop: Workshop) -> None:
    workshop.service.answers["GET /notes/1"] = (401, {"no": "key"})
    await workshop.installed()
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.error is not None
    assert (result.error.code, result.error.status) == ("upstream_status", 401)
    assert "credential key" in result.error.message


@pytest.mark.parametrize("arguments", [{}, {"id": 1}, {"id": "1", "limit": 0}, {"id": "1", "other": 1}, [], None])
async def test_arguments_that_do_not_fit_are_refused_before_anything_runs(workshop: Workshop, arguments) -> None:
    await workshop.installed()
    result = await workshop.loader().call(ORG, "notes", "get_note", arguments)
    assert result.error is not None
    assert result.error.code == "invalid_arguments"
    assert workshop.service.seen == []


async def test_an_answer_that_the_document_does_not_describe_is_returned_with_a_finding(workshop: Workshop) -> None:
    workshop.service.answers["PUT /notes/1"] = (200, {"text": "x", "answer": {"text": 7}})
    await workshop.installed()
    result = await workshop.loader().call(ORG, "notes", "put_note", {"id": "1", "body": {"text": "x"}})
    assert (result.ok, result.data) == (True, {"text": "x", "answer": {"text": 7}})
    assert "output_mismatch" in [finding.code for finding in result.findings]
    assert [finding.place for finding in result.findings if finding.code == "output_mismatch"] == ["data/answer/text"]


async def test_a_write_brings_the_calls_key(workshop: Workshop) -> None:
    await workshop.installed()
    await workshop.loader().call(ORG, "notes", "put_note", {"id": "1", "body": {"text": "x"}}, key="run-1:step-2:0")
    assert workshop.service.seen[0].headers["idempotency-key"] == "run-1:step-2:0"
    assert json.loads(workshop.service.seen[0].body) == {"text": "x"}


async def test_a_failing_service_is_an_error_that_may_be_tried_again(workshop: Workshop) -> None:
    workshop.service.answers["GET /notes/1"] = (503, {"later": True})
    await workshop.installed()
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.error is not None
    assert (result.error.retryable, result.error.status, result.error.body) == (True, 503, {"later": True})


async def test_a_service_that_is_not_there_is_an_error_of_the_envelope(workshop: Workshop) -> None:
    await workshop.installed(binding={"https://notes.example": "http://127.0.0.1:9"})
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.error is not None
    assert (result.error.code, result.error.retryable) == ("upstream_failed", True)


async def test_a_private_server_without_a_binding_is_not_reached(workshop: Workshop) -> None:
    await workshop.installed(await workshop.validated(private_server(workshop)), binding={})
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.error is not None
    assert result.error.code == "egress_denied"
    assert workshop.service.seen == []


def private_server(workshop: Workshop) -> dict[str, bytes | None]:
    """Files of a module that was made for the loopback service itself, as a hostile description would have it."""
    origin = workshop.service.origin
    manifest = {
        "$schema": "https://nexus.invalid/schemas/module-manifest/1.json",
        "name": "notes", "title": "Notes", "description": "", "document_version": "1", "runtime": "adapter/1",
        "source": {"kind": "code", "sha256": "0" * 64}, "capabilities": ["http"],
        "servers": [{"url": origin, "description": ""}], "hosts": [origin], "credentials": [],
        "operations": [{"id": "get_note", "summary": "", "method": "GET", "path": "/notes/{id}", "effect": "read"}],
        "findings": [],
    }  # fmt: skip
    run = f'def run(ctx, arguments):\n    return ctx.http.request("GET", "{origin}/notes/1")["text"]\n'
    return {
        "manifest.json": json.dumps(manifest).encode(),
        "operations/get_note.py": run.encode(),
        "tests/get_note.json": None,
        "tests/put_note.json": None,
        "operations/put_note.json": None,
        "operations/put_note.py": None,
    }


async def test_binary_answers_become_artifacts(workshop: Workshop) -> None:
    workshop.service.answers["GET /notes/1"] = (200, b"\x89PNG" * 100_000)
    await workshop.installed()
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.ok
    assert result.artifacts[0].bytes == 400_000
    assert result.data["artifact"] == result.artifacts[0].id


async def test_unknown_modules_and_operations_are_not_found(workshop: Workshop) -> None:
    with pytest.raises(NotFound):
        await workshop.loader().call(ORG, "notes", "get_note", {})
    await workshop.installed()
    for name in ("no_such", "../manifest", "get_note.py"):
        with pytest.raises(NotFound):
            await workshop.loader().call(ORG, "notes", name, {})
    with pytest.raises(NotFound):
        await workshop.loader().call("another-org", "notes", "get_note", {"id": "1"})


async def test_an_operations_schema_stands_by_itself_and_keeps_recursion(workshop: Workshop) -> None:
    from jsonschema import Draft202012Validator

    await workshop.installed()
    schema = await workshop.loader().operation_schema(ORG, "notes", "put_note")
    assert schema["effect"] == "write"
    validator = Draft202012Validator(schema["output"])
    assert validator.is_valid({"text": "a", "answer": {"text": "b"}})
    assert not validator.is_valid({"text": "a", "answer": {"text": 1}})
    assert "definitions/" not in json.dumps(schema)


async def test_an_overwritten_cache_entry_is_refused_and_compiled_again(workshop: Workshop) -> None:
    await workshop.installed()
    entries = [path for path in (workshop.folder / "code-cache").rglob("*") if path.is_file()]
    proven = {path: path.read_bytes() for path in entries}
    for path in entries:
        path.write_bytes(b"not what was proven")
    result = await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert result.ok
    again = {path: path.read_bytes() for path in entries if path.exists() and path.read_bytes() in proven.values()}
    assert len(again) == 2
    assert all(proven[path] == content for path, content in again.items())


async def test_an_emptied_cache_is_filled_again(workshop: Workshop) -> None:
    await workshop.installed()
    for path in [path for path in (workshop.folder / "code-cache").rglob("*") if path.is_file()]:
        path.unlink()
    assert (await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})).ok


async def test_code_whose_recorded_hash_was_changed_does_not_run(workshop: Workshop) -> None:
    await workshop.installed()
    await workshop.database.write(lambda tx: tx.execute(update(code).values(code_sha256="0" * 64)).rowcount)
    with pytest.raises(PolicyViolation):
        await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})
    assert workshop.service.seen == []


async def test_a_version_is_proven_again_under_another_toolchain(workshop: Workshop) -> None:
    await workshop.installed()
    await workshop.database.write(lambda tx: tx.execute(update(code).values(toolchain="an older one")).rowcount)
    assert (await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})).ok


async def test_a_stored_file_with_other_bytes_does_not_run(workshop: Workshop) -> None:
    await workshop.installed()
    await workshop.database.write(lambda tx: tx.execute(update(blobs).values(content=b"{}")).rowcount)
    with pytest.raises(PolicyViolation):
        await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})


async def test_a_path_that_points_to_another_approved_file_does_not_run(workshop: Workshop) -> None:
    await workshop.installed()
    listing = bundle_files.c

    def swap(tx):
        other = tx.execute(bundle_files.select().where(listing.path == "operations/put_note.json")).one().file_sha256
        place = listing.path == "operations/get_note.json"
        return tx.execute(update(bundle_files).where(place).values(file_sha256=other))

    await workshop.database.write(lambda tx: swap(tx).rowcount)
    with pytest.raises(PolicyViolation):
        await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})


async def test_a_grant_that_was_widened_in_the_database_does_not_run(workshop: Workshop) -> None:
    await workshop.installed()

    def widen(tx):
        row = tx.execute(grants.select()).one()
        payload = {**json.loads(row.payload), "hosts": ["https://evil.example:443"]}
        return tx.execute(update(grants).values(payload=json.dumps(payload))).rowcount

    await workshop.database.write(widen)
    with pytest.raises(PolicyViolation):
        await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})


async def test_an_attestation_of_another_installation_does_not_count(workshop: Workshop) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from modules.attestation import Signer

    await workshop.installed()
    stranger = Signer(Ed25519PrivateKey.generate())

    def forge(tx):
        statement = json.loads(tx.execute(grants.select()).one().attestation)["statement"]
        statement.pop("type")
        return tx.execute(update(grants).values(attestation=json.dumps(stranger.attest(statement)))).rowcount

    await workshop.database.write(forge)
    with pytest.raises(PolicyViolation, match="another key"):
        await workshop.loader().call(ORG, "notes", "get_note", {"id": "1"})


async def test_an_adapter_that_loops_is_ended_and_the_next_call_works(workshop: Workshop) -> None:
    draft = await workshop.validated(private_server(workshop) | {
        "operations/get_note.py": b"def run(ctx, arguments):\n    while True:\n        pass\n",
    })  # fmt: skip
    await workshop.installed(draft, binding={workshop.service.origin: workshop.service.origin})
    loader = workshop.loader()
    result = await loader.call(ORG, "notes", "get_note", {"id": "1"})
    assert result.error is not None
    assert result.error.code in ("wall_exceeded", "cpu_exceeded")
