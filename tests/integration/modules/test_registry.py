"""What is installed, as people and programs see it."""

from __future__ import annotations

import pytest

from core.errors import NotFound
from core.hashing import record_hash
from modules.attestation import verify
from modules.bundle import read_bundle
from modules.card import ApprovedPayload
from modules.registry import Registry
from tests.integration.modules.conftest import ORG, Workshop


async def test_an_installed_module_lists_its_operations_and_grant(workshop: Workshop) -> None:
    registry = Registry(workshop.database)
    assert await registry.installed(ORG) == []
    activation = await workshop.installed()
    (one,) = await registry.installed(ORG)
    assert one.activation == activation
    assert one.grant.payload["hosts"] == ["https://notes.example:443"]
    entries = [(entry.module, entry.id, entry.effect) for entry in await registry.operations(ORG)]
    assert entries == [("notes", "get_note", "read"), ("notes", "put_note", "write")]
    assert await registry.operations("another") == []


async def test_a_versions_bundle_has_the_hash_that_was_approved(workshop: Workshop) -> None:
    registry = Registry(workshop.database)
    activation = await workshop.installed()
    bundle = await registry.bundle(ORG, "notes", 1)
    assert read_bundle(bundle.tar()).sha256 == activation.bundle_sha256
    attestation = (await registry.grant(ORG, "notes", 1)).attestation
    assert verify(attestation)["bundle_sha256"] == activation.bundle_sha256
    with pytest.raises(NotFound):
        await registry.bundle(ORG, "notes", 2)


async def test_a_new_binding_is_a_new_grant_of_the_same_version(workshop: Workshop) -> None:
    registry = Registry(workshop.database)
    await workshop.installed(binding={})
    loader = workshop.loader()
    assert not (await loader.call(ORG, "notes", "get_note", {"id": "1"})).ok
    payload = await registry.card(ORG, "notes", binding=workshop.binding)
    approved = ApprovedPayload(ORG, payload, record_hash(payload), "bind", "owner")
    await workshop.database.write(lambda tx: workshop.lifecycle.activate(tx, approved))
    result = await loader.call(ORG, "notes", "get_note", {"id": "1"})
    assert (result.ok, result.version) == (True, 1)
    assert [move.number for move in await registry.history(ORG, "notes")] == [1, 1]


async def test_a_module_that_is_not_installed_has_no_card(workshop: Workshop) -> None:
    with pytest.raises(NotFound):
        await Registry(workshop.database).card(ORG, "notes")
