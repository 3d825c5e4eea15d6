"""Sampled values follow their schemas, every time the same."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modules.builder.openapi.samples import Sampler
from modules.builder.openapi.strings import AWKWARD

SCHEMAS: list[dict[str, Any]] = [
    {"type": "string"},
    {"type": "string", "minLength": 40},
    {"type": "string", "maxLength": 2},
    {"type": "string", "pattern": "^[A-Z]{2}[0-9]{4,}$", "minLength": 9},
    {"type": "string", "pattern": "^(?=.*[a-z])(?=.*[A-Z])(?=.*[0-9]).{8,}$"},
    {"type": "string", "enum": [None, "b"]},
    {"type": "string", "format": "date-time"},
    {"type": "string", "examples": ["shown"]},
    {"type": "string", "examples": [5], "default": "d"},
    {"type": "integer", "minimum": 5},
    {"type": "integer", "maximum": -5},
    {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 2},
    {"type": "integer", "minimum": 1, "multipleOf": 7},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.5},
    {"type": "number", "minimum": 0.25, "maximum": 0.75},
    {"type": "boolean"},
    {"type": ["null", "integer"]},
    {"type": "null"},
    {"const": {"a": 1}},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 2, "uniqueItems": True},
    {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "minItems": 2},
    {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "integer"}, "c": {"type": "string"}}},
    {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
    {"properties": {"a": {"type": "integer"}}, "required": ["a"]},
    {"anyOf": [{"type": "null"}, {"type": "integer"}]},
    {"type": "object", "properties": {"a": {"type": "integer"}}, "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
    {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
            {"required": ["b"], "properties": {"b": {"type": "integer"}, "a": {"enum": ["x"]}}},
        ]
    },
    {"allOf": [{"allOf": [{"type": "object", "required": ["a"]}]}, {"properties": {"a": {"type": "integer"}}}]},
]


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("full", [False, True])
def test_a_sample_follows_its_schema(schema: dict[str, Any], full: bool) -> None:
    sample = Sampler({}).value(schema, full=full)
    assert list(Draft202012Validator(schema).iter_errors(sample)) == []
    assert Sampler({}).value(schema, full=full) == sample


def test_recursion_ends() -> None:
    node = {
        "type": "object",
        "required": ["value"],
        "properties": {"value": {"type": "integer"}, "next": {"$ref": "definitions/Node.json"}},
    }
    endless = {"type": "object", "required": ["self"], "properties": {"self": {"$ref": "definitions/Endless.json"}}}
    sampler = Sampler({"Node": node, "Endless": endless})
    assert sampler.value({"$ref": "definitions/Node.json"}, full=False) == {"value": 1}
    assert "next" in sampler.value({"$ref": "definitions/Node.json"}, full=True)
    assert isinstance(sampler.value({"$ref": "definitions/Endless.json"}, full=True), dict)


def test_free_text_of_a_full_sample_needs_escaping() -> None:
    assert Sampler({}).value({"type": "string"}, full=True) == AWKWARD
    assert not AWKWARD.isascii()


def test_optional_members_are_there_only_in_a_full_sample() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}, "id": {"type": "integer", "readOnly": True}}}
    assert Sampler({}).value(schema, full=False) == {}
    assert Sampler({}).value(schema, full=True) == {"a": 1}
