"""``POST /v1/chat/completions``."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sse_starlette import ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from core.actor import Actor, Role
from core.errors import NexusError
from orchestrator.api.openai.answering import pieces, whole
from orchestrator.api.openai.chat_answer import Completion
from orchestrator.api.openai.chat_body import ChatBody, as_request
from orchestrator.api.openai.described import ERRORS
from orchestrator.api.openai.errors import told
from orchestrator.api.openai.flow import FlowResponse, begin, unless_gone
from orchestrator.api.openai.names import target
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired

router = APIRouter(prefix="/v1/chat", tags=["openai"], responses=ERRORS)

log = logging.getLogger("nexus.api")


@router.post("/completions")
async def create_chat_completion(
    body: ChatBody, request: Request, services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)]
) -> Response:
    """One answer to a conversation that the client keeps, streamed where it asks for that."""
    goal = target(services.gateway.config, body.model)
    call = as_request(body, goal, actor)
    made = Completion(f"chatcmpl-{services.ids.new()}", int(services.clock.now().timestamp()), body.model)
    if not body.stream:
        return JSONResponse(made.whole(await unless_gone(request, whole(services, actor, goal, call))))
    flow = await begin(request, pieces(services, actor, goal, call))
    return FlowResponse(events(made.chunks(flow.parts(), include_usage=body.include_usage)), flow)


async def events(chunks: AsyncIterator[dict[str, Any]]) -> AsyncIterator[ServerSentEvent]:
    """The chunks as events, and ``[DONE]``; an error ends the stream in its own way."""
    try:
        async for chunk in chunks:
            yield ServerSentEvent(json.dumps(chunk, ensure_ascii=False), sep="\n")
    except NexusError as error:
        log.warning("a stream ended early: %s", error.detail)
        yield ServerSentEvent(json.dumps(told(error).as_document(), ensure_ascii=False), sep="\n")
    else:
        yield ServerSentEvent("[DONE]", sep="\n")
