"""``/v1/runs``: everything that executes, its steps and its events."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from core.actor import Actor, Role
from core.errors import NotFound
from core.events import head
from orchestrator.api.bodies import After, Limit, page
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.api.sse import stream_events
from orchestrator.governance.store import list_decisions
from orchestrator.runs import store
from orchestrator.runs.journal import recorded
from orchestrator.runs.listing import list_runs as list_runs_of
from orchestrator.runs.model import RunKind, RunState
from orchestrator.runs.steps import steps_of

router = APIRouter(tags=["runs"])


@router.get("/v1/runs")
async def list_runs(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.VIEWER)],
    kind: Annotated[RunKind | None, Query()] = None,
    thread: str | None = None,
    parent: Annotated[str | None, Query(description="Id of the run that started them.")] = None,
    state: Annotated[RunState | None, Query()] = None,
    module: Annotated[str | None, Query(description="Runs that called one of its operations.")] = None,
    limit: Limit = 50,
    after: After = "",
) -> dict[str, Any]:
    """Runs, newest first."""

    def query(connection: Connection) -> dict[str, Any]:
        sought = {"kind": kind, "thread": thread, "parent": parent, "state": state, "module": module}
        found = list_runs_of(connection, actor.org, **sought, limit=limit, after=after)
        return page([run.as_dict() for run in found], limit, head(connection))

    return await services.db.read(query)


@router.get("/v1/runs/{run}")
async def show_run(services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], run: str) -> dict[str, Any]:
    """One run with its steps and decisions."""

    def query(connection: Connection) -> dict[str, Any]:
        return {
            **store.get_run(connection, actor.org, run).as_dict(),
            "steps": steps_of(connection, actor.org, run),
            "decisions": list_decisions(connection, actor.org, run),
            "as_of": head(connection),
        }

    return await services.db.read(query)


@router.get("/v1/runs/{run}/results/{step}")
async def show_result(
    services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], run: str, step: str
) -> dict[str, Any]:
    """The envelope that a step's tool call returned."""

    def query(connection: Connection) -> dict[str, Any]:
        store.get_run(connection, actor.org, run)
        envelope = recorded(connection, run, step, kind="tool")
        if envelope is None:
            raise NotFound(f"The step {step!r} of this run has no result of a tool.", mend="See the run's steps.")
        return {"envelope": envelope, "as_of": head(connection)}

    return await services.db.read(query)


@router.get("/v1/runs/{run}/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def follow_run(
    request: Request,
    services: Wired,
    actor: Annotated[Actor, Requires(Role.VIEWER)],
    run: str,
    after: Annotated[str | None, Query(description="Id of the last event seen.")] = None,
    limit: Annotated[str | None, Query(description="Of a page.")] = None,
    last_event_id: Annotated[str | None, Header(description="Outranks `after`.")] = None,
) -> Response:
    """The run's events as server-sent events until it ends; one JSON page with `Accept: application/json`."""
    await services.runs.get(actor.org, run)
    return await stream_events(request, services.events, org=actor.org, run=run, last=store.is_end)


@router.post("/v1/runs/{run}/cancel")
async def cancel(services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], run: str) -> dict[str, Any]:
    """End a run. What it has done stays done; its open card is closed."""
    return (await services.runs.cancel(actor, run)).as_dict()


@router.post("/v1/runs/{run}/resume", status_code=202)
async def resume(services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], run: str) -> dict[str, Any]:
    """Set a failed run going again."""
    return (await services.runs.resume(actor, run)).as_dict()
