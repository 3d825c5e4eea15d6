"""Failure as OpenAI's clients read it: ``{"error": {"message", "type", "param", "code"}}``, with their statuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.responses import Response

from core.errors import BudgetExceeded, InvalidInput, NexusError, NotFound, Unauthenticated
from gateway import CallFailed, FailureClass
from orchestrator.api.dialect import openai_document
from orchestrator.api.problem import sentence_of

_REFUSED, _FAILED = "invalid_request_error", "server_error"
# What pydantic says of a member that we know and take with other values only.
_NOT_TAKEN = {"extra_forbidden", "none_required"}
_OF_CALLS = {
    FailureClass.RATE_LIMIT: (429, "rate_limit_error", "rate_limit_exceeded"),
    FailureClass.BAD_REQUEST: (400, _REFUSED, "bad_request"),
    FailureClass.CONTEXT_TOO_LONG: (400, _REFUSED, "context_length_exceeded"),
    FailureClass.CONTENT_FILTER: (400, _REFUSED, "content_filter"),
    FailureClass.TIMEOUT: (504, _FAILED, "timeout"),
}


class Unsupported(InvalidInput):
    """A wish that this endpoint does not fulfil; ``param`` among its facts names it."""

    code = "unsupported_parameter"
    status = 400
    default_mend = "Leave it out."


class UnknownModel(NotFound):
    """No such model, or none for this endpoint."""

    code = "model_not_found"
    default_mend = "Name one that GET /v1/models lists."


@dataclass(frozen=True, slots=True)
class Told:
    """An error in OpenAI's words."""

    status: int
    message: str
    type: str
    code: str
    param: str | None = None

    def as_document(self) -> dict[str, Any]:
        """The body of a refusal, and the event that ends a stream."""
        return openai_document(self.message, self.type, self.code, self.param)


def told(error: NexusError, status: int | None = None) -> Told:
    """``error`` in OpenAI's words, with ``status`` where it is the framework's; ``param`` is among its facts."""
    message, param = f"{error.detail} {error.mend}", error.facts.get("param")
    match error:
        case Unauthenticated():
            return Told(401, message, _REFUSED, "invalid_api_key")
        case BudgetExceeded():
            return Told(429, message, "insufficient_quota", "insufficient_quota")
        case CallFailed():
            status, kind, code = _OF_CALLS.get(error.kind, (502, _FAILED, error.kind.value))
            return Told(status, message, kind, code)
        case InvalidInput(status=422):
            return Told(400, message, _REFUSED, error.code, param)
        case _:
            status = status or error.status
            kind = _REFUSED if status < HTTPStatus.INTERNAL_SERVER_ERROR else _FAILED
            return Told(status, message, kind, error.code, param)


def refusal(error: NexusError, headers: Mapping[str, str] | None = None, *, status: int | None = None) -> Response:
    """``error`` as a response; ``status`` outranks the error's own.

    ``x-should-retry`` keeps OpenAI's own libraries from asking again what the gateway has tried often enough.
    """
    said = told(error, status)
    sent = {"x-should-retry": "false", **(headers or {})}
    if said.status == HTTPStatus.UNAUTHORIZED:
        sent.setdefault("WWW-Authenticate", 'Bearer realm="nexus"')
    return JSONResponse(said.as_document(), status_code=said.status, headers=sent)


def as_unreadable(error: RequestValidationError) -> InvalidInput:
    """The first thing that is wrong with a body. What was sent is never repeated: it may hold a secret."""
    first = error.errors()[0]
    param = place_in(error.body, first["loc"][1:], missing=first["type"] == "missing")
    if first["type"] in _NOT_TAKEN:
        return Unsupported(f"{param} is not supported here.", param=param)
    return InvalidInput(f"{param or 'The body'}: {sentence_of(first)}", param=param)


def place_in(body: Any, location: tuple[Any, ...], *, missing: bool) -> str | None:
    """``messages[0].role``: as far as ``location`` leads into ``body``; steps of pydantic's own are left out."""
    place = ""
    for step, last in ((step, index == len(location) - 1) for index, step in enumerate(location)):
        if isinstance(step, int) and isinstance(body, list) and step < len(body):
            place, body = f"{place}[{step}]", body[step]
        elif isinstance(step, str) and isinstance(body, dict) and (step in body or (missing and last)):
            place, body = f"{place}.{step}" if place else step, body.get(step)
    return place or None
