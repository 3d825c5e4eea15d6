"""Every refusal leaves through here, the framework's own included, in the words of whoever asked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from core.errors import InvalidInput, NexusError, Unavailable, UpstreamFailed
from orchestrator.api.dialect import speaks_openai
from orchestrator.api.openai import errors as openai
from orchestrator.api.page import is_page_address, page_response
from orchestrator.api.problem import BadRequest, as_nexus_error, place_of, problem, request_id_of, sentence_of

log = logging.getLogger("nexus.api")


def refused(
    scope: Scope, error: NexusError, headers: Mapping[str, str] | None = None, *, status: int | None = None
) -> Response:
    """``error`` as the answer to the request of ``scope``; ``status`` outranks the error's own."""
    if speaks_openai(scope["path"]):
        return openai.refusal(error, headers, status=status)
    return problem(error, str(scope.get("nexus.request_id", "")), headers, status=status)


def install(app: FastAPI) -> None:
    """Let every error of ``app`` be said by ``refused``."""
    app.add_exception_handler(NexusError, on_nexus_error)
    app.add_exception_handler(RequestValidationError, on_invalid_request)
    app.add_exception_handler(HTTPException, on_http_error)
    for unstorable in (DataError, UnicodeEncodeError):
        app.add_exception_handler(unstorable, on_unstorable)


async def on_nexus_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, NexusError)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, Unavailable):
        # Where it came from is of use for what is wrong here, and not for what somebody else's service did.
        inside = None if isinstance(error, UpstreamFailed) else error
        log.error("request %s: %s", request_id_of(request), error.detail, exc_info=inside)
    return refused(request.scope, error)


async def on_invalid_request(request: Request, error: Exception) -> Response:
    """What was sent is never repeated: it may hold a secret."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        said, place = found[0]["ctx"]["error"], found[0]["loc"][-1]
        wrong: InvalidInput = BadRequest(f"The body is not valid JSON: {said}, at character {place}.")
    elif speaks_openai(request.url.path):
        wrong = openai.as_unreadable(error)
    else:
        wrong = as_invalid(error)
    return refused(request.scope, wrong)


def as_invalid(error: RequestValidationError) -> InvalidInput:
    """Everything that is wrong with a request, the first in its sentence."""
    errors = [{"place": place_of(each["loc"]), "sentence": sentence_of(each)} for each in error.errors()]
    first = errors[0] if errors else {"place": "request", "sentence": "It is not as described."}
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return InvalidInput(f"{first['place']}: {first['sentence']}{more}", errors=errors)


async def on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND and is_page_address(request):
        shown = page_response()
        if shown is not None:
            return shown
    return refused(request.scope, as_nexus_error(request, error), error.headers, status=error.status_code)


async def on_unstorable(request: Request, error: Exception) -> Response:
    """Bodies are checked before; this is for what an address or a header can carry (a NUL, say)."""
    log.warning("request %s: %s", request_id_of(request), error)
    return refused(request.scope, InvalidInput("A text in the request holds what cannot be stored."))
