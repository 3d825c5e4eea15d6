"""Who am I, and the browser's way in: a one-time link becomes a session cookie."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from core.actor import Actor, Role
from orchestrator.api.permissions import SESSION_COOKIE, Public, Requires
from orchestrator.api.services import Wired
from orchestrator.identity.model import SESSION_LIFE

router = APIRouter(tags=["identity"])

FIRST_PAGE = "/"


@router.get("/v1/me")
async def me(services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)]) -> dict[str, Any]:
    """The caller: id, organisation, role, and the key behind it."""
    key = await services.identity.describe(actor)
    return {
        "id": actor.id,
        "org": actor.org,
        "role": actor.role.name.lower(),
        "key": None if key is None else key.as_dict(),
    }


@router.get("/login", dependencies=[Public], status_code=303, response_class=RedirectResponse)
async def login(request: Request, services: Wired, code: Annotated[str, Query(max_length=200)]) -> Response:
    """Exchange the code of a one-time link for a session cookie and go to the first page."""
    token = await services.identity.begin_session(code)
    response = RedirectResponse(FIRST_PAGE, status_code=303)
    response.set_cookie(
        SESSION_COOKIE,
        token,
        max_age=int(SESSION_LIFE.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.post("/v1/logout", status_code=204)
async def logout(request: Request, services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)]) -> Response:
    """End the session of this cookie."""
    if token := request.cookies.get(SESSION_COOKIE):
        await services.identity.end_session(token)
    response = Response(status_code=204)
    response.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")
    return response
