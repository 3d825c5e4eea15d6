"""Factories of this folder: a small description built in process, and the shipped helper outside the sandbox."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from modules.builder.openapi.package import Package, build
from modules.builder.openapi.sources import shared_source

Describe = Callable[..., dict[str, Any]]


@dataclass
class Build:
    """A finished build and the stages it went through."""

    files: dict[str, bytes]
    package: Package
    stages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def manifest(self) -> dict[str, Any]:
        return self.package.manifest

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self.package.findings]

    def json(self, path: str) -> Any:
        return json.loads(self.files[path])

    def operation(self, name: str) -> dict[str, Any]:
        return self.json(f"operations/{name}.json")


@pytest.fixture
def build_document() -> Callable[..., Build]:
    """Builds a description given as a value or as bytes."""

    def make(document: Any, **options: Any) -> Build:
        content = document if isinstance(document, bytes) else json.dumps(document).encode()
        files: dict[str, bytes] = {}
        stages: list[tuple[str, dict[str, Any]]] = []
        package = build(
            content,
            write=files.__setitem__,
            progress=lambda stage, data: stages.append((stage, data)),
            **{"limit": 1 << 20, **options},
        )
        return Build(files, package, stages)

    return make


@pytest.fixture
def describe() -> Describe:
    """An OpenAPI 3.0 description around some paths; further members replace the usual ones."""

    def make(paths: dict[str, Any], **members: Any) -> dict[str, Any]:
        return {
            "openapi": "3.0.3",
            "info": {"title": "Things", "version": "1"},
            "servers": [{"url": "https://things.example/v1"}],
            "paths": paths,
            **members,
        }

    return make


class AdapterError(Exception):
    """Stands in for the sandbox's."""

    def __init__(self, code: str, message: str = "", **facts: Any) -> None:
        super().__init__(code, message)
        self.code = code
        self.facts = facts


@pytest.fixture
def rest(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The shipped ``rest.py`` as a module; its ``AdapterError`` is ``rest.AdapterError``."""
    nexus = types.ModuleType("nexus")
    nexus.AdapterError = AdapterError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "nexus", nexus)
    module = types.ModuleType("rest")
    exec(compile(shared_source(), "rest.py", "exec"), module.__dict__)
    return module


class World:
    """A ``ctx`` that keeps the request and answers as told."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.http = self
        self.sent: dict[str, Any] = {}
        self._answer = {"status": 200, "headers": [], "text": None, "base64": None, "artifact": None, **answer}

    def request(
        self, method: str, url: str, headers: Any = (), body: str | None = None, body_base64: str | None = None
    ) -> dict[str, Any]:
        self.sent = {"method": method, "url": url, "headers": headers, "body": body, "body_base64": body_base64}
        return self._answer


@pytest.fixture
def world() -> Callable[..., World]:
    return lambda **answer: World(answer)
