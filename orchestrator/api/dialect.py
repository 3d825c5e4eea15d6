"""In whose words a refusal is said: those of RFC 9457, or OpenAI's where its clients ask.

The front door refuses before anything else is imported, so that this needs the standard library alone.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from core.errors import NexusError

TYPE_BASE = "https://nexus.invalid/problems/"
RETRY_SECONDS = 2
"""How long a client should wait before it asks a service again that could not answer yet."""

OWN_AREAS = frozenset(
    {"approvals", "events", "files", "health", "logout", "me", "model-choices", "modules", "runs", "threads"},
)
"""What NEXUS has under ``/v1`` for its own clients, by the first part of the path. A contract test holds it to that."""


def speaks_openai(path: str) -> bool:
    """Whether ``path`` is what a client of OpenAI's would ask for: all of ``/v1`` but the areas of our own."""
    version, _, rest = path.removeprefix("/").partition("/")
    return version == "v1" and rest.partition("/")[0] not in OWN_AREAS


def problem_document(error: NexusError, request_id: str, status: int) -> dict[str, Any]:
    """``error`` as a problem document. Its facts become members, which the standard ones outrank."""
    return {
        **error.facts,
        "type": TYPE_BASE + error.code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": error.code,
        "detail": error.detail,
        "mend": error.mend,
        "request_id": request_id,
    }


def openai_document(message: str, kind: str, code: str, param: str | None = None) -> dict[str, Any]:
    """What OpenAI's clients read of a refusal; ``kind`` is the class of error that they know."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
