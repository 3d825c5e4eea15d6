"""Failure as OpenAI's clients read it: ``{"error": {"message", "type", "param", "code"}}``, with their statuses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from core.errors import BudgetExceeded, InvalidInput, NexusError, NotFound, Unauthenticated, Unavailable
from gateway import CallFailed, FailureClass
from orchestrator.api.problem import as_nexus_error, request_id_of, sentence_of

log = logging.getLogger("nexus.api")

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

    def as_dict(self) -> dict[str, Any]:
        """The ``error`` object."""
        return {"message": self.message, "type": self.type, "param": self.param, "code": self.code}


def told(error: NexusError) -> Told:
    """``error`` in OpenAI's words; ``param`` is among its facts where it has one."""
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
            kind = _REFUSED if error.status < HTTPStatus.INTERNAL_SERVER_ERROR else _FAILED
            return Told(error.status, message, kind, error.code, param)


def refusal(error: NexusError, *, status: int | None = None) -> Response:
    """``error`` as a response.

    ``x-should-retry`` keeps OpenAI's own libraries from asking again what the gateway has tried often enough.
    """
    said = told(error)
    headers = {"x-should-retry": "false"}
    if said.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="nexus"'
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        headers["Connection"] = "close"
    return JSONResponse({"error": said.as_dict()}, status_code=status or said.status, headers=headers)


class OpenAIRoute(APIRoute):
    """A route whose every error, the framework's own included, is in OpenAI's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except NexusError as error:
                if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Unavailable):
                    log.error("request %s: %s", request_id_of(request), error.detail)
                return refusal(error)
            except RequestValidationError as error:
                return refusal(as_unreadable(error))
            except HTTPException as error:
                return refusal(as_nexus_error(request, error), status=error.status_code)
            except ClientDisconnect:
                raise
            except Exception:
                log.exception("request %s: %s failed", request_id_of(request), request.url.path)
                return refusal(NexusError("Something went wrong inside."))

        return handled


def as_unreadable(error: RequestValidationError) -> NexusError:
    """The first thing that is wrong with a body. What was sent is never repeated: it may hold a secret."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return Unsupported(f"The body is not valid JSON: {first['ctx']['error']}.", mend="Send one JSON object.")
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
