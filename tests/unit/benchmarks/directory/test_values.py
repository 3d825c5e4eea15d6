"""Values for calls fit the schema they are drawn for, in both of OpenAPI's dialects."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from benchmarks.directory import pattern
from benchmarks.directory.checking import fits
from benchmarks.directory.values import FORMATS, Undrawable, Values, merged

DOCUMENT = {"openapi": "3.0.3"}
MODERN = {"openapi": "3.1.0"}


def _draw(schema: Any, seed: int = 1, *, full: bool = True) -> Any:
    return Values(random.Random(seed), lambda node: node, full).draw(schema)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 3, "maximum": 9, "multipleOf": 4},
        {"type": "integer", "minimum": 3, "exclusiveMinimum": True, "maximum": 4},
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "minLength": 30, "maxLength": 31},
        {"type": "string", "pattern": "^[A-Z]{2}-\\d{3}(-x)?$"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "array", "items": {"type": "integer"}, "minItems": 3, "uniqueItems": True},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "boolean"}, "b": {}}},
        {"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 2},
        {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"a": {"type": "integer"}}}]},
        {"oneOf": [{"type": "integer"}, {"type": "string", "format": "date"}]},
    ],
)
def test_a_drawn_value_fits_its_schema(schema: dict[str, Any]) -> None:
    for seed in range(30):
        assert fits(DOCUMENT, schema, _draw(schema, seed))


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_gives_text(name: str) -> None:
    assert re.fullmatch(r"\S+", _draw({"type": "string", "format": name}))


@pytest.mark.parametrize("text", ["^[^/]+$", "^(foo|bar)+$", r"^\w+@\w+\.\w{2,3}$", r"(\d)\1", "^.{8}$"])
def test_a_pattern_finds_the_text_drawn_for_it(text: str) -> None:
    for seed in range(30):
        assert re.search(text, pattern.draw(text, random.Random(seed)))


def test_a_pattern_that_nothing_matches_is_said() -> None:
    with pytest.raises(Undrawable):
        _draw({"type": "string", "pattern": "^a(?!a)a$"})


def test_without_optional_members_only_what_is_required_is_drawn() -> None:
    schema = {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    assert all(_draw(schema, seed, full=False).keys() == {"a"} for seed in range(20))
    assert any(_draw(schema, seed, full=True).keys() == {"a", "b"} for seed in range(20))


def test_what_only_the_server_writes_is_not_sent() -> None:
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer", "readOnly": True}}}
    assert _draw(schema) == {}


def test_a_schema_without_an_end_is_given_up() -> None:
    endless: dict[str, Any] = {"type": "object", "required": ["next"], "properties": {}}
    endless["properties"]["next"] = endless
    with pytest.raises(Undrawable):
        _draw(endless)


def test_all_of_folds_members_and_what_is_required() -> None:
    whole = merged(
        {"allOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}, "required": ["b"]}]},
        lambda node: node,
    )
    assert set(whole["properties"]) == {"a", "b"}
    assert whole["required"] == ["a", "b"]


def test_null_fits_where_a_document_says_nullable() -> None:
    assert fits(DOCUMENT, {"type": "string", "nullable": True}, None)
    assert not fits(DOCUMENT, {"type": "string"}, None)
    assert fits(MODERN, {"type": ["string", "null"]}, None)
    assert not fits(MODERN, {"type": "string", "nullable": True}, None)
