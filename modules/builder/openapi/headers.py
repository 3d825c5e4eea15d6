"""Header parameters that are not arguments: what is sent and accepted is the operation's, who asks is the broker's.

Documents describe them as parameters all the same, and services check them. ``Authorization`` becomes a credential, so
that no secret is ever an argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.document import Document, Unreachable
from modules.builder.openapi.media import media_kind
from modules.builder.openapi.model import Answer, Body

NOT_ARGUMENTS = frozenset(
    {"accept", "content-type", "authorization", "content-length", "host", "transfer-encoding", "connection", "cookie"}
)
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+*-]+/[A-Za-z0-9!#$&^_.+*-]+(?:\s*;[ -~]*)?")


def is_header_name(name: str) -> bool:
    """Whether HTTP allows a header of this name."""
    return _TOKEN.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class HeaderHints:
    """Values a document demands of the headers that are ours."""

    accept: tuple[str, ...] = ()
    accept_only: bool = False
    content_type: tuple[str, ...] = ()
    content_type_required: bool = False
    authorization: bool = False
    authorization_required: bool = False

    def answer(self, answer: Answer) -> Answer:
        """``answer`` asking for what the document demands."""
        if not self.accept:
            return answer
        wanted = _alike(self.accept, "json") or self.accept[0]
        return replace(answer, accept=wanted if self.accept_only else f"{wanted}, */*;q=0.1")

    def body(self, body: Body) -> Body:
        """``body`` under the media type the document demands, where it is written alike."""
        demanded = None if body.kind == "multipart" else _alike(self.content_type, media_kind(body.media_type))
        return body if demanded is None else replace(body, media_type=demanded)

    def fixed(self, body: Body | None) -> tuple[tuple[str, str], ...]:
        """Headers sent with every request that does not have them by itself."""
        if not self.content_type_required or (body is not None and body.required):
            return ()
        return (("Content-Type", self.content_type[0] if self.content_type else "application/json"),)


def header_hints(parameters: Iterable[dict[str, Any]], document: Document) -> HeaderHints:
    """What the described parameters say of ``Accept``, ``Content-Type`` and ``Authorization``."""
    hints = HeaderHints()
    for node in parameters:
        if node["in"] != "header":
            continue
        name, required = node["name"].lower(), node.get("required") is True
        if name == "accept":
            hints = replace(hints, accept=_media_types(node, document), accept_only=_enumerated(node, document))
        elif name == "content-type":
            hints = replace(hints, content_type=_media_types(node, document), content_type_required=required)
        elif name == "authorization":
            hints = replace(hints, authorization=True, authorization_required=required)
    return hints


def _enumerated(node: dict[str, Any], document: Document) -> bool:
    schema = _schema(node, document)
    return "enum" in schema or "const" in schema


def _schema(node: dict[str, Any], document: Document) -> dict[str, Any]:
    try:
        schema = document.follow(node.get("schema", node))
    except Unreachable:
        return {}
    return schema if is_object(schema) else {}


def _media_types(node: dict[str, Any], document: Document) -> tuple[str, ...]:
    schema = _schema(node, document)
    values = schema.get("enum")
    named: list[Any] = [*(values if is_list(values) else []), schema.get("const"), schema.get("default")]
    return tuple(value for value in named if isinstance(value, str) and _MEDIA_TYPE.fullmatch(value))


def _alike(media_types: tuple[str, ...], kind: str) -> str | None:
    return next((name for name in media_types if media_kind(name) == kind), None)
