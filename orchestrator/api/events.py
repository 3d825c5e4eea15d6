"""``/v1/events``: everything the caller may see, as one stream or in pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.requests import Request
from starlette.responses import Response

from core.actor import Actor, Role
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.api.sse import DEFAULT_PAGE, LARGEST_PAGE, stream_events
from orchestrator.event_types import event_schemas

router = APIRouter(tags=["events"])


@router.get("/v1/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def follow_events(
    request: Request,
    services: Wired,
    actor: Annotated[Actor, Requires(Role.VIEWER)],
    after: Annotated[str | None, Query(description="Id of the last event seen.")] = None,
    limit: Annotated[str | None, Query(description=f"Of a page: 1 to {LARGEST_PAGE}, else {DEFAULT_PAGE}.")] = None,
    last_event_id: Annotated[str | None, Header(description="Outranks `after`.")] = None,
) -> Response:
    """The event log as server-sent events; one JSON page with `Accept: application/json`."""
    return await stream_events(request, services.events, org=actor.org)


@router.get("/v1/events/types")
async def event_types(actor: Annotated[Actor, Requires(Role.VIEWER)]) -> dict[str, Any]:
    """The JSON Schema of every event's data, by type."""
    return event_schemas()
