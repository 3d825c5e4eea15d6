"""``/v1/approvals``: the cards, and their one answer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection

from core.actor import Actor, Role
from core.errors import InvalidInput
from core.events import head
from orchestrator.api.bodies import After, Body, IdempotencyKey, Limit, page
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.governance import store
from orchestrator.governance.store import ApprovalState

router = APIRouter(tags=["approvals"])


class Answer(StrEnum):
    APPROVE = "approve"
    EDIT = "edit"
    REJECT = "reject"


class AnswerBody(Body):
    """``payload_hash`` is the hash of the payload that was read. An edit returns the new payload and its hash."""

    answer: Answer
    payload_hash: str = Field(min_length=64, max_length=64)
    edit: dict[str, Any] | None = None
    reason: Annotated[str | None, Field(max_length=2000)] = None


@router.get("/v1/approvals")
async def list_approvals(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.VIEWER)],
    state: Annotated[ApprovalState | None, Query()] = None,
    run: str | None = None,
    limit: Limit = 50,
    after: After = "",
) -> dict[str, Any]:
    """Cards, newest first."""

    def query(connection: Connection) -> dict[str, Any]:
        found = store.list_approvals(connection, actor.org, state=state, run=run, limit=limit, after=after)
        return page([approval.as_dict() for approval in found], limit, head(connection))

    return await services.db.read(query)


@router.get("/v1/approvals/{approval}")
async def show_approval(
    services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], approval: str
) -> dict[str, Any]:
    """One card."""

    def query(connection: Connection) -> dict[str, Any]:
        return {**store.get_approval(connection, actor.org, approval).as_dict(), "as_of": head(connection)}

    return await services.db.read(query)


@router.post("/v1/approvals/{approval}")
async def answer(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.OPERATOR)],
    approval: str,
    body: AnswerBody,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Approve, edit or reject exactly the payload with this hash. A second answer is 409 with the first.

    The same answer with the same key, sent again because its reply was lost, is answered as the first time.
    """
    if (body.answer is Answer.EDIT) != (body.edit is not None):
        raise InvalidInput("`edit` goes with the answer edit, and only with it.")
    if body.edit is not None:
        return (await services.approvals.edit(actor, approval, body.payload_hash, body.edit, key=key)).as_dict()
    state = ApprovalState.APPROVED if body.answer is Answer.APPROVE else ApprovalState.REJECTED
    settled = await services.approvals.answer(actor, approval, state, body.payload_hash, body.reason, key=key)
    return settled.as_dict()
