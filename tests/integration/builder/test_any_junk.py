"""Descriptions with junk in any place: a bundle comes of them or a refusal with its mend, never anything else."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.builder.openapi.package import build
from modules.builder.refusal import Refused
from modules.bundle import check_files
from modules.manifest import read_manifest

ROOT = Path(__file__).resolve().parents[3]
JUNK: list[Any] = [
    None, True, -1, 1.5, 10**400, 1e308, "", "x", "#", "#/", "../x", "\x00\ud7ff", "object", "array", [], {}, [None],
    [[[]]], {"a": None}, {"$ref": "#/components/schemas/X"}, {"$ref": "#"}, {"$ref": 5}, {"$ref": "http://127.0.0.1/x"},
    {"type": 5}, {"type": ["string", ["x"]]}, {"enum": [{}]}, {"properties": []}, {"pattern": "("}, {"in": "path"},
    {"type": "integer", "minimum": 10**400, "maximum": 1e300}, {"type": "string", "minLength": 10**12},
    {"name": "a", "in": ["x"]}, {"allOf": [{"allOf": [{}]}]}, {"type": "array", "minItems": 10**9, "items": {}},
]  # fmt: skip
SWAGGER: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "host": "pets.example",
    "schemes": ["https"],
    "securityDefinitions": {"oauth": {"type": "oauth2", "flow": "implicit", "scopes": {"r": ""}}},
    "parameters": {"limit": {"name": "limit", "in": "query", "type": "integer", "maximum": 50}},
    "definitions": {"Pet": {"type": "object", "properties": {"mother": {"$ref": "#/definitions/Pet"}}}},
    "paths": {
        "/pets/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
            "get": {
                "parameters": [{"$ref": "#/parameters/limit"}],
                "responses": {"200": {"schema": {"$ref": "#/definitions/Pet"}}},
            },
            "post": {
                "consumes": ["multipart/form-data"],
                "parameters": [{"name": "file", "in": "formData", "type": "file"}],
                "responses": {"201": {"description": ""}},
            },
            "put": {
                "parameters": [{"name": "pet", "in": "body", "schema": {"$ref": "#/definitions/Pet"}}],
                "responses": {"default": {"schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}}},
            },
        }
    },
}


def descriptions() -> list[dict[str, Any]]:
    examples = [yaml.safe_load(path.read_text()) for path in sorted((ROOT / "examples").glob("*.yaml"))]
    return [SWAGGER, *examples]


@pytest.mark.parametrize("seed", range(12))
def test_junk_anywhere_never_breaks_the_builder(seed: int) -> None:
    rng = random.Random(seed)
    given = descriptions()
    outcomes = [outcome(spoiled(copy.deepcopy(rng.choice(given)), rng)) for _ in range(40)]
    assert set(outcomes) <= {"built", "refused"}
    assert outcomes.count("built") > len(outcomes) / 2


def outcome(document: Any) -> str:
    files: dict[str, bytes] = {}
    content = json.dumps(document).encode()
    try:
        build(content, write=files.__setitem__, progress=lambda stage, data: None, limit=1 << 24)
    except Refused as refused:
        return "refused" if refused.detail and refused.mend else "silent"
    read_manifest(files)
    check_files(files)
    return "built"


def spoiled(document: Any, rng: random.Random) -> Any:
    """``document`` with junk in up to eight places."""
    places = list(below(document, ()))
    for _ in range(rng.randint(1, 8)):
        *way, last = rng.choice(places)
        node = document
        try:
            for step in way:
                node = node[step]
            node[last] = copy.deepcopy(rng.choice(JUNK))
        except (KeyError, IndexError, TypeError):
            continue
    return document


def below(node: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*place, key)
        yield from below(child, (*place, key))
