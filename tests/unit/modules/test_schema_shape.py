"""The quick check of schemas agrees with the published meta-schema."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from modules.schema_shape import fault

RIGHT: list[Any] = [
    True, {}, {"type": "object"}, {"type": ["string", "null"]}, {"properties": {"type": {"type": "string"}}},
    {"enum": [{"type": 5}]}, {"default": {"required": 5}}, {"x-own": {"type": 5}}, {"$ref": "definitions/A.json"},
    {"items": False}, {"allOf": [{"minimum": 1.5}]}, {"dependentRequired": {"a": ["b"]}}, {"minLength": 2.0},
]  # fmt: skip
WRONG: list[Any] = [
    [], 5, None, {"type": "strange"}, {"type": 5}, {"type": []}, {"required": 5}, {"required": [5]}, {"properties": []},
    {"properties": {"a": 5}}, {"items": 5}, {"allOf": {}}, {"allOf": []}, {"allOf": [5]}, {"minimum": "1"},
    {"minimum": True}, {"minLength": -1}, {"minLength": 1.5}, {"multipleOf": 0}, {"pattern": 5}, {"uniqueItems": "yes"},
    {"additionalProperties": {"not": {"type": 5}}}, {"$ref": 5}, {"dependentRequired": {"a": "b"}}, {"enum": "a"},
]  # fmt: skip


@pytest.mark.parametrize("schema", RIGHT)
def test_schemas_are_schemas(schema: Any) -> None:
    Draft202012Validator.check_schema(schema)
    assert fault(schema) is None


@pytest.mark.parametrize("schema", WRONG)
def test_what_the_meta_schema_refuses_is_refused(schema: Any) -> None:
    with pytest.raises(SchemaError):
        Draft202012Validator.check_schema(schema)
    assert fault(schema) is not None


def test_a_tower_of_schemas_is_refused_without_falling_over() -> None:
    tower: dict[str, Any] = {}
    for _ in range(5000):
        tower = {"not": tower}
    assert "nested" in (fault(tower) or "")
