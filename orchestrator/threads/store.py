"""Threads and messages in the database."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, Row, Table, Text, delete, func, select, update

from core.clock import rfc3339
from core.database import Transaction, metadata
from core.errors import Conflict, NotFound

threads = Table(
    "threads",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("branched_from", Text),
    Column("model", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("ix_threads_org_updated_at", "org", "updated_at"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("run", Text),
    Column("created_at", Text, nullable=False),
)

thread_messages = Table(
    "thread_messages",
    metadata,
    Column("thread", Text, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("message", Text, ForeignKey("messages.id"), nullable=False),
    Index("ix_thread_messages_message", "message"),
)

LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``data`` holds what is not text: attachments, the mode, tool calls, the operator's fields."""

    id: str
    role: str
    text: str
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    run: str | None = None
    created_at: str = ""
    position: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "position": self.position,
            "role": self.role,
            "text": self.text,
            "data": self.data,
            "run": self.run,
            "created_at": self.created_at,
        }


def insert_thread(
    tx: Transaction,
    thread: str,
    org: str,
    title: str,
    *,
    branched_from: str | None = None,
    model: str | None = None,
) -> None:
    now = rfc3339(tx.now)
    tx.execute(
        threads.insert().values(
            id=thread,
            org=org,
            title=shortened(title),
            branched_from=branched_from,
            model=model,
            created_at=now,
            updated_at=now,
        )
    )


def get_thread(connection: Connection, org: str, thread: str) -> dict[str, Any]:
    """Raises ``NotFound``, also for a thread of another organisation."""
    row = connection.execute(select(threads).where(threads.c.id == thread, threads.c.org == org)).first()
    if row is None:
        raise NotFound(f"There is no thread {thread!r}.")
    return as_thread(row)


def thread_exists(connection: Connection, org: str, thread: str) -> bool:
    """Whether the thread has not been deleted meanwhile."""
    query = select(threads.c.id).where(threads.c.id == thread, threads.c.org == org)
    return connection.execute(query).first() is not None


def list_threads(connection: Connection, org: str, *, q: str, limit: int, after: str) -> list[dict[str, Any]]:
    """Newest first; ``q`` is looked for in titles and messages, as it stands, upper or lower case alike."""
    query = select(threads).where(threads.c.org == org).order_by(threads.c.id.desc()).limit(limit)
    if after:
        query = query.where(threads.c.id < after)
    if q:
        pattern = like_pattern(q)
        said = (
            select(thread_messages.c.thread)
            .join(messages, messages.c.id == thread_messages.c.message)
            .where(messages.c.text.ilike(pattern, escape="\\"))
        )
        query = query.where(threads.c.title.ilike(pattern, escape="\\") | threads.c.id.in_(said))
    return [as_thread(row) for row in connection.execute(query)]


def like_pattern(text: str) -> str:
    """A LIKE pattern for ``text`` as it stands: its own wildcards are escaped with a backslash."""
    for special in ("\\", "%", "_"):
        text = text.replace(special, "\\" + special)
    return f"%{text}%"


