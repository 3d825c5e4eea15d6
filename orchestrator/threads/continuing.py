"""Conversations whose client keeps what was said, and sends it again with every message: where each can go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Table, Text, delete, func, select

from core.actor import Actor
from core.database import Transaction, metadata
from core.hashing import record_hash
from orchestrator.threads.store import messages, thread_messages

continuations = Table(
    "continuations",
    metadata,
    Column("thread", Text, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("org", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Index("ix_continuations_org_actor_fingerprint", "org", "actor", "fingerprint"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A message as the client of a conversation has it."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class End:
    """Where a thread ends: with the message at ``position``."""

    thread: str
    position: int


def fingerprint(said: Sequence[Said]) -> str:
    """The same for the same roles and texts in the same order; clients trim the space around a text."""
    return record_hash([[each.role, each.text.strip()] for each in said])


def note_end(tx: Transaction, actor: Actor, thread: str, run: str, said: Sequence[Said]) -> None:
    """That the thread, as far as ``run`` has answered, holds what was said. Nothing for a thread that is gone."""
    last = (
        select(func.max(thread_messages.c.position))
        .join(messages, messages.c.id == thread_messages.c.message)
        .where(thread_messages.c.thread == thread, messages.c.run == run)
    )
    position = tx.execute(last).scalar()
    if position is None:
        return
    tx.execute(delete(continuations).where(continuations.c.thread == thread))
    tx.execute(
        continuations.insert().values(
            thread=thread, org=actor.org, actor=actor.id, fingerprint=fingerprint(said), position=position
        )
    )


def find_end(connection: Connection, actor: Actor, said: Sequence[Said]) -> End | None:
    """The newest thread of ``actor`` that holds what was said and no more."""
    last = (
        select(func.max(thread_messages.c.position))
        .where(thread_messages.c.thread == continuations.c.thread)
        .scalar_subquery()
    )
    query = (
        select(continuations.c.thread, continuations.c.position)
        .where(
            continuations.c.org == actor.org,
            continuations.c.actor == actor.id,
            continuations.c.fingerprint == fingerprint(said),
            continuations.c.position == last,
        )
        .order_by(continuations.c.thread.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return None if row is None else End(row.thread, row.position)
