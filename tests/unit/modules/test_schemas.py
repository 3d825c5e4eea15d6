"""Schemas of a bundle: definitions and recursion resolved, and no schema or value makes a check run for ever."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modules.schemas import Schema, references

TREE = {
    "type": "object",
    "required": ["n"],
    "properties": {"n": {"type": "integer"}, "next": {"$ref": "definitions/Tree.json"}},
}
DEFINITIONS = {"definitions/Tree.json": TREE}
TO_TREE = {"$ref": "definitions/Tree.json"}


def schema(value: Any, definitions: dict[str, Any] | None = None) -> Schema:
    return Schema(value, DEFINITIONS if definitions is None else definitions)


def test_definitions_resolve_and_recur() -> None:
    assert schema(TO_TREE).mismatch({"n": 1, "next": {"n": 2, "next": {"n": 3}}}) is None
    fault = schema(TO_TREE).mismatch({"n": 1, "next": {"n": 2, "next": {"n": "three"}}})
    assert fault is not None
    assert (fault.place, fault.decided) == ("/next/next/n", True)
    assert "next.next.n" in fault.sentence


def test_a_fragment_of_a_definition_resolves() -> None:
    assert schema({"$ref": "definitions/Tree.json#/properties/n"}).mismatch("x") is not None


def test_a_place_is_a_json_pointer() -> None:
    fault = schema({"properties": {"a/b~c": {"items": {"type": "string"}}}}).mismatch({"a/b~c": ["", 1]})
    assert fault is not None
    assert fault.place == "/a~1b~0c/1"


@pytest.mark.parametrize(
    ("value", "definitions"),
    [
        ({"$ref": "definitions/Absent.json"}, {}),
        ({"$ref": "https://example.com/schema.json"}, {}),
        ({"$ref": "file:///etc/passwd"}, {}),
        ({"$ref": "definitions/A.json"}, {"definitions/A.json": {"$ref": "definitions/A.json"}}),
        ({"$ref": "#/nowhere"}, {}),
    ],
)
def test_what_cannot_be_resolved_is_undecided(value: Any, definitions: dict[str, Any]) -> None:
    fault = schema(value, definitions).mismatch({"n": 1})
    assert fault is not None
    assert not fault.decided


def test_a_doubling_schema_ends_undecided() -> None:
    both = [{"$ref": "definitions/A.json"}, {"$ref": "definitions/A.json"}]
    doubling = {"definitions/A.json": {"type": "object", "properties": {"next": {"oneOf": both}}}}
    value: dict[str, Any] = {}
    for _ in range(60):
        value = {"next": value}
    fault = schema({"$ref": "definitions/A.json"}, doubling).mismatch(value, budget=1000)
    assert fault is not None
    assert not fault.decided


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^(a|a)*$", "(.*)*x", "^(a|aa)+$", "(", "^(?=a)", "a" * 2000])
def test_a_pattern_that_could_run_for_ever_or_cannot_be_read_says_nothing(pattern: str) -> None:
    text = "a" * 50_000 + "b"
    assert schema({"pattern": pattern}).mismatch(text) is None
    assert schema({"patternProperties": {pattern: {"type": "integer"}}}).mismatch({text: 1}) is None
    closed = {"patternProperties": {pattern: {}}, "additionalProperties": False}
    assert schema(closed).mismatch({text: 1}) is None


def test_a_pattern_with_several_repetitions_is_used_on_short_text_only() -> None:
    slow = {"pattern": "^.*a.*b.*c$"}
    assert schema(slow).mismatch("xyz") is not None
    assert schema(slow).mismatch("a" * 100_000) is None


def test_plain_patterns_hold() -> None:
    assert schema({"pattern": "^[a-z]+$"}).mismatch("ABC") is not None
    assert schema({"pattern": "^[a-z]+$"}).mismatch("abc") is None
    closed = {"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False}
    assert schema(closed).mismatch({"x-a": "1"}) is None
    assert schema(closed).mismatch({"x-a": 1}) is not None
    assert schema(closed).mismatch({"y": "1"}) is not None


def test_unique_items_are_found_without_comparing_all_pairs() -> None:
    many = [{"n": n} for n in range(20_000)]
    assert schema({"uniqueItems": True}).mismatch(many) is None
    assert schema({"uniqueItems": True}).mismatch([*many, {"n": 5}]) is not None


def test_many_faults_cost_no_more_than_a_few() -> None:
    assert schema({"items": {"type": "string"}}).mismatch([1] * 100_000) is not None


@pytest.mark.parametrize(
    "broken", [{"type": "strange"}, {"required": 5}, {"properties": []}, {"minimum": "x"}, {"allOf": 3}]
)
def test_a_schema_that_is_none_is_undecided_and_no_crash(broken: dict[str, Any]) -> None:
    fault = schema(broken).mismatch({"a": 1}) or schema(broken).mismatch(1)
    assert fault is None or not fault.decided


def test_the_self_contained_form_says_the_same() -> None:
    contained = schema({"type": "object", "properties": {"tree": TO_TREE}}).self_contained
    validator = Draft202012Validator(contained)
    assert validator.is_valid({"tree": {"n": 1, "next": {"n": 2}}})
    assert not validator.is_valid({"tree": {"n": 1, "next": {"n": "2"}}})


def test_references_in_values_are_values() -> None:
    data = {"enum": [TO_TREE], "const": TO_TREE, "default": TO_TREE, "examples": [TO_TREE]}
    assert references(data) == set()
    assert references({"properties": {"enum": TO_TREE, "$ref": TO_TREE}}) == {"definitions/Tree.json"}
    assert schema(data).self_contained["const"] == TO_TREE
