"""The API's own description: valid, complete, and nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from core.settings import Settings
from orchestrator.api import docs
from orchestrator.api.dialect import OWN_AREAS, speaks_openai
from orchestrator.app import create_app

METHODS = {"get", "put", "post", "delete", "patch", "head"}


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("data"))).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document: dict[str, Any], reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part.replace("~1", "/").replace("~0", "~")]
    return document


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]

    assert len(ids) == len(set(ids))


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    for reference in set(references(document)):
        resolve(document, reference)


def test_every_schema_is_a_json_schema(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation.get("description"), name
        for status in ("4XX", "5XX"):
            said = "application/json" if "openai" in operation["tags"] else "application/problem+json"
            assert set(operation["responses"][status]["content"]) == {said}, name
        assert "422" not in operation["responses"], name


def test_our_own_areas_of_v1_are_known_by_name(document: dict[str, Any]) -> None:
    """A new area belongs into ``OWN_AREAS``: without that it is refused in OpenAI's words."""
    ours = {path for path, item in document["paths"].items() if is_ours(item) and path.startswith("/v1/")}
    theirs = {path for path, item in document["paths"].items() if not is_ours(item)}

    older_names = {"health"}  # served, and left out of the description
    assert {path.split("/")[2] for path in ours} | older_names == OWN_AREAS
    assert all(map(speaks_openai, theirs))


def is_ours(item: dict[str, Any]) -> bool:
    return not any("openai" in operation["tags"] for operation in item.values())


def test_every_operation_names_its_role_and_its_ways_in(document: dict[str, Any]) -> None:
    assert set(document["components"]["securitySchemes"]) == {"key", "session"}
    for name, operation in operations(document):
        if operation["x-nexus-role"] == "public":
            assert "security" not in operation, name
        else:
            assert {scheme for way in operation["security"] for scheme in way} == {"key", "session"}, name


def test_the_docs_load_nothing_from_elsewhere() -> None:
    assert "://" not in docs.PAGE
    assert "'unsafe" not in docs.POLICY
    for name in docs.SERVED:
        assert (docs.ASSETS / name).stat().st_size > 0


def test_the_licence_of_the_vendored_files_lies_beside_them() -> None:
    assert "Apache License" in Path(docs.ASSETS / "LICENSE").read_text()
    assert "swagger-ui-dist" in Path(docs.ASSETS / "README.md").read_text()
