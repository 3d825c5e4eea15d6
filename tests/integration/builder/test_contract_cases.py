"""Bundles in the real sandbox: every contract case of the examples passes, and none passes by accident."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from modules.builder import build_openapi
from sandbox import LocalRunner, RunRequest, Verdict

ROOT = Path(__file__).resolve().parents[3]
KITCHEN_SINK = {
    "openapi": "3.0.3",
    "info": {"title": "Kitchen sink"},
    "servers": [{"url": "https://sink.example/base"}],
    "paths": {
        "/a/{simple}/{label}/{matrix}": {
            "get": {
                "operationId": "styles",
                "parameters": [
                    {"name": "simple", "in": "path", "schema": {"type": "string"}},
                    {
                        "name": "label",
                        "in": "path",
                        "style": "label",
                        "explode": True,
                        "schema": {"type": "array", "items": {"type": "string"}, "minItems": 2},
                    },
                    {
                        "name": "matrix",
                        "in": "path",
                        "style": "matrix",
                        "schema": {"type": "object", "required": ["a", "b"]},
                    },
                    {"name": "form", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {
                        "name": "pipes",
                        "in": "query",
                        "style": "pipeDelimited",
                        "explode": False,
                        "schema": {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
                    },
                    {
                        "name": "deep",
                        "in": "query",
                        "style": "deepObject",
                        "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
                    },
                    {
                        "name": "json",
                        "in": "query",
                        "content": {
                            "application/json": {"schema": {"type": "object", "properties": {"a": {"type": "number"}}}}
                        },
                    },
                    {"name": "reserved", "in": "query", "allowReserved": True, "schema": {"type": "string"}},
                    {"name": "X-List", "in": "header", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "crumb", "in": "cookie", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"content": {"image/png": {}}}, "404": {}},
            },
            "head": {"operationId": "peek", "responses": {"200": {}}},
        },
        "/bodies": {
            "post": {
                "operationId": "form",
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/x-www-form-urlencoded": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "a": {"type": "string"},
                                    "b": {
                                        "type": "array",
                                        "items": {"type": "object", "properties": {"c": {"type": "integer"}}},
                                    },
                                },
                            }
                        }
                    },
                },
                "responses": {"200": {"content": {"text/csv": {}}}},
            },
            "put": {
                "operationId": "parts",
                "requestBody": {
                    "content": {
                        "multipart/form-data": {
                            "schema": {
                                "type": "object",
                                "properties": {
                                    "file": {"type": "string", "format": "binary"},
                                    "meta": {"type": "object", "properties": {"x": {"type": "boolean"}}},
                                },
                            }
                        }
                    }
                },
                "responses": {"204": {}},
            },
            "patch": {
                "operationId": "bytes",
                "requestBody": {"content": {"application/octet-stream": {}}},
                "responses": {
                    "200": {
                        "content": {"application/json": {"schema": {"type": "array", "items": {"type": "integer"}}}}
                    }
                },
            },
            "delete": {
                "operationId": "words",
                "requestBody": {"content": {"text/plain": {}}},
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"nullable": True, "type": "object"}}}}
                },
            },
        },
    },
}


class Fixture:
    """Answers with a case's exchange and keeps the request."""

    def __init__(self, exchange: dict[str, Any]) -> None:
        self._exchange = exchange
        self.sent: dict[str, Any] = {}

    async def handle(self, capability: str, payload: dict[str, Any]) -> dict[str, Any]:
        assert capability == "http"
        self.sent = {name: value for name, value in payload.items() if value is not None}
        response = self._exchange["response"]
        return {
            "status": response["status"],
            "headers": response["headers"],
            "text": response.get("body"),
            "base64": response.get("base64"),
            "artifact": None,
        }


@pytest.fixture
async def runner() -> AsyncIterator[LocalRunner]:
    async with LocalRunner() as local:
        isolation = await local.isolation()
        if isolation.level != "kernel":
            pytest.skip(f"the sandbox needs kernel isolation; missing: {isolation.missing}")
        yield local


@pytest.mark.parametrize(
    "document",
    [
        pytest.param((ROOT / "examples/weather.openapi.yaml").read_bytes(), id="weather"),
        pytest.param((ROOT / "examples/notes.openapi.yaml").read_bytes(), id="notes"),
        pytest.param(json.dumps(KITCHEN_SINK).encode(), id="kitchen sink"),
    ],
)
async def test_every_case_sends_and_returns_what_it_says(document: bytes, runner: LocalRunner) -> None:
    built = await build_openapi(document)
    compiled = await runner.compile({path: content for path, content in built.files.items() if path.endswith(".py")})
    assert compiled.findings == {}
    count = 0
    for entry in built.manifest["operations"]:
        operation = json.loads(built.files[f"operations/{entry['id']}.json"])
        modules = {"rest": compiled.compiled["rest.py"].code, "operation": compiled.compiled[operation["code"]].code}
        for case in json.loads(built.files[f"tests/{entry['id']}.json"]):
            await check_case(runner, modules, case)
            count += 1
    assert count >= 2 * len(built.manifest["operations"])


async def check_case(runner: LocalRunner, modules: dict[str, bytes], case: dict[str, Any]) -> None:
    (exchange,) = case["exchanges"]
    fixture = Fixture(exchange)
    result = await runner.run(RunRequest(modules, "operation", [case["arguments"]], frozenset({"http"})), fixture)
    (call,) = result.calls
    assert fixture.sent == exchange["request"], case["name"]
    if "data" in case["expect"]:
        assert (call.verdict, call.value) == (Verdict.OK, case["expect"]["data"]), call.error
    else:
        assert call.verdict is Verdict.EXCEPTION
        assert call.error is not None
        assert call.error["code"] == case["expect"]["error"]
