"""Operations as they are read: names, effects, sources, secrets; and what one bad operation costs."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

from modules.builder.refusal import Refused

OK = {"responses": {"200": {"description": "ok"}}}


def test_each_operation_has_its_own_files(build_document: Callable[..., Any], describe: Callable[..., Any]) -> None:
    built = build_document(describe({"/a": {"get": {"operationId": "readA", **OK}}}))
    assert sorted(built.files) == [
        "manifest.json",
        "operations/read_a.json",
        "operations/read_a.py",
        "rest.py",
        "tests/read_a.json",
    ]
    operation = built.operation("read_a")
    assert operation["operation_id"] == "readA"
    assert operation["code"] == "operations/read_a.py"
    assert operation["uses"] == ["rest.py"]
    assert operation["servers"] == ["https://things.example/v1"]


def test_stages_come_in_order(build_document: Callable[..., Any], describe: Callable[..., Any]) -> None:
    built = build_document(describe({"/a": {"get": OK}}))
    assert [stage for stage, _ in built.stages] == ["read", "blueprint", "scaffold", "implement", "tests", "package"]


def test_missing_double_and_odd_ids_give_unique_names(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    paths = {
        "/a": {"get": OK, "post": {"operationId": "same", **OK}, "put": {"operationId": "same", **OK}},
        "/b/{id}": {"get": {"operationId": "", **OK}, "delete": {"operationId": 7, **OK}},
        "/c": {"get": {"operationId": "class", **OK}, "post": {"operationId": "ü" * 300, **OK}},
        "/天気": {"get": {"operationId": "天気", **OK}},
    }
    ids = [operation["id"] for operation in build_document(describe(paths)).manifest["operations"]]
    assert len(ids) == len(set(ids)) == 8
    assert ids[:2] == ["get_a", "same"]
    assert ids[2].startswith("same_")
    assert ids[3:6] == ["get_b_id", "delete_b_id", "op_class"]
    assert all(len(name) <= 64 and name.isidentifier() and name.isascii() for name in ids)


def test_a_name_does_not_depend_on_what_comes_before(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    first = {"/a": {"get": {"operationId": "same", **OK}}}
    second = {"/b": {"get": {"operationId": "same", **OK}}}
    between = {"/c": {"get": {"operationId": "other", **OK}}}
    names = [
        {operation["path"]: operation["id"] for operation in build_document(describe(paths)).manifest["operations"]}
        for paths in ({**first, **second}, {**first, **between, **second})
    ]
    assert names[0]["/b"] == names[1]["/b"]


@pytest.mark.parametrize(
    ("method", "members", "effect"),
    [
        ("get", {}, "read"),
        ("head", {}, "read"),
        ("options", {}, "read"),
        ("post", {}, "write"),
        ("delete", {}, "write"),
        ("get", {"x-unsafe": True}, "write"),
        ("get", {"summary": "Restart everything [unsafe]"}, "write"),
        ("get", {"description": "Deletes (UNSAFE)."}, "write"),
        ("get", {"x-unsafe": False, "description": "An unsafe word."}, "read"),
    ],
)
def test_effects_follow_method_and_marks(
    method: str, members: dict[str, Any], effect: str, build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    built = build_document(describe({"/a": {method: {**members, **OK}}}))
    assert built.manifest["operations"][0]["effect"] == effect


def test_one_bad_operation_costs_itself_at_most(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    paths = {
        "/good": {"get": OK},
        "/none": {"get": None, "put": "text"},
        "/broken": {"$ref": "other.yaml#/paths"},
        "/text": "text",
        "/odd": {
            "get": {"parameters": {"a": 1}, "responses": [1], "security": "x", "servers": 3, "tags": 1},
            "post": {"parameters": [None, {"name": 1}, {"in": "query"}], "requestBody": 5, "responses": None},
        },
    }
    built = build_document(describe(paths))
    assert [operation["id"] for operation in built.manifest["operations"]] == ["get_good", "get_odd", "post_odd"]
    assert {"bad_operation", "unreachable_ref", "bad_path", "bad_parameter", "bad_body"} <= set(built.codes)


def test_sources_are_data_for_the_reader_whatever_a_document_says(
    build_document: Callable[..., Any], describe: Callable[..., Any]
) -> None:
    evil = 'x"""\nimport os\n\\\u202eevil\u0000\u2028end'
    parameter = {"name": 'a"+evil()+"\u200b', "in": "query", "schema": {"type": "string"}}
    node = {"operationId": "op", "summary": evil, "description": evil * 3, "parameters": [parameter], **OK}
    source = build_document(describe({f"/{evil}": {"get": node}})).files["operations/op.py"].decode()
    module = ast.parse(source)
    assert [type(statement).__name__ for statement in module.body] == ["Expr", "Import", "FunctionDef"]
    assert "\u202e" not in source
    assert "\u2028" not in source
    assert "\u200b" not in source
    assert ast.literal_eval(module.body[2].body[1].value.args[2]) == parameter["name"]  # type: ignore[attr-defined]


def test_security_is_by_reference(build_document: Callable[..., Any], describe: Callable[..., Any]) -> None:
    schemes = {
        "Api Key": {"type": "apiKey", "in": "query", "name": "key"},
        "basic": {"type": "http", "scheme": "Basic"},
        "oauth": {
            "type": "oauth2",
            "flows": {"clientCredentials": {"tokenUrl": "https://t.example", "scopes": {"a": ""}}},
        },
        "odd": {"type": "magic"},
    }
    paths = {
        "/a": {"get": OK},
        "/b": {"get": {"security": [{"oauth": ["a"], "basic": []}, {}], **OK}},
        "/c": {"get": {"security": [], **OK}},
        "/d": {"get": {"security": [{"odd": []}, {"Missing": []}], **OK}},
    }
    built = build_document(describe(paths, components={"securitySchemes": schemes}, security=[{"Api Key": []}]))
    assert [credential["name"] for credential in built.manifest["credentials"]] == ["api_key", "basic", "oauth"]
    assert [built.operation(f"get_{name}")["security"] for name in "abcd"] == [
        [[{"credential": "api_key", "scopes": []}]],
        [[{"credential": "oauth", "scopes": ["a"]}, {"credential": "basic", "scopes": []}], []],
        [],
        [],
    ]
    assert {"bad_security", "unknown_security"} <= set(built.codes)


@pytest.mark.parametrize(
    "document",
    [
        {},
        [],
        "text",
        {"openapi": "3.0.0"},
        {"openapi": "3.0.0", "paths": {}},
        {"openapi": "4.0.0", "paths": {"/a": {}}},
        {"asyncapi": "2.0.0"},
    ],
)
def test_what_is_no_description_is_refused_with_a_mend(document: Any, build_document: Callable[..., Any]) -> None:
    with pytest.raises(Refused) as refused:
        build_document(document)
    assert "OpenAPI" in refused.value.mend
