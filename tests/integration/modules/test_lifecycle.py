"""Approve, install, roll back, on both engines: once however often repeated, and never what was not approved."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.clock import SystemClock
from core.database import Database
from core.database.schema import events
from core.errors import Conflict, InvalidInput, NotFound
from core.hashing import record_hash
from core.ids import TimeOrderedIds
from core.keyring import Keyring
from modules.attestation import open_signer, verify
from modules.bundle import Bundle
from modules.card import ApprovedPayload, card_payload
from modules.lifecycle import Lifecycle
from modules.store.bundles import save_bundle
from modules.store.drafts import Draft, Proof, attach_proof, insert_draft, read_draft, revise_draft
from modules.store.versions import Activation, list_activations, list_active, list_versions, read_active, read_grant

ORG = "org"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return request.param


def manifest(number: int) -> dict[str, Any]:
    return {
        "name": "notes",
        "title": f"Notes {number}",
        "hosts": ["https://notes.example:443", "https://more.example:443"],
        "capabilities": ["http"],
        "credentials": [{"name": "key", "type": "apiKey"}],
    }


class Desk:
    """Proven drafts and approvals without a sandbox: the rules here are about rows."""

    def __init__(self, database: Database, lifecycle: Lifecycle) -> None:
        self.database = database
        self.lifecycle = lifecycle

    async def draft(self, number: int, *, passed: bool = True) -> tuple[Draft, Proof]:
        bundle = Bundle({"manifest.json": b"%d" % number, "shared.py": b""})
        await save_bundle(self.database, bundle)
        stated = {"policy_hash": "p", "isolation": "kernel", "n": number, "passed": passed}
        proof = Proof(record_hash(stated), bundle.sha256, passed, stated, {})
        new = Draft(f"draft-{number}", ORG, "notes", "open", 1, bundle.sha256, None, {}, "me", "", "")

        def unit(tx) -> Draft:
            return attach_proof(tx, insert_draft(tx, new, f"key-{number}"), proof)

        return await self.database.write(unit), proof

    async def approved(self, number: int, approval: str = "", **chosen: Any) -> ApprovedPayload:
        draft, proof = await self.draft(number)
        payload = card_payload(manifest(number), proof, **chosen)
        name = approval or f"approval-{number}"
        return ApprovedPayload(ORG, payload, record_hash(payload), name, "owner", draft.id, "run-1")

    async def activate(self, approved: ApprovedPayload) -> Activation:
        return await self.database.write(lambda tx: self.lifecycle.activate(tx, approved))

    async def roll_back(self, key: str, to: int | None = None, module: str = "notes", org: str = ORG) -> Activation:
        return await self.database.write(
            lambda tx: self.lifecycle.roll_back(tx, org, module, key=key, actor="owner", to=to)
        )

    async def active(self) -> Activation | None:
        return await self.database.read(lambda connection: read_active(connection, ORG, "notes"))

    async def told(self, *types: str) -> list[str]:
        query = select(events.c.type).where(events.c.type.in_(types)).order_by(events.c.id)
        return await self.database.read(lambda connection: list(connection.execute(query).scalars()))


@pytest.fixture
async def desk(database: Database, data_dir: Path) -> Desk:
    signer = await open_signer(database, Keyring(data_dir / "keyring"))
    return Desk(database, Lifecycle(TimeOrderedIds(SystemClock()), signer))


MOVES = ("module.promoted", "module.installed", "module.rolled_back")


async def test_an_approval_promotes_and_installs_in_one(desk: Desk) -> None:
    approved = await desk.approved(1)
    activation = await desk.activate(approved)
    assert (activation.number, activation.kind) == (1, "installed")
    assert await desk.active() == activation
    assert await desk.told(*MOVES) == ["module.promoted", "module.installed"]
    draft = await desk.database.read(lambda connection: read_draft(connection, ORG, "draft-1"))
    assert draft.state == "promoted"


async def test_the_attestation_states_what_was_approved_and_by_whom(desk: Desk) -> None:
    approved = await desk.approved(1)
    await desk.activate(approved)
    grant = await desk.database.read(lambda connection: read_grant(connection, ORG, approved.payload_hash))
    statement = verify(grant.attestation)
    assert statement["payload_hash"] == approved.payload_hash
    assert statement["bundle_sha256"] == approved.payload["bundle_sha256"]
    assert (statement["approval"], statement["approved_by"]) == ("approval-1", "owner")


async def test_repeating_an_approval_changes_nothing_not_even_after_a_rollback(desk: Desk) -> None:
    await desk.activate(await desk.approved(1))
    second = await desk.approved(2)
    first_time = await desk.activate(second)
    rolled = await desk.roll_back("r1")
    assert await desk.activate(second) == first_time
    assert await desk.active() == rolled
    assert await desk.told("module.installed") == ["module.installed"] * 2


async def test_two_at_once_make_one_installation(desk: Desk) -> None:
    approved = await desk.approved(1)
    outcomes = await asyncio.gather(*(desk.activate(approved) for _ in range(4)))
    moves = await desk.database.read(lambda connection: list_activations(connection, ORG, "notes"))
    assert len(moves) == 1
    assert outcomes == moves * 4


async def test_versions_approved_at_once_get_numbers_of_their_own(desk: Desk) -> None:
    both = [await desk.approved(number) for number in (1, 2, 3)]
    outcomes = await asyncio.gather(*map(desk.activate, both))
    assert sorted(activation.number for activation in outcomes) == [1, 2, 3]


async def test_a_hash_of_something_else_installs_nothing(desk: Desk) -> None:
    approved = await desk.approved(1)
    with pytest.raises(Conflict):
        await desk.activate(replace(approved, payload_hash="0" * 64))
    widened = {**approved.payload, "hosts": ["https://evil.example:443"]}
    with pytest.raises(Conflict):
        await desk.activate(replace(approved, payload=widened))
    assert await desk.active() is None
    assert await desk.told(*MOVES) == []


async def test_one_approval_cannot_serve_a_second_payload(desk: Desk) -> None:
    await desk.activate(await desk.approved(1))
    with pytest.raises(Conflict):
        await desk.activate(await desk.approved(2, approval="approval-1"))


async def test_a_draft_that_changed_after_its_card_is_not_installed(desk: Desk) -> None:
    approved = await desk.approved(1)
    other = Bundle({"manifest.json": b"changed"})
    await save_bundle(desk.database, other)
    await desk.database.write(
        lambda tx: revise_draft(tx, ORG, "draft-1", revision=1, bundle_sha256=other.sha256, module="notes")
    )
    with pytest.raises(Conflict, match="has changed"):
        await desk.activate(approved)
    assert await desk.active() is None


async def test_a_draft_that_changed_and_was_proven_again_needs_a_new_card(desk: Desk) -> None:
    approved = await desk.approved(1)
    _, other = await desk.draft(2)

    def revise(tx) -> None:
        revised = revise_draft(tx, ORG, "draft-1", revision=1, bundle_sha256=other.bundle_sha256, module="notes")
        attach_proof(tx, revised, other)

    await desk.database.write(revise)
    with pytest.raises(Conflict, match="has changed"):
        await desk.activate(approved)


async def test_a_failed_proof_is_no_ground_for_a_new_grant_either(desk: Desk) -> None:
    _, proof = await desk.draft(1, passed=False)
    payload = card_payload(manifest(1), proof)
    with pytest.raises(Conflict):
        await desk.activate(ApprovedPayload(ORG, payload, record_hash(payload), "a", "owner"))


async def test_a_failed_proof_installs_nothing(desk: Desk) -> None:
    draft, proof = await desk.draft(1, passed=False)
    payload = card_payload(manifest(1), proof)
    with pytest.raises(Conflict):
        await desk.activate(ApprovedPayload(ORG, payload, record_hash(payload), "a", "owner", draft.id))


async def test_a_proof_of_another_bundle_installs_nothing(desk: Desk) -> None:
    _, other = await desk.draft(2)
    approved = await desk.approved(1)
    payload = {**approved.payload, "proof_hash": other.proof_hash}
    with pytest.raises(Conflict):
        await desk.activate(replace(approved, payload=payload, payload_hash=record_hash(payload)))


async def test_rollback_points_to_the_version_before_with_its_own_grant(desk: Desk) -> None:
    binding = {"https://notes.example": "http://127.0.0.1:1"}
    first = await desk.activate(await desk.approved(1, binding=binding))
    second = await desk.activate(await desk.approved(2))
    back = await desk.roll_back("r1")
    assert (back.number, back.kind) == (1, "rolled_back")
    assert (back.bundle_sha256, back.payload_hash) == (first.bundle_sha256, first.payload_hash)
    assert await desk.active() == back
    forward = await desk.roll_back("r2", to=2)
    assert (forward.number, forward.kind, forward.payload_hash) == (2, "installed", second.payload_hash)
    assert await desk.told("module.rolled_back") == ["module.rolled_back"]


async def test_repeating_a_rollback_changes_nothing(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.activate(await desk.approved(number))
    once = await desk.roll_back("r1")
    assert once.number == 2
    assert await desk.roll_back("r1") == once
    assert await desk.active() == once
    assert await desk.told("module.rolled_back") == ["module.rolled_back"]


async def test_a_key_that_moved_a_version_moves_no_other(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.activate(await desk.approved(number))
    once = await desk.roll_back("r1", to=1)
    with pytest.raises(InvalidInput):
        await desk.roll_back("r1", to=2)
    assert await desk.active() == once


async def test_a_second_rollback_goes_further_back_and_never_forward(desk: Desk) -> None:
    for number in (1, 2, 3):
        await desk.activate(await desk.approved(number))
    assert [(await desk.roll_back(key)).number for key in ("r1", "r2")] == [2, 1]
    with pytest.raises(Conflict):
        await desk.roll_back("r3")
    assert (await desk.roll_back("r4", to=3)).kind == "installed"
    assert (await desk.roll_back("r5")).number == 1


async def test_there_is_nothing_to_roll_back_to_at_first(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.roll_back("r0")
    await desk.activate(await desk.approved(1))
    with pytest.raises(Conflict):
        await desk.roll_back("r1")
    with pytest.raises(NotFound):
        await desk.roll_back("r2", to=7)
    with pytest.raises(NotFound):
        await desk.roll_back("r3", org="another")


async def test_a_new_grant_to_the_same_bytes_is_the_same_version(desk: Desk) -> None:
    first = await desk.approved(1)
    await desk.activate(first)
    stated = {"policy_hash": "p", "isolation": "kernel"}
    proof = Proof(first.payload["proof_hash"], first.payload["bundle_sha256"], True, stated, {})
    payload = card_payload(manifest(1), proof, binding={"https://notes.example": "http://127.0.0.1:2"})
    again = ApprovedPayload(ORG, payload, record_hash(payload), "bind-1", "owner")
    activation = await desk.activate(again)
    assert (activation.number, activation.payload_hash) == (1, again.payload_hash)
    versions = await desk.database.read(lambda connection: list_versions(connection, ORG, "notes"))
    assert [version.number for version in versions] == [1]
    assert await desk.told("module.promoted") == ["module.promoted"]


async def test_organisations_do_not_see_each_other(desk: Desk) -> None:
    await desk.activate(await desk.approved(1))
    assert await desk.database.read(lambda connection: read_active(connection, "another", "notes")) is None
    assert await desk.database.read(lambda connection: list_active(connection, "another")) == []
    with pytest.raises(NotFound):
        await desk.database.read(lambda connection: read_draft(connection, "another", "draft-1"))


async def test_the_signing_key_survives_a_restart_and_a_rotation_of_the_keyring(
    database: Database, data_dir: Path
) -> None:
    from core.credentials import CredentialStore

    keyring = Keyring(data_dir / "keyring")
    signers = await asyncio.gather(*(open_signer(database, keyring) for _ in range(3)))
    assert len({signer.key_id for signer in signers}) == 1
    await CredentialStore(database, keyring).rotate_keys()
    again = await open_signer(database, Keyring(data_dir / "keyring"))
    assert again.key_id == signers[0].key_id
