"""``/v1/modules``: what is installed, and its operations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import JSONResponse, Response

from core.actor import Actor, Role
from core.errors import NotFound
from core.events import head
from modules.store.versions import read_grant
from orchestrator.api.bodies import Body, IdempotencyKey
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.runs.model import RunKind, RunState
from orchestrator.tools.catalog import Installed
from orchestrator.tools.findings import list_findings
from orchestrator.tools.service import require_tool

router = APIRouter(tags=["modules"])


class Call(Body):
    """Arguments by name, as the operation's input schema has them."""

    arguments: dict[str, Any] = Field(default_factory=dict[str, Any])


@router.get("/v1/modules")
async def list_modules(services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)]) -> dict[str, Any]:
    """The installed modules, by name."""
    installed, as_of = await services.catalog.snapshot(actor.org)

    def hosts(connection: Connection) -> list[list[str]]:
        grants = (read_grant(connection, actor.org, each.activation.payload_hash) for each in installed)
        return [grant.payload["hosts"] for grant in grants]

    granted = await services.db.read(hosts)
    items = [{**brief(each), "hosts": reached} for each, reached in zip(installed, granted, strict=True)]
    return {"items": items, "next": None, "as_of": as_of}


@router.get("/v1/modules/{module}")
async def show_module(services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], module: str) -> dict[str, Any]:
    """One installed module: what it may reach, and its operations with their input schemas."""
    installed, as_of = await find(services, actor.org, module)

    def query(connection: Connection) -> dict[str, Any]:
        grant = read_grant(connection, actor.org, installed.activation.payload_hash)
        return {
            "payload": grant.payload,
            "attestation": grant.attestation,
            "learned": list_findings(connection, actor.org, module),
        }

    found = await services.db.read(query)
    payload = found.pop("payload")
    operations = [
        {
            "id": tool.operation.id,
            "tool": tool.name,
            "summary": tool.operation.summary,
            "method": tool.operation.method,
            "path": tool.operation.path,
            "effect": tool.operation.effect,
        }
        for tool in installed.tools.values()
    ]
    reach = {name: payload[name] for name in ("hosts", "capabilities", "binding", "credentials", "isolation")}
    return {
        **brief(installed),
        **reach,
        "operations": operations,
        "findings": installed.manifest["findings"],
        **found,
        "as_of": as_of,
    }


@router.get("/v1/modules/{module}/operations/{operation}")
async def show_operation(
    services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], module: str, operation: str
) -> dict[str, Any]:
    """One operation with its schemas, each complete in itself."""
    as_of = await services.db.read(head)
    tool = await require_tool(services.catalog, actor.org, module, operation)
    _, found = await services.catalog.find(actor.org, tool)
    schemas = await services.loader.operation_schema(actor.org, module, operation)
    return {
        "id": found.operation.id,
        "tool": tool,
        "summary": found.operation.summary,
        "description": found.operation.description,
        "method": found.operation.method,
        "path": found.operation.path,
        "effect": found.operation.effect,
        **schemas,
        "as_of": as_of,
    }


@router.post("/v1/modules/{module}/operations/{operation}")
async def call_operation(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.OPERATOR)],
    module: str,
    operation: str,
    body: Call,
    key: IdempotencyKey = None,
) -> Response:
    """Call an operation. 200 with its envelope, or 202 with the approval that it waits for."""
    tool = await require_tool(services.catalog, actor.org, module, operation)
    await services.tools.check_arguments(actor.org, tool, body.arguments)
    given = {"call": {"tool": tool, "arguments": body.arguments}}
    run, before = await services.runs.start(actor, RunKind.CALL, given, key=key)
    settled = await services.runs.settled(actor.org, run.id)
    answer: dict[str, Any] = {"run": {**settled.as_dict(), "as_of": before}, "result": None}
    executed = (settled.output or {}).get("executed")
    if settled.state is RunState.DONE and executed:
        answer["result"] = await services.runs.effect(settled, executed)
        return JSONResponse(answer)
    return JSONResponse(answer, status_code=202 if settled.finished_at is None else 200)


async def find(services: Any, org: str, module: str) -> tuple[Installed, int]:
    """An installed module, and the id of the last event that it includes. Raises ``NotFound``."""
    installed, as_of = await services.catalog.snapshot(org)
    for each in installed:
        if each.activation.module == module:
            return each, as_of
    raise NotFound(f"The module {module!r} is not installed.", mend="See `nexus modules list`.")


def brief(installed: Installed) -> dict[str, Any]:
    """A module in one line."""
    return {
        "name": installed.activation.module,
        "title": installed.manifest.get("title", ""),
        "description": installed.manifest.get("description", ""),
        "version": installed.activation.number,
        "bundle_sha256": installed.activation.bundle_sha256,
        "operations": len(installed.tools),
        "installed_at": installed.activation.created_at,
        "installed_by": installed.activation.actor,
    }
