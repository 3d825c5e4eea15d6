"""Whether a JSON Schema is one, keyword by keyword.

The published meta-schema says the same, thirty times slower: a bundle may hold thousands of schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, cast

DEEPEST: Final = 200
_TYPES: Final = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_number(value) and value >= 0 and value == int(value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in cast("list[Any]", value))


def _is_type(value: Any) -> bool:
    if isinstance(value, list):
        names = cast("list[Any]", value)
        return bool(names) and all(isinstance(one, str) and one in _TYPES for one in names)
    return isinstance(value, str) and value in _TYPES


def _is_texts_by_name(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_texts, cast("dict[str, Any]", value).values()))


_VALUES: Final[dict[str, Callable[[Any], bool]]] = {
    "type": _is_type,
    "required": _is_texts,
    "enum": lambda value: isinstance(value, list),
    "pattern": _is_text,
    "$ref": _is_text,
    "format": _is_text,
    "description": _is_text,
    "title": _is_text,
    "uniqueItems": lambda value: isinstance(value, bool),
    "multipleOf": lambda value: _is_number(value) and value > 0,
    "dependentRequired": _is_texts_by_name,
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minContains", "maxContains"), _is_count),
    **dict.fromkeys(("minProperties", "maxProperties"), _is_count),
}
_BY_NAME: Final = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_IN_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_INSIDE: Final = frozenset(
    {"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames", "contentSchema"}
    | {"unevaluatedItems", "unevaluatedProperties"}
)


def fault(schema: Any) -> str | None:
    """What is wrong with ``schema`` first, with the place as a pointer, or ``None`` for a schema."""
    waiting: list[tuple[Any, str, int]] = [(schema, "", 0)]
    while waiting:
        part, place, depth = waiting.pop()
        if isinstance(part, bool):
            continue
        if not isinstance(part, dict):
            return f"{place or '/'} is no schema"
        if depth > DEEPEST:
            return f"{place} is nested more than {DEEPEST} deep"
        members = cast("dict[str, Any]", part)
        for keyword, value in members.items():
            if not _fits(keyword, value):
                return f"{place}/{keyword} has a value that this keyword cannot have"
        waiting += [(inner, f"{place}/{where}", depth + 1) for where, inner in _parts(members)]
    return None


def _fits(keyword: str, value: Any) -> bool:
    if keyword in _BY_NAME:
        return isinstance(value, dict)
    if keyword in _IN_LISTS:
        return isinstance(value, list) and bool(cast("list[Any]", value))
    check = _VALUES.get(keyword)
    return check is None or check(value)


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword, value in schema.items():
        if keyword in _INSIDE:
            yield keyword, value
        elif keyword in _BY_NAME:
            yield from ((f"{keyword}/{name}", inner) for name, inner in value.items())
        elif keyword in _IN_LISTS:
            yield from ((f"{keyword}/{number}", inner) for number, inner in enumerate(value))
