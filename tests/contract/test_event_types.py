"""Every event that the code states has a published shape, and the shapes are JSON Schemas."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from orchestrator.event_types import EVENT_TYPES, event_schemas

ROOT = Path(__file__).resolve().parents[2]
STATED = re.compile(r"\b(?:emit|occur|occurred|result)\(\s*(?:tx,\s*)?\"([a-z_]+\.[a-z_]+)\"")
NAMED = re.compile(r"\"((?:run|module)\.(?:started|resumed|finished|failed|cancelled|installed|rolled_back))\"")


def stated() -> set[str]:
    found: set[str] = set()
    for folder in ("core", "gateway", "modules", "orchestrator"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "event_types.py":
                text = path.read_text(encoding="utf-8")
                found |= set(STATED.findall(text)) | set(NAMED.findall(text))
    return found


def test_what_the_code_states_is_what_is_published() -> None:
    missing = stated() - EVENT_TYPES.keys()
    assert not missing
    assert {"message.delta", "decision.made", "approval.requested", "draft.created", "budget.expired"} <= stated()


@pytest.mark.parametrize("type", sorted(EVENT_TYPES))
def test_a_published_shape_is_a_schema(type: str) -> None:
    schema = event_schemas()[type]
    Draft202012Validator.check_schema(schema)
    assert schema["$id"].endswith(f"/{type}.json")
