"""Values as the bytes of a bundle's files."""

from __future__ import annotations

import json
from typing import Any

from modules.builder.json_value import is_list, is_object

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(", ", ": ")).encode


def json_file(value: dict[str, Any] | list[Any] | Any) -> bytes:
    """UTF-8 JSON, one member or item of the outermost value a line, in the given order."""
    try:
        text = _lines(value)
    except ValueError:
        text = _lines(_finite(value))
    return text.encode("utf-8", "replace")


def _lines(value: Any) -> str:
    if is_object(value) and value:
        members = ",\n".join(f" {_encode(key)}: {_encode(item)}" for key, item in value.items())
        return "{\n" + members + "\n}\n"
    if is_list(value) and value:
        return "[\n" + ",\n".join(f" {_encode(item)}" for item in value) + "\n]\n"
    return _encode(value) + "\n"


def _finite(value: Any) -> Any:
    """Numbers too large for a double have no JSON: null stands in for them."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    if is_object(value):
        return {key: _finite(item) for key, item in value.items()}
    if is_list(value):
        return [_finite(item) for item in value]
    return value
