"""Every route of the application says who may call it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.responses import PlainTextResponse

from core.actor import Actor, Role
from core.settings import Settings
from orchestrator.api.openapi import permission_of
from orchestrator.api.permissions import Open, Public, Requires
from orchestrator.app import create_app

PUBLIC = {
    *("/healthz", "/health", "/v1/health", "/readyz", "/login"),
    *("/docs", "/docs/assets/{name}", "/openapi.json", "/", "/assets/{name}"),
    "/demo/{path:path}",
}

# Under /admin, and open to lower roles on purpose. What is proposed becomes a card, which an admin answers.
LOOKING = {
    ("GET", "/admin/drafts"): Role.VIEWER,
    ("GET", "/admin/drafts/{draft}"): Role.VIEWER,
    ("GET", "/admin/drafts/{draft}/files/{path:path}"): Role.VIEWER,
    ("GET", "/admin/drafts/{draft}/diff"): Role.VIEWER,
}
PROPOSING = {
    ("POST", "/admin/drafts"): Role.OPERATOR,
    ("POST", "/admin/drafts/{draft}/validate"): Role.OPERATOR,
    ("POST", "/admin/drafts/{draft}/promote"): Role.OPERATOR,
    ("PUT", "/admin/modules/{module}/binding"): Role.OPERATOR,
}


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return create_app(Settings(data_dir=tmp_path))


def undeclared(app: FastAPI) -> list[str]:
    return [str(route.path) for route in iter_route_contexts(app.routes) if permission_of(route) is None]


def test_every_route_declares_its_permission(app: FastAPI) -> None:
    assert undeclared(app) == []


def test_only_these_routes_are_public(app: FastAPI) -> None:
    public = {route.path for route in iter_route_contexts(app.routes) if permission_of(route) is Open}

    assert public == PUBLIC


def test_the_stand_in_is_served_to_this_machine_alone(tmp_path: Path) -> None:
    for bind, served in (("127.0.0.1:0", True), ("[::1]:0", True), ("0.0.0.0:0", False), ("nexus.example:80", False)):
        open_to_others = create_app(Settings(data_dir=tmp_path, bind=bind))
        paths = {route.path for route in iter_route_contexts(open_to_others.routes)}
        assert ("/demo/{path:path}" in paths) is served, bind


def test_admin_routes_need_an_admin_but_for_looking_and_proposing(app: FastAPI) -> None:
    weaker = {
        (method, route.path): permission_of(route)
        for route in iter_route_contexts(app.routes)
        for method in route.methods or ()
        if str(route.path).startswith("/admin") and permission_of(route) not in (Role.ADMIN, Role.OWNER)
    }

    assert weaker == LOOKING | PROPOSING


def test_what_changes_something_needs_more_than_looking_on(app: FastAPI) -> None:
    weak = [
        route.path
        for route in iter_route_contexts(app.routes)
        if (route.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        and permission_of(route) in (Open, Role.VIEWER)
        # A session ends itself, and the stand-in's notebook is nobody's.
        and route.path not in ("/v1/logout", "/demo/{path:path}")
    ]

    assert weak == []


def test_a_route_that_declares_nothing_is_found(app: FastAPI) -> None:
    router = APIRouter(prefix="/v1")

    @router.get("/forgotten")
    async def forgotten() -> None: ...

    app.include_router(router)

    assert undeclared(app) == ["/v1/forgotten"]


def test_a_route_past_the_framework_is_found(app: FastAPI) -> None:
    app.add_route("/raw", lambda _request: PlainTextResponse(""))

    assert undeclared(app) == ["/raw"]


def test_of_several_declarations_the_strictest_counts(app: FastAPI) -> None:
    router = APIRouter(dependencies=[Requires(Role.ADMIN)])

    @router.get("/twice", dependencies=[Public])
    async def twice(actor: Annotated[Actor, Requires(Role.VIEWER)]) -> None: ...

    app.include_router(router)
    route = next(route for route in iter_route_contexts(app.routes) if route.path == "/twice")

    assert permission_of(route) is Role.ADMIN
