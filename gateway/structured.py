"""Answers held to a JSON Schema: what does not conform is refused, and never mended in silence."""

from __future__ import annotations

import json
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match  # pyright: ignore[reportUnknownVariableType]
from referencing import Registry

from core.errors import InvalidInput
from gateway.failure import CallFailed, FailureClass
from gateway.messages import JsonObject
from gateway.result import FinishReason, ModelResult


def check_schema(schema: JsonObject) -> None:
    """Raises ``InvalidInput`` where ``schema`` is no JSON Schema (2020-12)."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        place = "/".join(str(part) for part in error.absolute_path) or "its top"
        raise InvalidInput(f"The output schema is no JSON Schema at {place}: {error.message[:200]}.") from error


def conforming(result: ModelResult, schema: JsonObject) -> ModelResult:
    """``result`` with the value in ``data``. Raises ``CallFailed`` (SCHEMA_MISMATCH) with the place that is wrong."""
    if result.finish_reason is FinishReason.LENGTH:
        raise _mismatch(result, "the answer was cut off at its longest")
    try:
        value: Any = json.loads(result.text)
    except ValueError as error:
        raise _mismatch(result, "the answer is no JSON") from error
    # An empty registry: a schema that refers to an address is not fetched.
    validator: Any = Draft202012Validator(schema, registry=Registry())
    found = cast("Any", best_match)(validator.iter_errors(value))
    if found is not None:
        place = "/".join(str(part) for part in found.absolute_path) or "its top"
        raise _mismatch(result, f"at {place}, {found.message[:200]}")
    return result.model_copy(update={"data": value})


def _mismatch(result: ModelResult, why: str) -> CallFailed:
    return CallFailed(
        FailureClass.SCHEMA_MISMATCH, f"{result.model} did not answer as the schema says: {why}.", usage=result.usage
    )
