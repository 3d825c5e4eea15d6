"""Manifests: what the published schema takes and refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from core.errors import InvalidInput
from modules.builder.openapi.manifest import SCHEMA_ID as BUILT_ID
from modules.manifest import SCHEMA_ID, check_manifest, manifest_schema, read_manifest


def a_manifest(**members: Any) -> dict[str, Any]:
    return {
        "$schema": SCHEMA_ID,
        "name": "things",
        "title": "Things",
        "description": "",
        "document_version": "1",
        "runtime": "adapter/1",
        "source": {"kind": "openapi", "sha256": "0" * 64},
        "capabilities": ["http"],
        "servers": [{"url": "https://things.example", "description": ""}],
        "hosts": ["https://things.example:443"],
        "credentials": [],
        "operations": [{"id": "get_a", "summary": "", "method": "GET", "path": "/a", "effect": "read"}],
        "findings": [],
        **members,
    }


def test_the_schema_is_one_and_its_id_is_the_manifests() -> None:
    Draft202012Validator.check_schema(manifest_schema())
    assert manifest_schema()["$id"] == SCHEMA_ID == BUILT_ID


def test_a_good_manifest_passes() -> None:
    check_manifest(a_manifest())
    assert read_manifest({"manifest.json": json.dumps(a_manifest()).encode()}) == a_manifest()


@pytest.mark.parametrize(
    "members",
    [
        {"name": "Not A Slug"},
        {"runtime": "adapter/2"},
        {"capabilities": ["sockets"]},
        {"hosts": ["things.example"]},
        {"hosts": ["https://user@things.example:443"]},
        {"operations": []},
        {"operations": [{"id": "1bad", "summary": "", "method": "GET", "path": "/", "effect": "read"}]},
        {"operations": [{"id": "a", "summary": "", "method": "GET", "path": "/", "effect": "read"}] * 2},
        {"credentials": [{"name": "k", "type": "apiKey"}]},
        {"credentials": [{"name": "k", "type": "apiKey", "in": "header", "parameter": "X", "value": "secret"}]},
        {"extra": 1},
    ],
)
def test_a_wrong_manifest_is_refused_with_its_place(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_manifest(a_manifest(**members))
    assert next(iter(members)) in refused.value.detail


@pytest.mark.parametrize("files", [{}, {"manifest.json": b"{"}, {"manifest.json": b"[]"}])
def test_a_bundle_needs_a_manifest(files: dict[str, bytes]) -> None:
    with pytest.raises(InvalidInput):
        read_manifest(files)
