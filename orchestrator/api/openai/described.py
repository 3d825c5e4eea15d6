"""How the routes' errors stand in the API's description."""

from __future__ import annotations

from typing import Any

from orchestrator.api.openapi import PROBLEM_RESPONSES

_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": ["string", "null"]},
            },
        }
    },
}

ERRORS: dict[int | str, dict[str, Any]] = {
    status: {**response, "content": {"application/json": {"schema": _ERROR}}}
    for status, response in PROBLEM_RESPONSES.items()
}
