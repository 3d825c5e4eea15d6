"""Hashes are over bytes; our own records become bytes by RFC 8785 (JSON Canonicalization Scheme)."""

from __future__ import annotations

import hashlib
from typing import Any

import rfc8785

from core.errors import InvalidInput


def sha256_hex(data: bytes) -> str:
    """SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def canonical_json(value: Any) -> bytes:
    """``value`` as RFC 8785 bytes.

    For our own records. Refuses (``InvalidInput``) integers beyond 2^53, NaN, infinities and anything that is not
    JSON: foreign documents are hashed as the bytes they came in.
    """
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise InvalidInput(f"Not canonical JSON: {error}") from error


def record_hash(value: Any) -> str:
    """SHA-256 of a record's canonical JSON."""
    return sha256_hex(canonical_json(value))
