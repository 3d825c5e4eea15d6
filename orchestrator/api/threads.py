"""``/v1/threads``: conversations, and the turns that answer their messages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.actor import Actor, Role
from core.errors import InvalidInput
from core.events import Event, head
from orchestrator.api.bodies import LARGEST_NUMBER, After, Body, IdempotencyKey, Limit, page
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.api.sse import stream_run
from orchestrator.threads import store
from orchestrator.threads.service import UNSET, Choice

router = APIRouter(tags=["chat"])


class NewThread(Body):
    title: str = ""


class ThreadChange(Body):
    """What is left out stays as it is."""

    title: str | None = Field(default=None, min_length=1)
    model: str | None = Field(default=None, description="Who answers from the next message on; null: as routed.")


class NewMessage(Body):
    """What a person says. ``attachments`` are file ids; ``params`` are arguments given by name.

    ``model`` switches the conversation to another model, null to the routing's choice; left out it stays as it is.
    """

    message: str
    attachments: list[str] = Field(default_factory=list[str], max_length=20)
    params: dict[str, Any] = Field(default_factory=dict[str, Any])
    model: str | None = None
    stream: bool = Field(default=False, description="Answer with the run's events; for programs.")


class Branch(Body):
    """Where to branch: a message, or a step as ``run/step``."""

    message: str | None = None
    step: str | None = None


@router.post("/v1/threads", status_code=201)
async def open_thread(
    services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], body: NewThread, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Open a conversation."""
    return await services.threads.open(actor, body.title, key)


@router.get("/v1/threads")
async def list_threads(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.VIEWER)],
    q: Annotated[str, Query(max_length=200, description="Text to look for in titles and messages.")] = "",
    limit: Limit = 50,
    after: After = "",
) -> dict[str, Any]:
    """Conversations, newest first."""

    def query(connection: Connection) -> dict[str, Any]:
        items = store.list_threads(connection, actor.org, q=q, limit=limit, after=after)
        return page(items, limit, head(connection))

    return await services.db.read(query)


@router.get("/v1/threads/{thread}")
async def show_thread(services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], thread: str) -> dict[str, Any]:
    """One conversation, without its messages."""
    return await services.db.read(
        lambda connection: {**store.get_thread(connection, actor.org, thread), "as_of": head(connection)}
    )


@router.patch("/v1/threads/{thread}")
async def change_thread(
    services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], thread: str, body: ThreadChange
) -> dict[str, Any]:
    """Give a conversation another title, or name the model that answers in it."""
    if body.title is None and "model" not in body.model_fields_set:
        raise InvalidInput("Nothing is to be changed.", mend="Name a title, a model, or both.")
    return await services.threads.change(actor, thread, title=body.title, model=choice(body))


@router.delete("/v1/threads/{thread}", status_code=204)
async def delete_thread(services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], thread: str) -> None:
    """Forget a conversation; messages that a branch shares stay there."""
    await services.threads.delete(actor, thread)


@router.get("/v1/threads/{thread}/messages")
async def list_messages(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.VIEWER)],
    thread: str,
    limit: Limit = 100,
    after: Annotated[int, Query(ge=0, le=LARGEST_NUMBER, description="Position of the last message seen.")] = 0,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_NUMBER, description="For the messages ahead of a position.")
    ] = None,
) -> dict[str, Any]:
    """Messages in order."""

    def query(connection: Connection) -> dict[str, Any]:
        found = store.list_messages(connection, actor.org, thread, after=after, before=before, limit=limit)
        return page([message.as_dict() for message in found], limit, head(connection), cursor="position")

    return await services.db.read(query)


@router.post("/v1/threads/{thread}/runs", status_code=202)
async def say(
    request: Request,
    services: Wired,
    actor: Annotated[Actor, Requires(Role.OPERATOR)],
    thread: str,
    body: NewMessage,
    key: IdempotencyKey = None,
) -> Response:
    """Say something. Returns the run that answers it; follow it on `/v1/events` from `as_of`."""
    run, before = await services.threads.say(
        actor,
        thread,
        body.message,
        attachments=body.attachments,
        params=body.params,
        model=choice(body),
        key=key,
    )
    if body.stream:
        return stream_run(services.events, org=actor.org, run=run.id, after=before, last=ends_turn)
    return JSONResponse({**run.as_dict(), "as_of": before}, status_code=202)


@router.post("/v1/threads/{thread}/branch", status_code=201)
async def branch(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.OPERATOR)],
    thread: str,
    body: Branch,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """A new conversation that shares this one's messages up to one."""
    if (body.message is None) == (body.step is None):
        raise InvalidInput("Name either a message or a step to branch from.")
    return await services.threads.branch(actor, thread, body.message, body.step, key)


def choice(body: ThreadChange | NewMessage) -> Choice:
    """The model that a body names; null is a choice, too."""
    return body.model if "model" in body.model_fields_set else UNSET


@router.get("/v1/model-choices")
async def list_choices(services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)]) -> dict[str, Any]:
    """Who may answer in a conversation, and as `routed` the one that the routing would choose now."""
    return {**await services.choices.list(actor.org), "next": None, "as_of": await services.db.read(head)}


def ends_turn(event: Event) -> bool:
    """Whether a program that streams has nothing more to wait for: the run ended, or asks."""
    return event.type in {"run.finished", "run.failed", "run.cancelled", "approval.requested"}
