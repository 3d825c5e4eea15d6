"""Decisions and approvals in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    select,
    update,
)

from core.actor import Role
from core.clock import rfc3339
from core.database import Transaction, metadata
from core.errors import NotFound
from orchestrator.governance.model import Decision

decisions = Table(
    "decisions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("run", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("inputs", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Index("ix_decisions_run", "run"),
)

approvals = Table(
    "approvals",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("run", Text, ForeignKey("runs.id"), nullable=False),
    Column("step", Text, nullable=False),
    Column("thread", Text),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("payload_hash", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("decision", Text),
    Column("role", Integer, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("requested_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("answered_by", Text),
    Column("answered_at", Text),
    Column("reason", Text),
    UniqueConstraint("run", "step"),
    Index("ix_approvals_org_state", "org", "state"),
)


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Approval:
    """A pending or answered question. ``payload_hash`` binds the answer to exactly ``payload``.

    ``shown`` is what helps a person to decide and is not part of what is approved: findings, measurements, whether
    a host is reachable from here.
    """

    id: str
    org: str
    run: str
    step: str
    kind: str
    title: str
    payload: dict[str, Any]
    payload_hash: str
    shown: dict[str, Any]
    role: Role
    requested_by: str
    expires_at: str
    thread: str | None = None
    state: ApprovalState = ApprovalState.PENDING
    decision: str | None = None
    requested_at: str = ""
    answered_by: str | None = None
    answered_at: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "run": self.run,
            "thread": self.thread,
            "kind": self.kind,
            "state": self.state,
            "title": self.title,
            "payload": self.payload,
            "payload_hash": self.payload_hash,
            "shown": self.shown,
            "decision": self.decision,
            "role": self.role.name.lower(),
            "requested_by": self.requested_by,
            "requested_at": self.requested_at,
            "expires_at": self.expires_at,
            "answered_by": self.answered_by,
            "answered_at": self.answered_at,
            "reason": self.reason,
        }


def insert_decision(
    tx: Transaction, id: str, org: str, run: str, step: str, inputs: dict[str, Any], decision: Decision
) -> None:
    tx.execute(
        decisions.insert().values(
            id=id,
            org=org,
            run=run,
            step=step,
            inputs=json.dumps(inputs),
            decision=decision.model_dump_json(),
            hash=decision.hash,
            created_at=rfc3339(tx.now),
        )
    )


def list_decisions(connection: Connection, org: str, run: str) -> list[dict[str, Any]]:
    """The decisions of a run with the inputs they were computed from, oldest first."""
    query = select(decisions).where(decisions.c.org == org, decisions.c.run == run).order_by(decisions.c.id)
    return [
        {
            "id": row.id,
            "run": row.run,
            "step": row.step,
            "inputs": json.loads(row.inputs),
            "decision": json.loads(row.decision),
            "created_at": row.created_at,
        }
        for row in connection.execute(query)
    ]


def insert_approval(tx: Transaction, approval: Approval) -> None:
    tx.execute(
        approvals.insert().values(
            id=approval.id,
            org=approval.org,
            run=approval.run,
            step=approval.step,
            thread=approval.thread,
            kind=approval.kind,
            state=approval.state,
            title=approval.title,
            payload=json.dumps(approval.payload),
            payload_hash=approval.payload_hash,
            shown=json.dumps(approval.shown),
            decision=approval.decision,
            role=int(approval.role),
            requested_by=approval.requested_by,
            requested_at=rfc3339(tx.now),
            expires_at=approval.expires_at,
        )
    )


def find_approval(connection: Connection, run: str, step: str) -> Approval | None:
    """The approval that a step of a run asked for."""
    row = connection.execute(select(approvals).where(approvals.c.run == run, approvals.c.step == step)).first()
    return as_approval(row) if row else None


def get_approval(connection: Connection, org: str, approval: str) -> Approval:
    """Raises ``NotFound``, also for one of another organisation."""
    row = connection.execute(select(approvals).where(approvals.c.id == approval, approvals.c.org == org)).first()
    if row is None:
        raise NotFound(f"There is no approval {approval!r}.")
    return as_approval(row)


def list_approvals(
    connection: Connection, org: str, *, state: str | None, run: str | None, limit: int, after: str
) -> list[Approval]:
    """Newest first."""
    query = select(approvals).where(approvals.c.org == org).order_by(approvals.c.id.desc()).limit(limit)
    if state:
        query = query.where(approvals.c.state == state)
    if run:
        query = query.where(approvals.c.run == run)
    if after:
        query = query.where(approvals.c.id < after)
    return [as_approval(row) for row in connection.execute(query)]


def settle(
    tx: Transaction, approval: Approval, state: ApprovalState, *, actor: str, reason: str | None, payload_hash: str
) -> bool:
    """Compare-and-set: only a pending approval whose payload is still this one is answered."""
    changed = tx.execute(
        update(approvals)
        .where(
            approvals.c.id == approval.id,
            approvals.c.state == ApprovalState.PENDING,
            approvals.c.payload_hash == payload_hash,
        )
        .values(state=state, answered_by=actor, answered_at=rfc3339(tx.now), reason=reason)
    ).rowcount
    return bool(changed)


def replace_payload(tx: Transaction, approval: Approval, changed: Approval) -> bool:
    """An edit: compare-and-set of the payload of a pending approval, with what it shows and its decision."""
    replaced = tx.execute(
        update(approvals)
        .where(
            approvals.c.id == approval.id,
            approvals.c.state == ApprovalState.PENDING,
            approvals.c.payload_hash == approval.payload_hash,
        )
        .values(
            payload=json.dumps(changed.payload),
            payload_hash=changed.payload_hash,
            shown=json.dumps(changed.shown),
            decision=changed.decision,
        )
    ).rowcount
    return bool(replaced)


def any_pending(connection: Connection) -> bool:
    """Whether any card is open."""
    query = select(approvals.c.id).where(approvals.c.state == ApprovalState.PENDING).limit(1)
    return connection.execute(query).first() is not None


def overdue(connection: Connection, now: str) -> list[Approval]:
    """Pending approvals whose time is up."""
    query = select(approvals).where(approvals.c.state == ApprovalState.PENDING, approvals.c.expires_at <= now)
    return [as_approval(row) for row in connection.execute(query)]


def as_approval(row: Row[Any]) -> Approval:
    return Approval(
        id=row.id,
        org=row.org,
        run=row.run,
        step=row.step,
        kind=row.kind,
        title=row.title,
        payload=json.loads(row.payload),
        payload_hash=row.payload_hash,
        shown=json.loads(row.shown),
        role=Role(row.role),
        requested_by=row.requested_by,
        expires_at=row.expires_at,
        thread=row.thread,
        state=ApprovalState(row.state),
        decision=row.decision,
        requested_at=row.requested_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        reason=row.reason,
    )
