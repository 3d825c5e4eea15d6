"""Does a value fit a schema as its document means it? OpenAPI 3.0's dialect and 3.1's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import Draft4Validator, Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT202012

BASE = "document:/"


def fits(document: Mapping[str, Any], schema: Any, value: Any) -> bool:
    """Whether ``value`` is allowed by ``schema``, a part of ``document``.

    A schema that is broken in itself (a reference to nowhere, a pattern that is none) does not judge: True.
    """
    modern = str(document.get("openapi", "")).startswith("3.1")
    specification = DRAFT202012 if modern else DRAFT4
    validator = Draft202012Validator if modern else OpenApi30
    registry = Registry().with_resource(BASE, specification.create_resource(document))  # type: ignore[arg-type]
    try:
        return validator(rebased(schema), registry=registry).is_valid(value)
    except Exception as error:  # whatever a broken schema makes the library raise
        return not isinstance(error, MemoryError)


def rebased(schema: Any) -> Any:
    """``schema`` with its document-local references made absolute; only its own, others are followed from there."""
    if isinstance(schema, dict):
        return {
            key: BASE + value if key == "$ref" and isinstance(value, str) and value.startswith("#") else rebased(value)
            for key, value in schema.items()
        }
    return [rebased(item) for item in schema] if isinstance(schema, list) else schema


def _type(validator: Any, types: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if instance is None and schema.get("nullable") is True:
        return
    yield from Draft4Validator.VALIDATORS["type"](validator, types, instance, schema)  # type: ignore[operator]


def _enum(validator: Any, values: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    if instance is None and schema.get("nullable") is True:
        return
    yield from Draft4Validator.VALIDATORS["enum"](validator, values, instance, schema)  # type: ignore[operator]


def _pattern(validator: Any, wanted: Any, instance: Any, schema: Mapping[str, Any]) -> Iterator[ValidationError]:
    try:
        found = not isinstance(instance, str) or re.search(wanted, instance)
    except re.error:  # JavaScript's spelling is not always Python's
        return
    if not found:
        yield ValidationError(f"{instance!r} does not match {wanted!r}")


OpenApi30 = extend(Draft4Validator, {"type": _type, "enum": _enum, "pattern": _pattern})
