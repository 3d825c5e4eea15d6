"""Failure as HTTP says it: RFC 9457 problem+json, from every error there can be."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from core.errors import InvalidInput, NexusError, NotFound, TooLarge, Unauthenticated, Unavailable
from orchestrator.api.page import is_page_address, page_response

MEDIA_TYPE = "application/problem+json"
TYPE_BASE = "https://nexus.invalid/problems/"
RETRY_SECONDS = 2

log = logging.getLogger("nexus.api")


class MethodNotAllowed(NexusError):
    """The path exists; the method does not."""

    code = "method_not_allowed"
    status = 405
    default_mend = "Use one of the methods that the Allow header names."


class BadRequest(InvalidInput):
    """The request cannot be read at all."""

    code = "bad_request"
    status = 400


class Refused(NexusError):
    """A refusal of the framework that has no name of its own; sent with the framework's status."""

    code = "refused"
    default_mend = "See /docs for what this path takes."


class ProblemResponse(JSONResponse):
    """A problem document."""

    media_type = MEDIA_TYPE


def problem(
    error: NexusError, request_id: str, headers: Mapping[str, str] | None = None, *, status: int | None = None
) -> ProblemResponse:
    """``error`` as a response. Its facts become members of the document, which the standard ones outrank."""
    status = status or error.status
    document = {
        **error.facts,
        "type": TYPE_BASE + error.code,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": error.code,
        "detail": error.detail,
        "mend": error.mend,
        "request_id": request_id,
    }
    sent = dict(headers or {})
    if isinstance(error, Unauthenticated):
        sent.setdefault("WWW-Authenticate", 'Bearer realm="nexus"')
    if isinstance(error, Unavailable):
        sent.setdefault("Retry-After", str(RETRY_SECONDS))
    return ProblemResponse(document, status_code=status, headers=sent)


def install(app: FastAPI) -> None:
    """Make every error of ``app`` a problem document."""
    app.add_exception_handler(NexusError, on_nexus_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, on_http_error)
    for unstorable in (DataError, UnicodeEncodeError):
        app.add_exception_handler(unstorable, on_unstorable)


async def on_nexus_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NexusError)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Unavailable):
        log.error("request %s: %s", request_id_of(request), error.detail, exc_info=error)
    return problem(error, request_id_of(request))


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """What was sent is never repeated: it may hold a secret."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        wrong: NexusError = BadRequest(
            f"The body is not valid JSON: {found[0]['ctx']['error']}, at character {found[0]['loc'][-1]}."
        )
        return problem(wrong, request_id_of(request))
    errors = [{"place": place_of(each["loc"]), "sentence": sentence_of(each)} for each in found]
    first = errors[0] if errors else {"place": "request", "sentence": "It is not as described."}
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    wrong = InvalidInput(f"{first['place']}: {first['sentence']}{more}", errors=errors)
    return problem(wrong, request_id_of(request))


async def on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND and is_page_address(request):
        shown = page_response()
        if shown is not None:
            return shown
    translated = as_nexus_error(request, error)
    return problem(translated, request_id_of(request), error.headers, status=error.status_code)


async def on_unstorable(request: Request, error: Exception) -> Response:
    """Bodies are checked before; this is for what an address or a header can carry (a NUL, say)."""
    log.warning("request %s: %s", request_id_of(request), error)
    return problem(InvalidInput("A text in the request holds what cannot be stored."), request_id_of(request))


def as_nexus_error(request: Request, error: HTTPException) -> NexusError:
    """The framework's own refusals in our words."""
    match error.status_code:
        case 400:
            return BadRequest(
                "The body cannot be read.", mend="Send JSON in UTF-8 with content-type: application/json."
            )
        case 404:
            return NotFound(f"There is nothing at {request.url.path}.", mend="See /docs for what there is.")
        case 405:
            return MethodNotAllowed(f"{request.url.path} does not answer {request.method}.")
        case 413:
            return too_large(request.scope.get("nexus.body_limit"))
        case _:
            return Refused(str(error.detail))


def too_large(limit: int | None) -> TooLarge:
    size = "its limit" if limit is None else f"{limit} bytes"
    return TooLarge(f"The request's body is over {size}.")


def request_id_of(request: Request) -> str:
    """The id that the guard gave this request."""
    return str(request.scope.get("nexus.request_id", ""))


def place_of(location: Sequence[Any]) -> str:
    """``("body", "items", 0, "name")`` as ``body.items[0].name``."""
    place = ""
    for part in location:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else str(part)
    return place or "request"


def sentence_of(error: Mapping[str, Any]) -> str:
    """One of pydantic's messages as a sentence."""
    text = str(error["msg"]).removeprefix("Value error, ").strip()
    return text if text.endswith((".", "!", "?")) else text + "."
