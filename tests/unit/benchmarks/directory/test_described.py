"""Calls are drawn from the document itself: required arguments always, a half of the rest, awkward texts among them."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from benchmarks.directory.credentials import shown
from benchmarks.directory.described import Call, Described, operations
from benchmarks.directory.values import NEEDS_ESCAPING, NON_ASCII, Undrawable

DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "security": [{"key": []}],
    "components": {
        "parameters": {"id": {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}},
        "schemas": {"Item": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}},
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "query", "name": "token"},
            "basic": {"type": "http", "scheme": "basic"},
        },
    },
    "paths": {
        "/items/{id}": {
            "parameters": [{"$ref": "#/components/parameters/id"}],
            "get": {
                "parameters": [
                    {"in": "query", "name": "q", "schema": {"type": "string"}},
                    {"in": "header", "name": "Accept", "required": True, "schema": {"type": "string"}},
                ]
            },
            "put": {
                "security": [{"basic": []}],
                "requestBody": {
                    "required": True,
                    "content": {"text/xml": {}, "application/json": {"schema": {"$ref": "#/components/schemas/Item"}}},
                },
            },
            "delete": {"security": [], "parameters": [{"$ref": "#/components/parameters/absent"}]},
        }
    },
}


@pytest.fixture
def described() -> dict[str, Described]:
    return {operation.method: operation for operation in operations(DOCUMENT)}


def _texts(call: Call) -> str:
    return json.dumps([each.value for each in call.arguments] + [call.body], ensure_ascii=False)


def test_every_operation_is_found(described: dict[str, Described]) -> None:
    assert set(described) == {"GET", "PUT", "DELETE"}


def test_required_arguments_alone(described: dict[str, Described]) -> None:
    for seed in range(20):
        call = described["GET"].draw(random.Random(seed), full=False)
        assert [(each.place, each.name) for each in call.arguments] == [("path", "id")]
        assert NON_ASCII not in _texts(call)


def test_a_full_call_holds_the_awkward_texts_where_there_are_places(described: dict[str, Described]) -> None:
    for seed in range(20):
        call = described["PUT"].draw(random.Random(seed), full=True)
        assert call.media_type == "application/json"
        assert NON_ASCII in _texts(call)
        assert NEEDS_ESCAPING in _texts(call)


def test_optional_arguments_come_and_go_with_the_seed(described: dict[str, Described]) -> None:
    counts = {len(described["GET"].draw(random.Random(seed), full=True).arguments) for seed in range(20)}
    assert counts == {1, 2}


def test_the_same_seed_draws_the_same(described: dict[str, Described]) -> None:
    assert described["PUT"].draw(random.Random(5), full=True) == described["PUT"].draw(random.Random(5), full=True)


def test_a_reference_to_nowhere_cannot_be_drawn(described: dict[str, Described]) -> None:
    with pytest.raises(Undrawable):
        described["DELETE"].draw(random.Random(1), full=False)


def test_what_is_shown_follows_the_operations_security(described: dict[str, Described]) -> None:
    assert set(shown(described["GET"]).query) == {"token"}
    assert shown(described["PUT"]).headers["Authorization"].startswith("Basic ")
    assert shown(described["DELETE"]).headers == {}
