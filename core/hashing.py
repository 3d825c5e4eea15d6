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
    except rfc8785.IntegerDomainError as error:
        raise InvalidInput(
            "This has no canonical JSON: an integer is beyond 2^53.", mend="Carry such integers as strings."
        ) from error
    except ValueError as error:
        reason = "a name holds half of a surrogate pair" if isinstance(error, UnicodeEncodeError) else error
        raise InvalidInput(f"This has no canonical JSON: {reason}.") from error
    except RecursionError as error:
        raise InvalidInput("This has no canonical JSON: it is nested too deeply.") from error


def record_hash(value: Any) -> str:
    """SHA-256 of a record's canonical JSON."""
    return sha256_hex(canonical_json(value))
