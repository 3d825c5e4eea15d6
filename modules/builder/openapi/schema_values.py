"""Limits, enumerations and nullability of a schema, as JSON Schema 2020-12 writes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from modules.builder.json_value import is_list, is_object

Schema = dict[str, Any]

_SIZE_KEYS = (
    "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties", "maxContains", "minContains",
)  # fmt: skip


# Their length is given by what they are; lengths beside them are wrong in real descriptions.
_SIZED_BY_FORMAT = ("date", "date-time", "time", "uuid")


def enum_to_items(schema: Schema) -> None:
    """An enumeration of single values beside ``type: array`` is meant for the items."""
    values = schema.get("enum")
    if schema.get("type") != "array" or not values or any(is_list(value) for value in values):
        return
    del schema["enum"]
    items = schema.get("items", {})
    if is_object(items) and "$ref" not in items:
        fitted = fitting(values, items.get("type"))
        schema["items"] = {**items, "enum": fitted} if fitted else items


def copy_limits(node: Schema, schema: Schema) -> None:
    """Sizes and bounds of ``node`` into ``schema``; numbers written as text are read, 3.0's flags become bounds."""
    for key in _SIZE_KEYS if node.get("format") not in _SIZED_BY_FORMAT else ():
        size = _number(node.get(key))
        if size is not None and size >= 0 and size == int(size):
            schema[key] = int(size)
    step = _number(node.get("multipleOf"))
    if step is not None and step > 0:
        schema["multipleOf"] = step
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        value = _number(node.get(bound))
        flag = node.get(exclusive)
        if value is not None:
            schema[exclusive if flag is True else bound] = value
        beyond = _number(flag)
        if beyond is not None:
            schema[exclusive] = beyond


def _number(value: Any) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        try:
            value = int(value) if value.lstrip("-").isdecimal() and len(value) < 300 else float(value)
        except ValueError:
            return None
    if isinstance(value, int):
        return value
    return value if isinstance(value, float) and value - value == 0 else None


def nullable(node: Schema, schema: Schema) -> Schema:
    """``schema`` that also allows null where ``node`` says ``nullable``."""
    if node.get("nullable") is not True and node.get("x-nullable") is not True:
        return schema
    kind = schema.get("type")
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if kind is None:
        if any(key in schema for key in ("allOf", "anyOf", "not", "const")):
            outer = {key: schema.pop(key) for key in ("description", "title", "default", "examples") if key in schema}
            return {"anyOf": [schema, {"type": "null"}], **outer}
        return schema
    kinds = kind if is_list(kind) else [kind]
    schema["type"] = [*kinds, "null"] if "null" not in kinds else kinds
    if any(key in schema for key in ("allOf", "anyOf")):
        outer = {key: schema.pop(key) for key in ("description", "title", "default", "examples") if key in schema}
        return {"anyOf": [schema, {"type": "null"}], **outer}
    return schema


def fitting(values: list[Any], kind: Any) -> list[Any]:
    """Enumerated values as the type they are said to have: YAML turns ``[1, no]`` of strings into other things."""
    kinds: list[str] = kind if is_list(kind) else [kind] if isinstance(kind, str) else []
    if not kinds:
        return _distinct(values)
    fitted: list[Any] = []
    for value in values:
        if value is None:
            fitted.append(None)
        for name in kinds:
            read = _FIT.get(name, _as_is)(value)
            if read is not None:
                fitted.append(read)
                break
    return _distinct(fitted)


def _distinct(values: list[Any]) -> list[Any]:
    seen: dict[str, Any] = {}
    for value in values:
        seen.setdefault(f"{type(value).__name__} {value!r}", value)
    return list(seen.values())


def _as_is(value: Any) -> Any:
    return value


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value if isinstance(value, str) else None


def _as_integer(value: Any) -> Any:
    number = _number(value)
    return number if number is not None and number == int(number) else None


def _as_boolean(value: Any) -> Any:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


_FIT: dict[str, Callable[[Any], Any]] = {
    "string": _as_text,
    "integer": _as_integer,
    "number": _number,
    "boolean": _as_boolean,
}
