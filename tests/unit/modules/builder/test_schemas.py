"""Schemas of documents as JSON Schema 2020-12: what they mean is kept, what is wrong in them costs little."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modules.builder.openapi.document import Document
from modules.builder.openapi.findings import Findings
from modules.builder.openapi.schemas import Schemas

NULL = {"type": "null"}


def convert(schema: Any, components: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any], list[str]]:
    """The converted schema, the definitions it needs, and the codes of what was found."""
    findings = Findings()
    schemas = Schemas(Document({"components": {"schemas": components or {}}}), findings)
    converted = schemas.convert(schema, "here")
    schemas.finish()
    for made in [converted, *schemas.definitions.values()]:
        Draft202012Validator.check_schema(made)
    return converted, schemas.definitions, [finding.code for finding in findings.all()]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": True, "enum": ["a"]}, {"type": ["string", "null"], "enum": ["a", None]}),
        ({"type": ["integer", "null"]}, {"type": ["integer", "null"]}),
        ({"type": "number", "minimum": 1, "exclusiveMinimum": True}, {"type": "number", "exclusiveMinimum": 1}),
        ({"type": "number", "maximum": 1, "exclusiveMaximum": False}, {"type": "number", "maximum": 1}),
        ({"type": "integer", "exclusiveMinimum": 0}, {"type": "integer", "exclusiveMinimum": 0}),
        ({"type": "string", "minLength": "3"}, {"type": "string", "minLength": 3}),
        ({"type": "string", "format": "date-time", "minLength": 25}, {"type": "string", "format": "date-time"}),
        ({"type": "integer", "maximum": 2**70}, {"type": "integer", "maximum": 2**70}),
        ({"type": "string", "example": "x"}, {"type": "string", "examples": ["x"]}),
        ({"type": "string", "enum": [1, True, "no"]}, {"type": "string", "enum": ["1", "true", "no"]}),
        ({"type": "integer", "enum": ["1", "2"]}, {"type": "integer", "enum": [1, 2]}),
        ({"type": "string", "enum": {"a": 1}}, {"type": "string"}),
        ({"type": "string", "required": True}, {"type": "string"}),
        ({"type": "array", "enum": ["a"]}, {"type": "array", "items": {"enum": ["a"]}}),
        ({"type": "array", "items": [{"type": "string"}]}, {"type": "array", "items": {"type": "string"}}),
        ({"oneOf": [{"type": "string"}, NULL]}, {"anyOf": [{"type": "string"}, NULL]}),
        ({"allOf": []}, {}),
        ({"type": "Integer"}, {"type": "integer"}),
        ({"type": "datetime"}, {"type": "string"}),
        ({"x-secret": 1, "discriminator": {}, "xml": {}, "externalDocs": {}}, {}),
        (True, True),
    ],
)
def test_a_schema_is_written_in_the_newer_dialect(given: Any, made: Any) -> None:
    assert convert(given)[0] == made


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"type": "flight-date"}, "unknown_type"),
        ("string", "not_a_schema"),
        ({"$ref": "#/components/schemas/Missing"}, "unreachable_ref"),
        ({"$ref": "file:///etc/passwd"}, "unreachable_ref"),
        ({"$ref": "https://example.com/schema.json#/a"}, "unreachable_ref"),
        ({"$ref": "other.yaml"}, "unreachable_ref"),
        ({"$ref": "#"}, "unreachable_ref"),
        ({"type": "string", "pattern": "(a+)+$"}, "pattern"),
        ({"type": "string", "pattern": "\\p{L}"}, "pattern"),
    ],
)
def test_what_cannot_be_read_takes_any_value_and_says_so(given: Any, code: str) -> None:
    made, _, codes = convert(given)
    assert codes == [code]
    assert Draft202012Validator(made).is_valid("anything")


def test_references_become_definitions_and_recursion_stays() -> None:
    tree = {
        "type": "object",
        "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    }
    made, definitions, codes = convert({"$ref": "#/components/schemas/Tree"}, {"Tree": tree})
    assert made == {"$ref": "definitions/Tree.json"}
    assert definitions["Tree"]["properties"]["children"]["items"] == made
    assert codes == []


def test_a_reference_into_a_schema_is_a_definition_too() -> None:
    pet = {"type": "object", "properties": {"name": {"type": "string"}}}
    made, definitions, _ = convert({"$ref": "#/components/schemas/Pet/properties/name"}, {"Pet": pet})
    assert definitions == {"Pet_name": {"type": "string"}}
    assert made == {"$ref": "definitions/Pet_name.json"}


def test_definitions_inside_a_schema_are_found() -> None:
    outer = {"$defs": {"Inner": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/Inner"}}}
    _, definitions, codes = convert({"$ref": "#/components/schemas/Outer"}, {"Outer": outer})
    assert definitions["Outer"]["properties"]["a"] == {"$ref": "definitions/Outer_Inner.json"}
    assert definitions["Outer_Inner"] == {"type": "integer"}
    assert codes == []


@pytest.mark.parametrize(
    "components",
    [
        {"A": {"$ref": "#/components/schemas/A"}},
        {"A": {"$ref": "#/components/schemas/B"}, "B": {"$ref": "#/components/schemas/A"}},
    ],
)
def test_a_reference_in_a_circle_takes_any_value(components: dict[str, Any]) -> None:
    _, definitions, codes = convert({"$ref": "#/components/schemas/A"}, components)
    assert definitions == {"A": {}}
    assert codes == ["unreachable_ref"]


def test_names_that_would_clash_as_files_stay_apart() -> None:
    components = {"a/b": {"type": "string"}, "a b": {"type": "integer"}, "ü" * 300: {"type": "boolean"}}
    schema = {"allOf": [{"$ref": f"#/components/schemas/{name.replace('/', '~1')}"} for name in components]}
    _, definitions, _ = convert(schema, components)
    assert len(definitions) == 3
    assert all(len(name) <= 64 and name.isascii() and "/" not in name for name in definitions)


def test_nullable_beside_a_reference_is_heard() -> None:
    made, _, _ = convert({"$ref": "#/components/schemas/A", "nullable": True}, {"A": {"type": "string"}})
    assert made == {"anyOf": [{"$ref": "definitions/A.json"}, NULL]}


def test_read_only_properties_are_not_required() -> None:
    schema = {
        "type": "object",
        "required": ["id", "name", "secret", "gone"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "name": {"type": "string"},
            "secret": {"$ref": "#/components/schemas/Secret"},
        },
        "additionalProperties": False,
    }
    made, _, _ = convert(schema, {"Secret": {"type": "string", "writeOnly": True}})
    assert made["required"] == ["name"]


def test_parts_of_an_all_of_do_not_refuse_each_other() -> None:
    base = {"type": "object", "properties": {"a": {}}, "additionalProperties": False}
    made, definitions, _ = convert(
        {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {}}, "additionalProperties": False}]},
        {"Base": base},
    )
    assert "additionalProperties" not in definitions["Base"]
    assert "additionalProperties" not in made["allOf"][1]


def test_any_of_and_one_of_must_both_hold() -> None:
    made, _, _ = convert({"anyOf": [{"type": "string"}], "oneOf": [{"maxLength": 1}]})
    assert made == {"anyOf": [{"type": "string"}], "allOf": [{"anyOf": [{"maxLength": 1}]}]}


def test_nullable_alternatives_allow_null() -> None:
    made, _, _ = convert({"nullable": True, "type": "object", "allOf": [{"required": ["a"]}], "description": "d"})
    validator = Draft202012Validator(made)
    assert made["description"] == "d"
    assert validator.is_valid(None)
    assert not validator.is_valid({})
