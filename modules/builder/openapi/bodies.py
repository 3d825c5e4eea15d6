"""The request's body: one media type of those described, and the schema of its argument."""

from __future__ import annotations

from typing import Any

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.document import Document, Unreachable
from modules.builder.openapi.findings import Findings
from modules.builder.openapi.media import first_example, media_kind, preferred
from modules.builder.openapi.model import Body, BodyKind, PropertyEncoding
from modules.builder.openapi.parameters import RESERVED_ARGUMENT
from modules.builder.openapi.schemas import Schemas

_DEEPEST = 8
BASE64: dict[str, Any] = {"type": "string", "contentEncoding": "base64"}
_DEFAULT_TYPE: dict[BodyKind, str] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data",
    "text": "text/plain",
    "binary": "application/octet-stream",
}


class BodyReader:
    """Reads request bodies of one document."""

    def __init__(self, document: Document, schemas: Schemas, findings: Findings) -> None:
        self._document = document
        self._schemas = schemas
        self._findings = findings

    def read(self, given: Any, where: str) -> Body | None:
        """The body an operation takes, or ``None``."""
        if given is None:
            return None
        place = f"{where} requestBody"
        try:
            node = self._document.follow(given)
        except Unreachable as error:
            self._findings.add("unreachable_ref", place, f"The body {error.reason}; any JSON value is taken.")
            return Body(RESERVED_ARGUMENT, False, "json", "application/json", {})
        content = node.get("content") if is_object(node) else None
        if not is_object(content) or not content:
            self._findings.add("bad_body", place, "Has no content; no body is sent.")
            return None
        media_type = preferred(content)
        described: dict[str, Any] = content[media_type] if is_object(content[media_type]) else {}
        kind = self._kind(media_type, described.get("schema"))
        schema, binary = self._schema(kind, described.get("schema"), place)
        if isinstance(node.get("description"), str) and is_object(schema):
            schema = {**schema, "description": schema.get("description") or node["description"]}
        return Body(
            argument=RESERVED_ARGUMENT,
            required=node.get("required") is True,
            kind=kind,
            media_type=_sent_type(media_type, kind),
            schema=schema,
            encodings=_encodings(described.get("encoding")),
            binary=binary,
            example=first_example(described, self._document),
        )

    def _kind(self, media_type: str, schema: Any) -> BodyKind:
        kind = media_kind(media_type)
        if kind == "xml":
            return "text"
        if kind == "json" or kind == "text" or kind == "binary":
            return kind
        node = self._followed(schema)
        if kind == "any":
            return "binary" if _binary(node) else "json"
        if is_object(node) and node.get("type") == "string":
            return "text"
        return kind

    def _schema(self, kind: BodyKind, node: Any, place: str) -> tuple[Any, tuple[str, ...]]:
        if kind == "binary":
            return dict(BASE64), ()
        if kind == "text":
            followed = self._followed(node)
            if is_object(followed) and followed.get("type") in ("object", "array"):
                self._findings.add("text_body", place, "The body is taken as text; its structure is not checked.")
            return {"type": "string"}, ()
        schema = self._schemas.convert({} if node is None else node, place)
        files = self._files(node) if kind == "multipart" else {}
        if files and is_object(schema):
            schema = {**schema, "properties": {**schema.get("properties", {}), **files}}
        return schema, tuple(files)

    def _files(self, node: Any, depth: int = 0) -> dict[str, Any]:
        """Properties of a multipart body that travel as files, each with the schema of its argument."""
        node = self._followed(node)
        if not is_object(node):
            return {}
        files: dict[str, Any] = {}
        parts = node.get("allOf")
        for part in parts if is_list(parts) and depth < _DEEPEST else []:
            files |= self._files(part, depth + 1)
        properties = node.get("properties")
        for name, given in (properties if is_object(properties) else {}).items():
            child = self._followed(given)
            described = {"description": child["description"]} if is_object(child) and "description" in child else {}
            if _binary(child):
                files[name] = {**BASE64, **described}
            elif is_object(child) and child.get("type") == "array" and _binary(self._followed(child.get("items"))):
                files[name] = {"type": "array", "items": dict(BASE64), **described}
        return files

    def _followed(self, node: Any) -> Any:
        try:
            return self._document.follow(node)
        except Unreachable:
            return None


def _binary(node: Any) -> bool:
    if not is_object(node):
        return False
    if node.get("type") == "file" or node.get("format") in ("binary", "file"):
        return True
    return (
        node.get("type") in ("string", None)
        and isinstance(node.get("contentMediaType"), str)
        and not node.get("contentEncoding")
    )


def _sent_type(media_type: str, kind: BodyKind) -> str:
    plain = media_type.strip()
    if "*" in plain or "/" not in plain or not plain.isascii() or not plain.isprintable():
        return _DEFAULT_TYPE[kind]
    return _DEFAULT_TYPE[kind] if kind == "multipart" and not plain.lower().startswith("multipart/") else plain


def _encodings(node: Any) -> dict[str, PropertyEncoding]:
    encodings: dict[str, PropertyEncoding] = {}
    for name, given in (node if is_object(node) else {}).items():
        if not is_object(given):
            continue
        style = (
            given.get("style")
            if given.get("style") in ("form", "spaceDelimited", "pipeDelimited", "deepObject")
            else ""
        )
        explode = given.get("explode")
        media_type = given.get("contentType")
        encodings[name] = PropertyEncoding(
            style=str(style),
            explode=explode if isinstance(explode, bool) else True,
            media_type=media_type.split(",")[0].strip() if isinstance(media_type, str) else None,
        )
    return encodings