def as_thread(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "title": row.title,
        "branched_from": row.branched_from,
        "model": row.model,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def rename_thread(tx: Transaction, org: str, thread: str, title: str) -> None:
    get_thread(tx.connection, org, thread)
    tx.execute(update(threads).where(threads.c.id == thread).values(title=shortened(title)))


def choose_model(tx: Transaction, thread: str, model: str | None) -> None:
    """Name the model that answers in a thread; ``None`` leaves it to the routing."""
    tx.execute(update(threads).where(threads.c.id == thread).values(model=model))


def delete_thread(tx: Transaction, org: str, thread: str) -> None:
    """Forget a thread, and the messages that no branch shares."""
    get_thread(tx.connection, org, thread)
    tx.execute(delete(thread_messages).where(thread_messages.c.thread == thread))
    tx.execute(delete(threads).where(threads.c.id == thread))
    shared = select(thread_messages.c.message)
    tx.execute(delete(messages).where(messages.c.org == org, messages.c.id.not_in(shared)))


def append_message(tx: Transaction, org: str, thread: str, message: Message, *, behind: int | None = None) -> None:
    """Put a message at the end of a thread.

    Raises ``NotFound`` where the thread is gone, ``Conflict`` where it does not end at the position ``behind``.
    """
    # Held until the commit: two messages at once take two places.
    held = select(threads.c.id).where(threads.c.id == thread, threads.c.org == org).with_for_update()
    if tx.execute(held).first() is None:
        raise NotFound(f"There is no thread {thread!r}.")
    tx.execute(
        messages.insert().values(
            id=message.id,
            org=org,
            role=message.role,
            text=message.text,
            data=json.dumps(message.data),
            run=message.run,
            created_at=rfc3339(tx.now),
        )
    )
    last = select(func.coalesce(func.max(thread_messages.c.position), 0)).where(thread_messages.c.thread == thread)
    position = tx.execute(last).scalar_one() + 1
    if behind is not None and position != behind + 1:
        raise Conflict("Somebody else went on in this thread.", mend="Read what was said, and say it again.")
    tx.execute(thread_messages.insert().values(thread=thread, position=position, message=message.id))
    tx.execute(update(threads).where(threads.c.id == thread).values(updated_at=rfc3339(tx.now)))


def list_messages(
    connection: Connection, org: str, thread: str, *, after: int = 0, before: int | None = None, limit: int = 100
) -> list[Message]:
    """Messages in order: the first ``limit`` beyond ``after``, or with ``before`` the last ``limit`` ahead of it."""
    get_thread(connection, org, thread)
    query = (
        select(messages, thread_messages.c.position)
        .join(thread_messages, thread_messages.c.message == messages.c.id)
        .where(thread_messages.c.thread == thread, thread_messages.c.position > after)
        .limit(limit)
    )
    if before is None:
        return [as_message(row) for row in connection.execute(query.order_by(thread_messages.c.position))]
    newest = query.where(thread_messages.c.position < before).order_by(thread_messages.c.position.desc())
    return [as_message(row) for row in connection.execute(newest)][::-1]


def messages_until(connection: Connection, thread: str, message: str, limit: int) -> list[Message]:
    """The last ``limit`` messages of a thread up to and including one."""
    position = (
        select(thread_messages.c.position)
        .where(thread_messages.c.thread == thread, thread_messages.c.message == message)
        .scalar_subquery()
    )
    query = (
        select(messages, thread_messages.c.position)
        .join(thread_messages, thread_messages.c.message == messages.c.id)
        .where(thread_messages.c.thread == thread, thread_messages.c.position <= position)
        .order_by(thread_messages.c.position.desc())
        .limit(limit)
    )
    return [as_message(row) for row in connection.execute(query)][::-1]


def data_of(connection: Connection, message: str) -> dict[str, Any]:
    """What a message holds besides its text; nothing where it was deleted meanwhile."""
    found = connection.execute(select(messages.c.data).where(messages.c.id == message)).scalar()
    return json.loads(found) if found is not None else {}


def message_of_run(connection: Connection, thread: str, run: str) -> str:
    """The message of a thread that a run answers. Raises ``NotFound``."""
    query = (
        select(messages.c.id)
        .join(thread_messages, thread_messages.c.message == messages.c.id)
        .where(thread_messages.c.thread == thread, messages.c.run == run, messages.c.role == "user")
    )
    found = connection.execute(query).scalar()
    if found is None:
        raise NotFound(f"No message of thread {thread!r} belongs to run {run!r}.")
    return found


def branch(tx: Transaction, org: str, source: dict[str, Any], target: str, upto: str) -> None:
    """A new thread that shares ``source``'s messages up to and including ``upto``, its title and its model."""
    where = (thread_messages.c.thread == source["id"]) & (thread_messages.c.message == upto)
    position = tx.execute(select(thread_messages.c.position).where(where)).scalar()
    if position is None:
        raise NotFound(f"Thread {source['id']!r} has no message {upto!r}.")
    insert_thread(tx, target, org, source["title"], branched_from=source["id"], model=source["model"])
    shared = select(thread_messages.c.position, thread_messages.c.message).where(
        thread_messages.c.thread == source["id"], thread_messages.c.position <= position
    )
    for row in tx.execute(shared).all():
        tx.execute(thread_messages.insert().values(thread=target, position=row.position, message=row.message))


def as_message(row: Row[Any]) -> Message:
    return Message(row.id, row.role, row.text, json.loads(row.data), row.run, row.created_at, row.position)


def shortened(title: str) -> str:
    """One line, at most ``LONGEST_TITLE`` characters."""
    line = " ".join(title.split()) or "New conversation"
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"
