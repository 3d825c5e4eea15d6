"""RFC 9457 problem documents, and the framework's own refusals in our words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import Request

from core.errors import InvalidInput, NexusError, NotFound, TooLarge, Unauthenticated, Unavailable
from orchestrator.api.dialect import RETRY_SECONDS, problem_document

MEDIA_TYPE = "application/problem+json"


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
    """``error`` as a response, with the headers that its status promises."""
    status = status or error.status
    sent = dict(headers or {})
    if isinstance(error, Unauthenticated):
        sent.setdefault("WWW-Authenticate", 'Bearer realm="nexus"')
    if isinstance(error, Unavailable):
        sent.setdefault("Retry-After", str(RETRY_SECONDS))
    return ProblemResponse(problem_document(error, request_id, status), status_code=status, headers=sent)


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
