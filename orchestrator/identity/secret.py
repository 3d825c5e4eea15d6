"""Secrets of 256 random bits. Only their SHA-256 is ever stored: with this much entropy no slow hash is needed."""

from __future__ import annotations

import hashlib
import re
import secrets

KEY_PREFIX = "nx_"
SHAPE = re.compile(r"[A-Za-z0-9_-]{20,128}")


def new_key() -> str:
    """A key for a program or the owner: ``nx_`` and 43 URL-safe characters."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def new_token() -> str:
    """A session cookie or one-time code: 43 URL-safe characters."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored in place of ``secret``: its SHA-256 in hexadecimal."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def well_formed(secret: str) -> bool:
    """Whether ``secret`` could be one of ours; anything else is refused without asking the database."""
    return SHAPE.fullmatch(secret) is not None
