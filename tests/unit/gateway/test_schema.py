"""Inputs read from JSON Schemas, as real descriptions write them."""

from __future__ import annotations

from typing import Any

from gateway.schema import choices, missing_inputs, slots, type_of, with_value

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "readOnly": True},
        "name": {"type": "string"},
        "boss": {"$ref": "#/$defs/Person"},
    },
    "required": ["id", "name"],
}


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "$defs": {"Person": PERSON}}


def paths(document: dict[str, Any]) -> list[str]:
    return [slot.dotted for slot in slots(document)]


def test_members_of_objects_are_inputs_and_recursion_ends() -> None:
    found = paths(schema(body={"$ref": "#/$defs/Person"}))
    assert found[:2] == ["body", "body.name"]
    assert "body.boss.name" in found
    assert max(path.count(".") for path in found) <= 3


def test_what_the_service_sets_itself_is_never_asked_for() -> None:
    document = schema(body={"$ref": "#/$defs/Person"})
    assert missing_inputs(document, {}) == ("body.name",)
    assert "body.id" not in paths(document)


def test_members_of_every_all_of_count() -> None:
    inner = {"allOf": [{"$ref": "#/$defs/Person"}, {"properties": {"age": {"type": "integer"}}, "required": ["age"]}]}
    assert missing_inputs(schema(body=inner), {"body": {"name": "Ada"}}) == ("body.age",)


def test_an_optional_object_asks_for_its_members_only_once_it_is_there() -> None:
    document = {"type": "object", "properties": {"body": {"$ref": "#/$defs/Person"}}, "$defs": {"Person": PERSON}}
    assert missing_inputs(document, {}) == ()
    assert missing_inputs(document, {"body": {}}) == ("body.name",)


def test_a_reference_that_leads_nowhere_is_anything() -> None:
    document = schema(a={"$ref": "definitions/Elsewhere.json"}, b={"$ref": "#/$defs/Loop"})
    document["$defs"]["Loop"] = {"$ref": "#/$defs/Loop"}
    assert [slot.type for slot in slots(document)] == ["any", "any"]
    assert missing_inputs(document, {"a": 1}) == ("b",)


def test_nullable_types_are_the_type_they_are_without_null() -> None:
    assert type_of({"type": ["string", "null"]}) == "string"
    assert [slot.type for slot in slots(schema(a={"anyOf": [{"type": "integer"}, {"type": "null"}]}))] == ["integer"]


def test_choices_come_from_enums_constants_and_labels() -> None:
    assert [choice.value for choice in choices({"enum": ["a", None, 1]})] == ["a", 1]
    labelled = choices({"oneOf": [{"const": "d-1", "title": "First"}, {"const": "d-2"}]})
    assert [choice.labels for choice in labelled] == [("d-1", "First"), ("d-2",)]


def test_a_value_is_set_without_changing_the_original() -> None:
    before = {"body": {"a": 1}}
    assert with_value(before, ("body", "b"), 2) == {"body": {"a": 1, "b": 2}}
    assert before == {"body": {"a": 1}}


def test_a_schema_with_thousands_of_inputs_is_read_only_in_part() -> None:
    many = {f"p{number}": {"type": "string"} for number in range(5_000)}
    assert len(slots({"type": "object", "properties": many})) <= 200
