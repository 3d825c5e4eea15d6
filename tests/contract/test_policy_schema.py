"""The published schema of the sandbox's policy is the policy's own."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from sandbox import SandboxPolicy

PUBLISHED = Path(__file__).parents[2] / "docs/reference/sandbox-policy.schema.json"


def test_the_published_schema_is_the_policy_s_own() -> None:
    published = json.loads(PUBLISHED.read_text())
    assert published == SandboxPolicy.model_json_schema(mode="serialization"), f"Write the new one to {PUBLISHED.name}."
    Draft202012Validator.check_schema(published)
    Draft202012Validator(published).validate(SandboxPolicy().model_dump(mode="json"))
