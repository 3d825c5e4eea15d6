"""Every route says who may call it: ``actor: Annotated[Actor, Requires(Role.OPERATOR)]``, or ``Public``.

A contract test walks all routes and fails on one that says neither.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import APIKeyCookie, HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.requests import Request

from core.actor import Actor, Role
from core.errors import Forbidden, Unauthenticated
from orchestrator.api.origins import may_use_cookie
from orchestrator.identity.service import Identity

SESSION_COOKIE = "nexus_session"

bearer = HTTPBearer(
    scheme_name="key", description="A key: the owner's from owner.key, or one that was handed out.", auto_error=False
)
cookie = APIKeyCookie(name=SESSION_COOKIE, scheme_name="session", description="A browser's session.", auto_error=False)


class CrossSite(Forbidden):
    """A session cookie came with a request that no page of ours made."""

    code = "cross_site"
    default_mend = "Use the page of this service; programs send a key instead of a cookie."


class Permission:
    """The dependency behind ``Requires``: finds out who calls and whether their role suffices."""

    def __init__(self, role: Role) -> None:
        self.role = role

    async def __call__(
        self,
        request: Request,
        _key: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
        _session: Annotated[str | None, Depends(cookie)],
    ) -> Actor:
        actor = await caller(request)
        if actor.role < self.role:
            raise Forbidden(
                f"This needs the role {self.role.name.lower()}; yours is {actor.role.name.lower()}.",
                needs=self.role.name.lower(),
            )
        return actor


class Open:
    """The dependency behind ``Public``: lets everybody in."""

    async def __call__(self) -> None: ...


Public = Depends(Open())


def Requires(role: Role) -> Any:  # noqa: N802 - reads as a declaration, like FastAPI's own Depends
    """Declare the least role that may call a route."""
    return Depends(Permission(role))


async def caller(request: Request) -> Actor:
    """Who sent this request. A key outranks a cookie. Raises ``Unauthenticated`` or ``CrossSite``."""
    identity: Identity = request.app.state.services.identity
    authorization = request.headers.get("authorization")
    if authorization is not None:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthenticated("Only Bearer authorization is understood.")
        return await identity.by_key(secret.strip())
    token = request.cookies.get(SESSION_COOKIE)
    if token is None:
        raise Unauthenticated("The request carries no key and no session.")
    if refusal := may_use_cookie(request.method, request.headers, request.url.scheme):
        raise CrossSite(refusal)
    return await identity.by_session(token)
