"""What an operation answers: the schema of its data, what to ask for, and which errors are described."""

from __future__ import annotations

from typing import Any

from modules.builder.json_value import is_object
from modules.builder.openapi.document import Document, Unreachable
from modules.builder.openapi.findings import Findings
from modules.builder.openapi.media import first_example, media_kind, preferred
from modules.builder.openapi.model import Answer
from modules.builder.openapi.schemas import Schemas

BINARY: dict[str, Any] = {
    "type": "object",
    "description": "What is not text: an artifact's id where the host stored one, else base64.",
    "properties": {"media_type": {"type": "string"}, "artifact": {"type": "string"}, "base64": {"type": "string"}},
    "required": ["media_type"],
}
HEAD: dict[str, Any] = {
    "type": "object",
    "properties": {
        "status": {"type": "integer"},
        "headers": {"type": "object", "additionalProperties": {"type": "string"}},
    },
    "required": ["status", "headers"],
}
NULL: dict[str, Any] = {"type": "null"}


class ResponseReader:
    """Reads the responses of one document's operations."""

    def __init__(self, document: Document, schemas: Schemas, findings: Findings) -> None:
        self._document = document
        self._schemas = schemas
        self._findings = findings

    def read(self, responses: Any, method: str, where: str) -> tuple[Answer, tuple[str, ...]]:
        """The answer of success, and the codes of the errors that are described."""
        described = self._followed(responses, where)
        good = sorted((code for code in described if _is_good(code)), key=lambda code: code.replace("X", "~"))
        if not good and "default" in described:
            good = ["default"]
        errors = tuple(code for code in described if code[:1] in {"4", "5"})
        if method == "HEAD":
            return Answer(HEAD, "*/*", _status(good[0]) if good else 200, None), errors
        return self._answer([(code, described[code]) for code in good], where), errors

    def _followed(self, responses: Any, where: str) -> dict[str, dict[str, Any]]:
        followed: dict[str, dict[str, Any]] = {}
        for code, given in (responses if is_object(responses) else {}).items():
            try:
                node = self._document.follow(given)
            except Unreachable as error:
                self._findings.add("unreachable_ref", f"{where} responses/{code}", f"The response {error.reason}.")
                continue
            if is_object(node):
                followed[str(code).upper() if str(code).lower() != "default" else "default"] = node
        return followed

    def _answer(self, good: list[tuple[str, dict[str, Any]]], where: str) -> Answer:
        schemas: list[Any] = []
        accepted: list[str] = []
        texts: list[bool] = []
        first: tuple[int, str | None] | None = None
        for code, node in good:
            content = node.get("content")
            media_type = preferred(content) if is_object(content) and content else None
            described: Any = content[media_type] if media_type is not None and is_object(content) else None
            schema, text = self._schema(media_type, described, f"{where} responses/{code}")
            texts.append(text)
            if schema not in schemas:
                schemas.append(schema)
            if media_type is not None and media_type not in accepted:
                accepted.append(media_type)
            if first is None:
                first = (_status(code), media_type)
        status, media_type = first or (200, None)
        return Answer(_any_of(schemas), accept(accepted), status, media_type, all(texts))

    def _schema(self, media_type: str | None, described: Any, place: str) -> tuple[Any, bool]:
        """The schema of one answer's data, and whether it is text unless it says otherwise."""
        if media_type is None:
            return NULL, True
        node = described.get("schema") if is_object(described) else None
        kind = media_kind(media_type)
        if kind in {"json", "any"} or (kind == "text" and self._structured(node)):
            return self._json_schema(node, described, place), False
        if kind == "binary":
            return {"anyOf": [BINARY, {"type": "string"}]}, True
        return ({"type": "string"} if kind in {"text", "xml"} else None), True

    def _json_schema(self, node: Any, described: Any, place: str) -> Any:
        example = first_example(described, self._document)
        if node is None:
            return None
        if is_object(example) and self._type(node) == "string":
            self._findings.add("example_contradicts", place, "Says text and shows an object; any value is taken.")
            return None
        return self._schemas.convert(node, place)

    def _structured(self, node: Any) -> bool:
        """Whether what is labelled as text is said to be a number or an object: it is JSON then."""
        return self._type(node) in {"object", "array", "integer", "number", "boolean"}

    def _type(self, node: Any) -> Any:
        try:
            node = self._document.follow(node)
        except Unreachable:
            return None
        kind = node.get("type") if is_object(node) else None
        return kind if isinstance(kind, str) else None


def accept(media_types: list[str]) -> str:
    """The Accept header for what is described, best first; anything else is still welcome."""
    named: list[str] = []
    for media_type in media_types:
        plain = media_type.strip()
        if "/" in plain and "*" not in plain and plain.isascii() and plain.isprintable() and "," not in plain:
            named.append(plain)
    return ", ".join([*named[:4], "*/*;q=0.1"]) if named else "application/json, */*;q=0.5"


def _is_good(code: str) -> bool:
    return len(code) == 3 and code[0] == "2"


def _status(code: str) -> int:
    return int(code) if code.isascii() and code.isdecimal() else 200


def _any_of(schemas: list[Any]) -> Any:
    """``None`` (nothing is said) when any of the answers is undescribed; an answer without a body adds null."""
    if not schemas or any(schema is None or schema == {} or schema is True for schema in schemas):
        return None
    if schemas == [NULL]:
        return None
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
