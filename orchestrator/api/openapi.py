"""What the API's description adds to FastAPI's own: the problem document, and the role that each route needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from core.actor import Role
from orchestrator.api.answers import describe_answers
from orchestrator.api.permissions import Open, Permission

PROBLEM_REF = {"$ref": "#/components/schemas/Problem"}
PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"application/problem+json": {"schema": PROBLEM_REF}}}
    for status, description in (("4XX", "The request was refused."), ("5XX", "It could not be done now."))
}
PROBLEM_SCHEMA = {
    "title": "Problem",
    "description": "RFC 9457. `detail` says what is wrong, `mend` what to do about it.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "mend", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; for programs."},
        "detail": {"type": "string"},
        "mend": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"place": {"type": "string"}, "sentence": {"type": "string"}},
                "required": ["place", "sentence"],
            },
        },
    },
    "additionalProperties": True,
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of ``app``."""
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    document.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    describe_answers(document)
    for context in api_routes(app):
        role = permission_of(context)
        for method in context.methods or ():
            operation = document["paths"].get(context.path_format, {}).get(method.lower())
            if operation is not None:
                operation["x-nexus-role"] = role.name.lower() if isinstance(role, Role) else "public"
    return document


def operation_id(route: APIRoute) -> str:
    """The function's own name: short, and unique because a contract test says so."""
    return route.name


def api_routes(app: FastAPI) -> Iterator[RouteContext]:
    """Every route of ``app``, those of included routers with their prefixes."""
    return (context for context in iter_route_contexts(app.routes) if isinstance(context.original_route, APIRoute))


def permission_of(context: RouteContext) -> Role | type[Open] | None:
    """The role a route needs (the highest one declared), ``Open`` for a public one, ``None`` where it says nothing."""
    if not isinstance(context.original_route, APIRoute):
        return None
    calls = list(declared(context.dependant))
    roles = [call.role for call in calls if isinstance(call, Permission)]
    if roles:
        return max(roles)
    return Open if any(isinstance(call, Open) for call in calls) else None


def declared(dependant: Dependant) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from declared(inner)
