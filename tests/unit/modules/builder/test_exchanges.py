"""What travels with an operation, as it is read: parameters, bodies, answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

OK = {"responses": {"200": {"description": "ok"}}}


def test_clashing_arguments_are_told_apart_by_their_place(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    node = {
        "parameters": [
            {"name": "id", "in": "header", "schema": {"type": "string"}},
            {"name": "id", "in": "query", "schema": {"type": "string"}},
            {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}},
            {"name": "body", "in": "query", "schema": {"type": "string"}},
        ],
        "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
        **OK,
    }
    operation = build_document(describe({"/a/{id}": {"post": node}})).operation("post_a_id")
    assert operation["arguments"] == {
        "id_header": {"in": "header", "name": "id"},
        "id_query": {"in": "query", "name": "id"},
        "id": {"in": "path", "name": "id"},
        "body_query": {"in": "query", "name": "body"},
    }
    assert operation["input"]["required"] == ["id"]
    assert operation["input"]["additionalProperties"] is False
    assert list(operation["input"]["properties"])[-1] == "body"


def test_an_operation_parameter_replaces_that_of_its_path(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    item = {
        "parameters": [{"name": "q", "in": "query", "schema": {"type": "string"}}],
        "get": {"parameters": [{"name": "q", "in": "query", "required": True, "schema": {"type": "integer"}}], **OK},
    }
    given = build_document(describe({"/a": item})).operation("get_a")["input"]
    assert given["properties"]["q"]["type"] == "integer"
    assert given["required"] == ["q"]


def test_a_header_is_one_parameter_in_all_its_spellings(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    parameters = [
        {"name": "x-sum", "in": "header", "schema": {"type": "string"}},
        {"name": "X-Sum", "in": "header", "required": True, "schema": {"type": "string", "maxLength": 64}},
        {"name": "X-sum", "in": "query", "schema": {"type": "string"}},
    ]
    operation = build_document(describe({"/a": {"get": {"parameters": parameters, **OK}}})).operation("get_a")
    assert operation["arguments"] == {
        "X-Sum": {"in": "header", "name": "X-Sum"},
        "X-sum": {"in": "query", "name": "X-sum"},
    }


def test_placeholders_and_parameters_find_each_other(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    parameters = [
        {"name": "petid", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "extra", "in": "path", "required": True, "schema": {"type": "string"}},
    ]
    built = build_document(
        describe({"/{petId}/{toy}": {"get": {"operationId": "toy", "parameters": parameters, **OK}}})
    )
    properties = built.operation("toy")["input"]["properties"]
    assert properties == {"petId": {"type": "integer"}, "toy": {"type": "string"}}
    assert set(built.codes) == {"not_in_path", "undescribed_parameter"}


def test_a_query_within_the_path_is_sent_and_its_placeholders_are_arguments(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    parameters = [{"name": "city", "in": "path", "required": True, "schema": {"type": "string"}}]
    built = build_document(
        describe({"/w?mode=full&c={city}#Name": {"get": {"operationId": "w", "parameters": parameters, **OK}}})
    )
    source = built.files["operations/w.py"].decode()
    assert 'rest.fixed_query(request, "mode=full")' in source
    assert '"/w"' in source
    assert built.operation("w")["arguments"] == {"c": {"in": "query", "name": "c"}}
    assert built.json("tests/w.json")[0]["exchanges"][0]["request"]["url"].startswith(
        "https://things.example/v1/w?mode=full&c="
    )


def test_a_parameter_described_by_content_is_json_text(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    parameter = {
        "name": "f",
        "in": "query",
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
    built = build_document(describe({"/a": {"get": {"parameters": [parameter], **OK}}}))
    assert 'rest.query(request, arguments, "f", as_json=True)' in built.files["operations/get_a.py"].decode()
    assert built.json("tests/get_a.json")[0]["exchanges"][0]["request"]["url"].endswith("?f=%7B%7D")


def test_headers_that_are_ours_are_no_arguments(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    parameters = [
        {
            "name": "Accept",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "enum": ["text/csv", "application/vnd.x+json"]},
        },
        {
            "name": "Content-Type",
            "in": "header",
            "required": True,
            "schema": {"type": "string", "default": "application/vnd.x+json"},
        },
        {"name": "Authorization", "in": "header", "required": True, "schema": {"type": "string"}},
        {"name": "bad header\r\n", "in": "header", "schema": {"type": "string"}},
    ]
    built = build_document(describe({"/a": {"get": {"parameters": parameters, **OK}}}))
    operation = built.operation("get_a")
    assert operation["arguments"] == {}
    assert operation["security"] == [[{"credential": "authorization", "scopes": []}]]
    assert built.manifest["credentials"][0]["parameter"] == "Authorization"
    request = built.json("tests/get_a.json")[0]["exchanges"][0]["request"]
    assert request["headers"] == [["Accept", "application/vnd.x+json"], ["Content-Type", "application/vnd.x+json"]]


@pytest.mark.parametrize(
    ("content", "call", "schema"),
    [
        (
            {"application/xml": {}, "application/json": {"schema": {"type": "object"}}},
            'rest.json_body(request, arguments, "body", media_type="application/json")',
            {"type": "object"},
        ),
        (
            {
                "application/json-patch+json": {},
                "application/*+json": {},
                "application/json": {"schema": {"type": "object"}},
            },
            'rest.json_body(request, arguments, "body", media_type="application/json")',
            {"type": "object"},
        ),
        (
            {"application/vnd.a+json": {"schema": {"type": "array"}}},
            'rest.json_body(request, arguments, "body", media_type="application/vnd.a+json")',
            {"type": "array"},
        ),
        (
            {"text/csv": {"schema": {"type": "string"}}},
            'rest.text_body(request, arguments, "body", media_type="text/csv")',
            {"type": "string"},
        ),
        (
            {"application/zip": {}},
            'rest.binary_body(request, arguments, "body", media_type="application/zip")',
            {"type": "string", "contentEncoding": "base64"},
        ),
        (
            {"*/*": {"schema": {"type": "string", "format": "binary"}}},
            'rest.binary_body(request, arguments, "body", media_type="application/octet-stream")',
            {"type": "string", "contentEncoding": "base64"},
        ),
        (
            {"*/*": {"schema": {"type": "object"}}},
            'rest.json_body(request, arguments, "body", media_type="application/json")',
            {"type": "object"},
        ),
        (
            {"application/x-www-form-urlencoded": {"schema": {"type": "object"}}},
            'rest.form_body(request, arguments, "body", media_type="application/x-www-form-urlencoded")',
            {"type": "object"},
        ),
    ],
)
def test_bodies_travel_by_their_media_type(
    content: dict[str, Any],
    call: str,
    schema: dict[str, Any],
    build_document: Callable[..., Any],
    describe: Callable[..., Any],
) -> None:
    built = build_document(describe({"/a": {"post": {"requestBody": {"content": content}, **OK}}}))
    assert call in built.files["operations/post_a.py"].decode()
    assert built.operation("post_a")["input"]["properties"]["body"] == schema


def test_files_of_a_multipart_body_are_base64(build_document: Callable[..., Any], describe: Callable[..., Any]) -> None:
    schema = {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}, "note": {"type": "string"}},
    }
    content = {
        "multipart/form-data": {"schema": schema, "encoding": {"file": {"contentType": "image/png, image/jpeg"}}}
    }
    built = build_document(describe({"/a": {"post": {"requestBody": {"required": True, "content": content}, **OK}}}))
    source = built.files["operations/post_a.py"].decode()
    assert 'encodings={"file": ["", True, "image/png"]}, binary=["file"]' in source
    properties = built.operation("post_a")["input"]["properties"]["body"]["properties"]
    assert properties == {"file": {"type": "string", "contentEncoding": "base64"}, "note": {"type": "string"}}


@pytest.mark.parametrize(
    ("responses", "output", "accept"),
    [
        (
            {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}},
            {"type": "object"},
            "application/json, */*;q=0.1",
        ),
        (
            {"200": {"content": {"application/json": {"schema": {"type": "object"}}}}, "204": {}},
            {"anyOf": [{"type": "object"}, {"type": "null"}]},
            "application/json, */*;q=0.1",
        ),
        (
            {"2XX": {"content": {"application/json": {"schema": {"type": "array"}}}}},
            {"type": "array"},
            "application/json, */*;q=0.1",
        ),
        (
            {"default": {"content": {"application/json": {"schema": {"type": "array"}}}}},
            {"type": "array"},
            "application/json, */*;q=0.1",
        ),
        ({"200": {"content": {"text/plain": {}}}}, {"type": "string"}, "text/plain, */*;q=0.1"),
        ({"200": {"content": {"application/json": {}}}}, None, "application/json, */*;q=0.1"),
        ({"204": {}}, None, "application/json, */*;q=0.5"),
        ({}, None, "application/json, */*;q=0.5"),
        ({"200": {"$ref": "#/components/responses/Gone"}}, None, "application/json, */*;q=0.5"),
    ],
)
def test_answers_have_the_schema_of_success(
    responses: dict[str, Any],
    output: Any,
    accept: str,
    build_document: Callable[..., Any],
    describe: Callable[..., Any],
) -> None:
    built = build_document(describe({"/a": {"get": {"responses": responses}}}))
    assert built.operation("get_a")["output"] == output
    assert f'accept="{accept}"' in built.files["operations/get_a.py"].decode()


@pytest.mark.parametrize(
    ("media_type", "media", "output", "text"),
    [
        ("text/plain", {"schema": {"type": "integer"}}, {"type": "integer"}, False),
        ("text/plain", {"schema": {"type": "string"}}, {"type": "string"}, True),
        ("text/xml", {"schema": {"type": "object"}}, {"type": "string"}, True),
        ("application/json", {"schema": {"type": "string"}, "example": {"a": 1}}, None, False),
    ],
)
def test_answers_are_read_as_what_they_are_said_to_be(
    media_type: str,
    media: dict[str, Any],
    output: Any,
    text: bool,
    build_document: Callable[..., Any],
    describe: Callable[..., Any],
) -> None:
    built = build_document(describe({"/a": {"get": {"responses": {"200": {"content": {media_type: media}}}}}}))
    assert built.operation("get_a")["output"] == output
    assert ("text=True" in built.files["operations/get_a.py"].decode()) is text


def test_numbers_of_a_document_are_kept_as_they_are(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    schema = {"type": "integer", "maximum": 2**80, "default": 9007199254740993, "multipleOf": 3}
    parameter = {"name": "n", "in": "query", "schema": schema}
    built = build_document(describe({"/a": {"get": {"parameters": [parameter], **OK}}}))
    assert built.operation("get_a")["input"]["properties"]["n"] == schema


def test_a_number_without_json_does_not_cost_the_document(build_document: Callable[..., Any]) -> None:
    parameter = b'{"name": "n", "in": "query", "schema": {"type": "number", "default": 1e999, "minimum": NaN}}'
    document = b'{"openapi": "3.0.0", "paths": {"/a": {"get": {"parameters": [%s]}}}}' % parameter
    assert build_document(document).operation("get_a")["input"]["properties"]["n"] == {
        "type": "number",
        "default": None,
    }
