from __future__ import annotations

import hashlib

import pytest

from orchestrator.identity.secret import digest, new_key, new_token, well_formed


def test_secrets_have_256_bits_and_are_well_formed() -> None:
    secrets = {new_key() for _ in range(50)} | {new_token() for _ in range(50)}

    assert len(secrets) == 100
    assert all(well_formed(secret) and len(secret) >= 43 for secret in secrets)


def test_the_digest_is_sha256() -> None:
    assert digest("a") == hashlib.sha256(b"a").hexdigest()


@pytest.mark.parametrize(
    "text", ["", "short", "x" * 129, "x" * 30 + "\n", "ключ" * 10, "x" * 30 + "\x00", "\ud800" * 30]
)
def test_what_cannot_be_a_secret_is_told_apart(text: str) -> None:
    assert not well_formed(text)
