"""The card's payload: one spelling, nothing the manifest does not name, and edits that only narrow."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import InvalidInput
from core.hashing import record_hash
from modules.card import card_payload, carried_over, edited_payload
from modules.store.drafts import Proof

MANIFEST: dict[str, Any] = {
    "name": "notes",
    "hosts": ["https://notes.example:443", "http://b.example:80"],
    "capabilities": ["http", "artifacts"],
    "credentials": [{"name": "key", "type": "apiKey"}],
}
PROOF = Proof("f" * 64, "b" * 64, True, {"policy_hash": "p" * 64, "isolation": "kernel"}, {})


def card(**chosen: Any) -> dict[str, Any]:
    return card_payload(MANIFEST, PROOF, **chosen)


def test_the_same_meaning_has_the_same_hash() -> None:
    first = card(binding={"https://NOTES.example": "http://127.0.0.1:80"}, credentials={"key": "k"})
    second = card(
        hosts=["http://b.example", "https://notes.example"],
        capabilities=["artifacts", "http"],
        binding={"https://notes.example:443/": "http://127.0.0.1/"},
        credentials=[{"credential": "key", "reference": "k", "origin": "https://notes.example"}],
    )
    assert record_hash(first) == record_hash(second)


@pytest.mark.parametrize(
    "chosen",
    [
        {"binding": {"https://notes.example": "http://127.0.0.1:1"}},
        {"credentials": {"key": "k"}},
        {"hosts": ["https://notes.example"]},
        {"capabilities": ["http"]},
    ],
)
def test_every_choice_changes_the_hash(chosen: dict[str, Any]) -> None:
    assert record_hash(card(**chosen)) != record_hash(card())


@pytest.mark.parametrize(
    "chosen",
    [
        {"hosts": ["https://evil.example"]},
        {"capabilities": ["files"]},
        {"binding": {"https://evil.example": "http://127.0.0.1"}},
        {"binding": {"https://notes.example": "file:///etc/passwd"}},
        {"binding": {"https://notes.example": "http://user:pw@127.0.0.1"}},
        {"binding": {"https://notes.example": "http://127.0.0.1?x=1"}},
        {"binding": {"https://notes.example": "http://a", "https://NOTES.example:443/": "http://b"}},
        {"credentials": {"other": "k"}},
        {"credentials": [{"credential": "key", "reference": "k", "origin": "https://evil.example"}]},
        {"credentials": [{"credential": "key", "reference": "k"}, {"credential": "key", "reference": "l"}]},
    ],
)
def test_what_the_module_does_not_name_is_refused(chosen: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        card(**chosen)


def test_a_credential_is_for_the_first_host_unless_said_otherwise() -> None:
    (reference,) = card(credentials={"key": "k"})["credentials"]
    assert reference["origin"] == "https://notes.example:443"


def test_an_edit_narrows_and_never_widens_again() -> None:
    full = card(binding={"http://b.example": "http://127.0.0.1:1"}, credentials={"key": "k"})
    narrow = edited_payload(full, {"hosts": ["https://notes.example"]}, MANIFEST, PROOF)
    assert narrow["hosts"] == ["https://notes.example:443"]
    assert narrow["binding"] == {}
    assert narrow["credentials"] == full["credentials"]
    with pytest.raises(InvalidInput):
        edited_payload(narrow, {"hosts": MANIFEST["hosts"]}, MANIFEST, PROOF)
    with pytest.raises(InvalidInput):
        edited_payload(narrow, {"binding": {"http://b.example": "http://127.0.0.1:1"}}, MANIFEST, PROOF)


@pytest.mark.parametrize("part", ["bundle_sha256", "module", "proof_hash", "isolation", "kind", "unknown"])
def test_bytes_and_proof_are_not_edited(part: str) -> None:
    with pytest.raises(InvalidInput):
        edited_payload(card(), {part: "x"}, MANIFEST, PROOF)


def test_a_new_version_begins_with_what_still_applies() -> None:
    before = card(
        binding={"https://notes.example/v1": "http://127.0.0.1:1", "http://b.example": "http://127.0.0.1:2"},
        credentials={"key": "k"},
    )
    later = {**MANIFEST, "hosts": ["https://notes.example:443"], "credentials": []}
    assert carried_over(before, later) == {
        "binding": {"https://notes.example:443/v1": "http://127.0.0.1:1"},
        "credentials": [],
    }
