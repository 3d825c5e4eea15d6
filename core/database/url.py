"""Database addresses as people write them."""

from __future__ import annotations


def normalised_url(url: str) -> str:
    """``postgres://`` and ``postgresql://`` as people write them, on the driver that we ship."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url
