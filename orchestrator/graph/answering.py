"""Who answered: what a message says of its model, and of the ones that could not."""

from __future__ import annotations

from typing import Any

_WHY = {
    "budget": "the budget is spent",
    "budget_exceeded": "the budget is spent",
    "auth": "its key was refused or is missing",
    "rate_limit": "it had no room",
    "timeout": "it took too long",
    "unreachable": "it could not be reached",
    "context_too_long": "the conversation is too long for it",
    "content_filter": "it kept its answer back",
    "not_found": "there is no such model",
    "schema_mismatch": "its answer did not have the shape that was asked for",
}


def answered_by(record: dict[str, Any]) -> dict[str, Any]:
    """``provider``, ``model``, the ``name`` that the routing has for it, and where another one should have answered,
    ``instead_of``: a sentence that says why.
    """
    attempts = record.get("attempts", [])
    name = attempts[-1]["model"] if attempts else record["model"]
    said = {"provider": record["provider"], "model": record["model"], "name": name}
    # One that was asked again and answered stands in for nobody.
    failed = [attempt for attempt in attempts if attempt["failure"] and attempt["model"] != name]
    if not failed:
        return said
    first = failed[0]
    why = _WHY.get(first["failure"], "it failed")
    who = "The builtin rules" if record["provider"] == "builtin" else name
    return {**said, "instead_of": f"{who} answered instead of {first['model']}: {why}."}
