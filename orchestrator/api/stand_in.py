"""``/demo``: the stand-in for the examples' services, for whoever tries NEXUS without a network.

A module whose host cannot be reached is bound to it on its card. Served only where this machine alone can reach it.
"""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestrator.api.permissions import Public
from orchestrator.demo.server import demo_app

PREFIX = "/demo"


def stand_in_router() -> APIRouter:
    """Its routes, with an empty notebook."""
    router = APIRouter(include_in_schema=False, dependencies=[Public])
    app = demo_app()

    @router.api_route(PREFIX + "/{path:path}", methods=["GET", "POST", "DELETE"])
    async def stand_in(request: Request, path: str) -> Response:  # pyright: ignore[reportUnusedFunction]
        return PassedOn(app, f"/{path}")

    return router


class PassedOn(Response):
    """The answer of another application, asked for ``path``."""

    def __init__(self, app: ASGIApp, path: str) -> None:
        super().__init__()
        self._app = app
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "path": self._path, "root_path": ""}, receive, send)
