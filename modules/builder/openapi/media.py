"""Media types: which of several an operation uses, and the examples that stand beside schemas."""

from __future__ import annotations

from typing import Any, Literal

from modules.builder.json_value import is_object
from modules.builder.openapi.document import Document, Unreachable

MediaKind = Literal["json", "form", "multipart", "text", "xml", "binary", "any"]
_RANK: dict[MediaKind, int] = {"json": 0, "form": 1, "multipart": 2, "any": 3, "text": 4, "xml": 5, "binary": 6}
_TEXT = ("javascript", "yaml", "graphql", "sql", "csv", "x-ndjson", "ndjson", "jwt", "jose", "x-sh", "toml")


def media_kind(media_type: str) -> MediaKind:
    """How a value of this media type is written."""
    kind = media_type.split(";")[0].strip().lower()
    main, _, sub = kind.partition("/")
    if sub in {"json", "*+json", "x-json"} or sub.endswith("+json") or kind == "applicationjson":
        return "json"
    if sub == "x-www-form-urlencoded":
        return "form"
    if main == "multipart" or sub == "form-data":
        return "multipart"
    if kind in {"", "*", "*/*", "application/*", "any"}:
        return "any"
    if sub == "xml" or sub.endswith("+xml"):
        return "xml"
    if main == "text" or sub in _TEXT or sub.endswith("+yaml"):
        return "text"
    return "binary"


def preferred(content: dict[str, Any]) -> str:
    """The media type used where several are offered: JSON, then forms, then text. ``content`` is not empty.

    Plain ``application/json`` comes before its relatives, and wild cards come last.
    """
    return min(content, key=lambda name: (_RANK[media_kind(name)], "*" in name, name.lower() != "application/json"))


def first_example(node: Any, document: Document) -> Any:
    """The first example of a parameter or media type object, or ``None``."""
    if not is_object(node):
        return None
    if "example" in node:
        return node["example"]
    examples = node.get("examples")
    if is_object(examples):
        for given in examples.values():
            try:
                example = document.follow(given)
            except Unreachable:
                continue
            if is_object(example) and "value" in example:
                return example["value"]
    return None
