"""Swagger 2 in: the same operations as its OpenAPI twin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

DOCUMENT: dict[str, Any] = {
    "swagger": "2.0",
    "info": {"title": "Pets", "version": "1"},
    "host": "pets.example",
    "basePath": "/v2",
    "schemes": ["http", "https"],
    "consumes": ["application/json"],
    "produces": ["application/json"],
    "parameters": {"limit": {"name": "limit", "in": "query", "type": "integer", "maximum": 50}},
    "securityDefinitions": {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "login": {"type": "basic"},
        "oauth": {
            "type": "oauth2",
            "flow": "accessCode",
            "authorizationUrl": "https://a",
            "tokenUrl": "https://t",
            "scopes": {"r": ""},
        },
    },
    "security": [{"key": []}],
    "definitions": {
        "Pet": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}, "mother": {"$ref": "#/definitions/Pet"}},
        }
    },
    "responses": {"Pets": {"description": "", "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}}},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "list",
                "parameters": [
                    {"$ref": "#/parameters/limit"},
                    {"name": "tags", "in": "query", "type": "array", "items": {"type": "string"}},
                    {
                        "name": "ids",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "integer"},
                        "collectionFormat": "pipes",
                    },
                    {
                        "name": "many",
                        "in": "query",
                        "type": "array",
                        "items": {"type": "integer"},
                        "collectionFormat": "multi",
                    },
                ],
                "responses": {"200": {"$ref": "#/responses/Pets"}},
            },
            "post": {
                "operationId": "add",
                "parameters": [
                    {"name": "pet", "in": "body", "required": True, "schema": {"$ref": "#/definitions/Pet"}}
                ],
                "responses": {"201": {"description": ""}},
            },
        },
        "/pets/{id}/photo": {
            "parameters": [{"name": "id", "in": "path", "required": True, "type": "integer"}],
            "post": {
                "operationId": "photo",
                "consumes": ["multipart/form-data"],
                "parameters": [
                    {"name": "file", "in": "formData", "type": "file", "required": True},
                    {"name": "note", "in": "formData", "type": "string"},
                ],
                "responses": {"default": {"description": "", "schema": {"type": "string"}}},
            },
            "put": {
                "operationId": "form",
                "consumes": ["application/x-www-form-urlencoded"],
                "parameters": [{"name": "tags", "in": "formData", "type": "array", "items": {"type": "string"}}],
                "responses": {"200": {"description": ""}},
            },
        },
    },
}


def test_servers_and_credentials_are_read(build_document: Callable[..., Any]) -> None:
    manifest = build_document(DOCUMENT).manifest
    assert [server["url"] for server in manifest["servers"]] == ["https://pets.example/v2", "http://pets.example/v2"]
    assert [(credential["name"], credential["type"]) for credential in manifest["credentials"]] == [
        ("key", "apiKey"),
        ("login", "http"),
        ("oauth", "oauth2"),
    ]
    assert list(manifest["credentials"][2]["flows"]) == ["authorizationCode"]


def test_parameters_keep_their_types_and_formats(build_document: Callable[..., Any]) -> None:
    built = build_document(DOCUMENT)
    properties = built.operation("list")["input"]["properties"]
    assert properties["limit"] == {"type": "integer", "maximum": 50}
    source = built.files["operations/list.py"].decode()
    assert 'rest.query(request, arguments, "tags", explode=False)' in source
    assert 'rest.query(request, arguments, "ids", style="pipeDelimited", explode=False)' in source
    assert 'rest.query(request, arguments, "many")' in source


def test_bodies_and_answers_keep_their_schemas(build_document: Callable[..., Any]) -> None:
    built = build_document(DOCUMENT)
    pet = {"$ref": "definitions/Pet.json"}
    assert built.operation("add")["input"]["properties"]["body"] == pet
    assert built.operation("list")["output"] == {"type": "array", "items": pet}
    assert built.json("definitions/Pet.json")["properties"]["mother"] == pet


def test_forms_and_files_become_bodies(build_document: Callable[..., Any]) -> None:
    built = build_document(DOCUMENT)
    photo = built.operation("photo")
    assert photo["body"]["media_type"] == "multipart/form-data"
    assert photo["input"]["required"] == ["id", "body"]
    assert 'binary=["file"]' in built.files["operations/photo.py"].decode()
    assert 'encodings={"tags": ["form", False, None]}' in built.files["operations/form.py"].decode()


def test_a_number_as_version_is_understood(build_document: Callable[..., Any]) -> None:
    assert build_document({**DOCUMENT, "swagger": 2.0}).manifest["operations"]


def test_wrong_parts_do_not_cost_the_document(build_document: Callable[..., Any]) -> None:
    paths = {"/a": {"get": {"parameters": [{"$ref": "#/parameters/none"}, None], "responses": {"200": None}}}, "/b": 1}
    built = build_document({**DOCUMENT, "paths": paths})
    assert [operation["id"] for operation in built.manifest["operations"]] == ["get_a"]
    assert "unreachable_ref" in built.codes
