"""``POST /v1/responses``. Nothing is stored: each request brings its whole conversation."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sse_starlette import ServerSentEvent
from starlette import responses
from starlette.requests import Request

from core.actor import Actor, Role
from orchestrator.api.openai.answering import pieces, whole
from orchestrator.api.openai.described import ERRORS
from orchestrator.api.openai.flow import FlowResponse, begin, unless_gone
from orchestrator.api.openai.names import target
from orchestrator.api.openai.responses_answer import Response
from orchestrator.api.openai.responses_body import ResponsesBody, as_request
from orchestrator.api.openai.responses_events import numbered, stream
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired

router = APIRouter(prefix="/v1/responses", tags=["openai"], responses=ERRORS)


@router.post("")
async def create_response(
    body: ResponsesBody, request: Request, services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)]
) -> responses.Response:
    """One answer to a text, or to the items of a conversation, streamed where the client asks for that."""
    goal = target(services.gateway.config, body.model)
    call = as_request(body, goal, actor)
    made = Response(f"resp_{services.ids.new()}", int(services.clock.now().timestamp()), body)
    if not body.stream:
        return JSONResponse(made.ended(await unless_gone(request, whole(services, actor, goal, call))))
    flow = await begin(request, pieces(services, actor, goal, call))
    return FlowResponse(events(numbered(stream(made, flow.parts()))), flow)


async def events(said: AsyncIterator[dict[str, Any]]) -> AsyncIterator[ServerSentEvent]:
    """Each with its type as the event's name."""
    async for each in said:
        yield ServerSentEvent(json.dumps(each, ensure_ascii=False), event=each["type"], sep="\n")
