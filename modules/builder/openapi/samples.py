"""Example values for schemas, the same ones every time: what a document shows, else what its schema allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.strings import fits, sample_text

DEEPEST = 6
_NOTHING: Any = object()


class Sampler:
    """Makes values from converted schemas. ``definitions`` resolves their references by file name."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions

    def value(self, schema: Any, *, full: bool, depth: int = 0) -> Any:
        """A value that ``schema`` allows, as far as it can be told. ``full``: with what is optional, too."""
        schema = self.resolved(schema)
        if not is_object(schema):
            return "text"
        shown = self._shown(schema)
        if shown is not _NOTHING:
            return shown
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                return self._alternative(schema, key, full, depth)
        if schema.get("allOf"):
            return self.value(self._merged(schema), full=full, depth=depth)
        return self._typed(schema, full, depth)

    def resolved(self, schema: Any) -> Any:
        """``schema``, or the definition its reference leads to."""
        for _ in range(32):
            if not is_object(schema) or "$ref" not in schema:
                return schema
            schema = self._definitions.get(schema["$ref"][len("definitions/") : -len(".json")], {})
        return {}

    def _shown(self, schema: dict[str, Any]) -> Any:
        kinds = _kinds(schema)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return next((value for value in schema["enum"] if value is not None), None)
        for value in [*schema.get("examples", ()), *([schema["default"]] if "default" in schema else ())]:
            if (
                kinds
                and not {"object", "array"} & set(kinds)
                and any(_is_a(value, kind) for kind in kinds)
                and _bounded(value, schema)
            ):
                return value
        return _NOTHING

    def _alternative(self, schema: dict[str, Any], key: str, full: bool, depth: int) -> Any:
        alternatives = [part for part in schema[key] if self.resolved(part) != {"type": "null"}] or schema[key]
        rest = {
            name: value
            for name, value in schema.items()
            if name not in {key, "description", "title", "default", "examples"}
        }
        chosen = alternatives[0]
        if rest and any(name in rest for name in ("properties", "required", "allOf", "type")):
            chosen = self._merged({**rest, "allOf": [*rest.get("allOf", ()), chosen]})
        return self.value(chosen, full=full, depth=depth + 1) if depth < 3 * DEEPEST else None

    def _merged(self, schema: dict[str, Any], depth: int = 0) -> dict[str, Any]:
        """An ``allOf`` as one schema, as far as sampling needs it."""
        merged: dict[str, Any] = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema.get("allOf", ()):
            part = self.resolved(part)
            if not is_object(part):
                continue
            if "allOf" in part and depth < DEEPEST:
                part = self._merged(part, depth + 1)
            for key, value in part.items():
                if key == "properties":
                    merged["properties"] = _both(merged.get("properties", {}), value)
                elif key == "required":
                    merged["required"] = list(dict.fromkeys([*merged.get("required", []), *value]))
                else:
                    merged.setdefault(key, value)
        return merged

    def _typed(self, schema: dict[str, Any], full: bool, depth: int) -> Any:
        kinds = _kinds(schema)
        kind = next((kind for kind in kinds if kind != "null"), None)
        if kind is None:
            if kinds:
                return None
            kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
        if kind == "object":
            return self._object(schema, full, depth)
        if kind == "array":
            return self._array(schema, full, depth)
        if kind in {"integer", "number"}:
            return number(schema, kind)
        return True if kind == "boolean" else sample_text(schema, full)

    def _object(self, schema: dict[str, Any], full: bool, depth: int) -> dict[str, Any]:
        properties: dict[str, Any] = schema.get("properties", {})
        required: list[str] = schema.get("required", [])
        wanted = list(required)
        if full and depth < 3:
            wanted = [key for key in properties if key in required or not self._read_only(properties[key])][
                : 24 if depth < 2 else 6
            ]
            wanted += [key for key in required if key not in wanted]
        if depth > DEEPEST:
            wanted = [key for key in required if depth <= 4 * DEEPEST]
        made = {key: self.value(properties.get(key, {"type": "string"}), full=full, depth=depth + 1) for key in wanted}
        number_needed = schema.get("minProperties", 0) - len(made)
        extra = schema.get("additionalProperties")
        for index in range(min(number_needed, 20)):
            made[f"key{index}"] = self.value(extra if is_object(extra) else {}, full=False, depth=depth + 1)
        return made

    def _array(self, schema: dict[str, Any], full: bool, depth: int) -> list[Any]:
        least = schema.get("minItems", 0)
        most = schema.get("maxItems", least + 1)
        count = max(least, min(1, most)) if depth <= DEEPEST else least
        if full and depth == 0 and most >= 2 and "maxItems" in schema:
            count = max(count, 2)
        items = schema.get("items", {})
        made = [self.value(part, full=full, depth=depth + 1) for part in schema.get("prefixItems", ())]
        if not made and count:
            first = self.value(items, full=full, depth=depth + 1)
            made = [first] * min(count, 50)
            if schema.get("uniqueItems") and count > 1:
                made = self._distinct(items, first, min(count, 50))
        return made

    def _distinct(self, items: Any, first: Any, count: int) -> list[Any]:
        schema = self.resolved(items)
        if is_object(schema) and schema.get("enum"):
            return list(schema["enum"][:count])
        if isinstance(first, str):
            return [first if index == 0 else f"{first}{index}" for index in range(count)]
        if isinstance(first, int) and not isinstance(first, bool):
            return [first + index for index in range(count)]
        return [first]

    def _read_only(self, schema: Any) -> bool:
        schema = self.resolved(schema)
        return is_object(schema) and schema.get("readOnly") is True


def _both(properties: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Properties of two schemas that must both hold."""
    shared = {name: {"allOf": [properties[name], others[name]]} for name in others if name in properties}
    return {**properties, **others, **shared}


def _kinds(schema: dict[str, Any]) -> list[str]:
    kind = schema.get("type")
    return kind if is_list(kind) else [kind] if isinstance(kind, str) else []


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "integer":
        return isinstance(value, int)
    if kind == "number":
        return isinstance(value, int | float)
    return kind == "string" and isinstance(value, str)


def _bounded(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, str):
        return fits(value, schema)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return (
            value >= schema.get("minimum", value)
            and value <= schema.get("maximum", value)
            and ("exclusiveMinimum" not in schema or value > schema["exclusiveMinimum"])
            and ("exclusiveMaximum" not in schema or value < schema["exclusiveMaximum"])
        )
    return True


def number(schema: dict[str, Any], kind: str) -> int | float:
    """A number within the bounds, whole where it can be."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if low is not None and "exclusiveMinimum" in schema and schema["exclusiveMinimum"] >= low:
        low = schema["exclusiveMinimum"] + 1
    if high is not None and "exclusiveMaximum" in schema and schema["exclusiveMaximum"] <= high:
        high = schema["exclusiveMaximum"] - 1
    if low is None and high is None:
        chosen: int | float = 1
    elif low is None:
        chosen = min(1, high if high is not None else 1)
    else:
        chosen = low if high is None or low > 1 or high < 1 else 1
        if high is not None and chosen > high and kind == "number":
            chosen = (schema.get("exclusiveMinimum", low) + schema.get("exclusiveMaximum", high)) / 2
    if kind == "integer":
        chosen = int(chosen) if chosen == int(chosen) else int(chosen) + (1 if chosen > 0 else 0)
    step = schema.get("multipleOf")
    if step and chosen % step:
        chosen = (chosen // step + 1) * step
    return chosen
