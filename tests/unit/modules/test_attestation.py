"""Attestations: what was signed is what is read, and only this installation's signature counts."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.errors import PolicyViolation
from modules.attestation import Signer, verify

SIGNER = Signer(Ed25519PrivateKey.from_private_bytes(b"k" * 32))


def test_a_signed_statement_reads_back() -> None:
    attestation = SIGNER.attest({"module": "notes"})
    assert SIGNER.verified(attestation)["module"] == verify(attestation)["module"] == "notes"


@pytest.mark.parametrize(
    "change",
    [
        {"statement": {"module": "other"}},
        {"signature": base64.b64encode(b"s" * 64).decode()},
        {"signature": "not base64 !"},
        {"signature": None},
        {"statement": None},
        {"statement": {"n": float("nan")}},
    ],
)
def test_a_changed_one_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PolicyViolation):
        SIGNER.verified(SIGNER.attest({"module": "notes"}) | change)


def test_another_key_is_refused_although_its_signature_fits() -> None:
    stranger = Signer(Ed25519PrivateKey.generate())
    attestation = stranger.attest({"module": "notes"})
    assert verify(attestation)
    with pytest.raises(PolicyViolation):
        SIGNER.verified(attestation)
    with pytest.raises(PolicyViolation):
        SIGNER.verified({**attestation, "key": SIGNER.attest({})["key"]})
