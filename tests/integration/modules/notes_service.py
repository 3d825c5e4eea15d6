"""A small service and its description: notes that can be read, listed and written, with a key."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class NotesService:
    """Answers with what a test puts into ``answers``, by ``METHOD path``, or else with a note."""

    origin: str = ""
    seen: list[Seen] = field(default_factory=list)
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
                method, path, _ = head[0].split(" ")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                self.seen.append(Seen(method, path, headers, body))
                status, answer = self.answers.get(f"{method} {path.partition('?')[0]}", (200, {"text": "hello"}))
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                kind = "application/octet-stream" if isinstance(answer, bytes) else "application/json"
                length = f"Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
                writer.write(f"HTTP/1.1 {status} X\r\n{length}".encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


def description(title: str = "Notes") -> dict[str, Any]:
    """OpenAPI of the service."""
    note = {"$ref": "#/components/schemas/Note"}
    ok = {"200": {"description": "ok", "content": {"application/json": {"schema": note}}}}
    identifier = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    body = {"required": True, "content": {"application/json": {"schema": note}}}
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 100}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Notes", "version": "1", "description": title},
        "servers": [{"url": "https://notes.example/v1"}],
        "security": [{"key": []}],
        "paths": {
            "/notes/{id}": {
                "get": {"operationId": "getNote", "parameters": [identifier, limit], "responses": ok},
                "put": {"operationId": "putNote", "parameters": [identifier], "requestBody": body, "responses": ok},
            }
        },
        "components": {
            "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
            "schemas": {
                "Note": {
                    "type": "object",
                    "required": ["text"],
                    "properties": {"text": {"type": "string"}, "answer": note},
                }
            },
        },
    }
