"""The manifest of a module built from an API description."""

from __future__ import annotations

from typing import Any

from modules.builder.json_value import is_object
from modules.builder.openapi.model import Operation, Server
from modules.builder.openapi.names import short_hash, slug
from modules.builder.openapi.servers import origin

SCHEMA_ID = "https://nexus.invalid/schemas/module-manifest/1.json"
RUNTIME = "adapter/1"


def manifest_of(
    root: dict[str, Any],
    operations: list[Operation],
    credentials: list[dict[str, Any]],
    findings: list[dict[str, str]],
    *,
    sha256: str,
    name: str | None,
) -> dict[str, Any]:
    """``manifest.json``. ``sha256`` is that of the description's bytes."""
    given = root.get("info")
    info: dict[str, Any] = given if is_object(given) else {}
    title = _text(info.get("title")) or "Untitled API"
    servers = _servers(operations)
    return {
        "$schema": SCHEMA_ID,
        "name": slug(name or "") or slug(title) or f"api-{short_hash(title)}",
        "title": title,
        "description": _text(info.get("description")),
        "document_version": _text(info.get("version")),
        "runtime": RUNTIME,
        "source": {"kind": "openapi", "sha256": sha256},
        "capabilities": ["http"],
        "servers": [_server(server) for server in servers],
        "hosts": list(dict.fromkeys(origin(server.url) for server in servers)),
        "credentials": credentials,
        "operations": [
            {
                "id": operation.id,
                "summary": operation.summary,
                "method": operation.method,
                "path": operation.path,
                "effect": operation.effect,
            }
            for operation in operations
        ],
        "findings": findings,
    }


def _servers(operations: list[Operation]) -> list[Server]:
    listed: dict[str, Server] = {}
    for operation in operations:
        for server in operation.servers:
            listed.setdefault(server.url, server)
    return list(listed.values())


def _server(server: Server) -> dict[str, Any]:
    written: dict[str, Any] = {"url": server.url, "description": server.description}
    if not server.settled:
        written["described"] = server.described
        written["unset"] = True
    return written


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return str(value).strip() if isinstance(value, str | int | float) else ""
