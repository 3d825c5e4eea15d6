"""Drafts on real parts: made once, edited against a revision, proven in the sandbox, compared."""

from __future__ import annotations

import json

import pytest

from core.errors import Conflict, InvalidInput, NotFound
from core.events import read_events
from modules.card import edited_payload
from tests.integration.modules.conftest import ORG, Workshop

BROKEN = {"operations/get_note.py": b'def run(ctx, arguments):\n    return {"text": "invented"}\n'}


async def test_the_same_creation_is_the_same_draft(workshop: Workshop) -> None:
    first, second = await workshop.draft(), await workshop.draft()
    assert first == second
    assert await workshop.drafts.list(ORG) == [first]
    told = await workshop.database.read(lambda connection: read_events(connection, after=0, org=ORG))
    assert [event.type for event in told] == ["draft.created"]


async def test_an_edit_unproves_and_asks_for_the_revision_it_was_made_on(workshop: Workshop) -> None:
    draft = await workshop.validated()
    edited = await workshop.drafts.edit(ORG, draft.id, dict(BROKEN), revision=1, actor="me")
    assert (edited.revision, edited.state, edited.proof_hash) == (2, "open", None)
    with pytest.raises(Conflict):
        await workshop.drafts.edit(ORG, draft.id, dict(BROKEN), revision=1, actor="me")
    with pytest.raises(Conflict):
        await workshop.drafts.card(ORG, draft.id)


async def test_an_edit_that_makes_no_bundle_is_refused(workshop: Workshop) -> None:
    draft = await workshop.draft()
    for changes in ({"../x": b""}, {"manifest.json": None}, {"manifest.json": b"{}"}, {"nothing.py": None}):
        with pytest.raises(InvalidInput):
            await workshop.drafts.edit(ORG, draft.id, changes, revision=1, actor="me")
    assert (await workshop.drafts.get(ORG, draft.id)).revision == 1


async def test_code_that_invents_its_answer_fails_its_cases(workshop: Workshop) -> None:
    draft = await workshop.draft(dict(BROKEN))
    marked, report = await workshop.drafts.validate(ORG, draft.id)
    assert marked.state == "failed"
    failed = [case for case in report.proof.cases if not case.passed]
    assert {case.operation for case in failed} == {"get_note"}
    assert len([case for case in report.proof.cases if case.passed]) >= 3


async def test_a_proof_is_the_same_each_time(workshop: Workshop) -> None:
    draft = await workshop.validated()
    _, again = await workshop.drafts.validate(ORG, draft.id)
    assert again.proof_hash == draft.proof_hash


async def test_whether_the_hosts_answer_is_a_note_and_no_part_of_the_proof(workshop: Workshop) -> None:
    draft = await workshop.validated()
    proof = await workshop.drafts.proof(draft)
    assert proof is not None
    (host,) = proof.measured["hosts"]
    assert (host["host"], host["reachable"]) == ("https://notes.example:443", False)
    assert "reachable" not in json.dumps(proof.proof)


async def test_a_diff_shows_what_changes_against_the_active_version(workshop: Workshop) -> None:
    assert {change.change for change in await workshop.drafts.diff(ORG, (await workshop.draft()).id)} == {"added"}
    await workshop.installed()
    second = await workshop.draft({"tests/put_note.json": None}, title="Notes, again")
    changes = {change.path: change for change in await workshop.drafts.diff(ORG, second.id)}
    assert changes["tests/put_note.json"].change == "removed"
    assert any(line.startswith("+") and "again" in line for line in changes["manifest.json"].lines)
    assert "rest.py" not in changes


async def test_a_new_versions_card_begins_with_the_binding_and_credentials_in_use(workshop: Workshop) -> None:
    await workshop.installed(credentials={"key": "notes-key"})
    second = await workshop.validated(title="Notes, again")
    card = await workshop.drafts.card(ORG, second.id)
    assert card["binding"] == {"https://notes.example:443/v1": workshop.service.origin.removesuffix("/")}
    assert card["credentials"][0]["reference"] == "notes-key"


async def test_a_card_can_be_edited_to_a_binding_and_to_less(workshop: Workshop) -> None:
    draft = await workshop.validated()
    card = await workshop.drafts.card(ORG, draft.id)
    proof = await workshop.drafts.proof(draft)
    manifest = json.loads((await workshop.drafts.bundle(ORG, draft.id)).files["manifest.json"])
    assert proof is not None
    edited = edited_payload(card, {"binding": workshop.binding}, manifest, proof)
    assert edited["binding"]
    assert edited["bundle_sha256"] == card["bundle_sha256"]
    assert edited_payload(card, {"hosts": [], "capabilities": []}, manifest, proof)["hosts"] == []
    for edit in ({"hosts": ["https://evil.example"]}, {"capabilities": ["files"]}, {"bundle_sha256": "0" * 64}):
        with pytest.raises(InvalidInput):
            edited_payload(card, edit, manifest, proof)


async def test_the_story_build_use_change_use_roll_back(workshop: Workshop) -> None:
    first = await workshop.installed()
    loader = workshop.loader()
    assert (await loader.call(ORG, "notes", "get_note", {"id": "1"})).bundle_sha256 == first.bundle_sha256
    second = await workshop.installed(await workshop.validated(title="Notes, again"))
    assert (await loader.call(ORG, "notes", "get_note", {"id": "1"})).bundle_sha256 == second.bundle_sha256
    await workshop.roll_back("r1")
    result = await loader.call(ORG, "notes", "get_note", {"id": "1"})
    assert (result.version, result.bundle_sha256) == (1, first.bundle_sha256)


async def test_another_organisations_draft_does_not_exist(workshop: Workshop) -> None:
    draft = await workshop.draft()
    with pytest.raises(NotFound):
        await workshop.drafts.get("another", draft.id)
    with pytest.raises(NotFound):
        await workshop.drafts.validate("another", draft.id)
