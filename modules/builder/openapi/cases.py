"""Contract tests of an operation: arguments, the request they must make, an answer, and what comes of it."""

from __future__ import annotations

import json
from typing import Any

from modules.builder.json_value import is_list, is_object
from modules.builder.openapi.expected import expected_request
from modules.builder.openapi.media import media_kind
from modules.builder.openapi.model import Operation, Parameter
from modules.builder.openapi.samples import Sampler

_NO_SEGMENT: tuple[Any, ...] = ("", ".", "..", [], {}, None)
_ERRORS = (404, 400, 401, 403, 409, 422, 429, 500, 503)


def contract_cases(operation: Operation, sampler: Sampler) -> list[dict[str, Any]]:
    """One case with what is required, one with everything where that is more, one with an error."""
    least = _arguments(operation, sampler, full=False)
    cases = [_success("required arguments", operation, least, sampler)]
    everything = _arguments(operation, sampler, full=True)
    if everything != least:
        cases.append(_success("all arguments", operation, everything, sampler))
    cases.append(_failure(operation, least))
    return cases


def _arguments(operation: Operation, sampler: Sampler, *, full: bool) -> dict[str, Any]:
    arguments = {
        parameter.argument: _argument(parameter, sampler, full)
        for parameter in operation.parameters
        if full or parameter.required
    }
    body = operation.body
    if body is not None and (full or body.required):
        sampled = sampler.value(body.schema, full=full)
        if body.kind in {"form", "multipart"} and not is_object(sampled):
            sampled = {}
        if body.kind == "multipart":
            sampled = {name: _file(value) if name in body.binary else value for name, value in sampled.items()}
        arguments[body.argument] = sampled
    return arguments


def _file(value: Any) -> Any:
    return ["AP8Q" for _ in value] if is_list(value) else "AP8Q"


def _argument(parameter: Parameter, sampler: Sampler, full: bool) -> Any:
    value = sampler.value(parameter.schema, full=full)
    if parameter.place == "path" and value in _NO_SEGMENT:
        schema = sampler.resolved(parameter.schema)
        named: list[Any] = schema.get("enum", []) if is_object(schema) else []
        return next((option for option in named if option not in _NO_SEGMENT), "1")
    return value


def _success(name: str, operation: Operation, arguments: dict[str, Any], sampler: Sampler) -> dict[str, Any]:
    response, data = _answer(operation, sampler)
    return {
        "name": name,
        "arguments": arguments,
        "exchanges": [{"request": expected_request(operation, arguments), "response": response}],
        "expect": {"data": data},
    }


def _answer(operation: Operation, sampler: Sampler) -> tuple[dict[str, Any], Any]:
    answer = operation.answer
    if operation.method == "HEAD":
        headers = [["Content-Length", "0"]]
        return {"status": answer.status, "headers": headers, "body": ""}, {
            "status": answer.status,
            "headers": {"content-length": "0"},
        }
    if answer.media_type is None:
        return {"status": answer.status, "headers": [], "body": ""}, None
    media_type = answer.media_type if "/" in answer.media_type and "*" not in answer.media_type else "application/json"
    headers = [["Content-Type", media_type]]
    if media_kind(media_type) == "json" or not answer.text:
        schema = _first(answer.schema)
        data = {"value": 1} if schema is None else sampler.value(schema, full=False)
        return {"status": answer.status, "headers": headers, "body": json.dumps(data, ensure_ascii=False)}, data
    if media_kind(media_type) == "binary":
        response = {"status": answer.status, "headers": headers, "base64": "AP8Q"}
        return response, {"media_type": media_type.split(";")[0].strip().lower(), "base64": "AP8Q"}
    return {"status": answer.status, "headers": headers, "body": "some text"}, "some text"


def _first(schema: Any) -> Any:
    """The schema of the first answer: several answers are alternatives, in the order of their codes."""
    if is_object(schema) and set(schema) == {"anyOf"}:
        return schema["anyOf"][0]
    return schema


def _failure(operation: Operation, arguments: dict[str, Any]) -> dict[str, Any]:
    status = next((code for code in _ERRORS if str(code) in operation.errors), 500)
    response: dict[str, Any] = {"status": status, "headers": [["Content-Type", "text/plain"]], "body": "no"}
    if operation.method == "HEAD":
        response["body"] = ""
    return {
        "name": f"status {status}",
        "arguments": arguments,
        "exchanges": [{"request": expected_request(operation, arguments), "response": response}],
        "expect": {"error": "upstream_status"},
    }
