"""Tables of identity. A secret is found by its SHA-256; the secret itself is stored nowhere."""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, ForeignKey, Row, Table, Text, delete, select, update

from core.actor import Role
from core.clock import rfc3339
from core.database import Transaction, metadata
from orchestrator.identity.model import LINK_LIFE, SESSION_LIFE, Key, KeyKind

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("org", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False, unique=True),
    Column("created_at", Text, nullable=False),
    Column("revoked_at", Text),
    CheckConstraint("kind IN ('owner', 'program')", name="kind"),
    CheckConstraint("role IN ('viewer', 'operator', 'admin', 'owner')", name="role"),
)
login_links = Table(
    "login_links",
    metadata,
    Column("code_sha256", Text, primary_key=True),
    Column("key_id", Text, ForeignKey(keys.c.id, ondelete="CASCADE"), nullable=False),
    Column("expires_at", Text, nullable=False),
)
sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("key_id", Text, ForeignKey(keys.c.id, ondelete="CASCADE"), nullable=False),
    Column("created_at", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
)


def insert_key(tx: Transaction, key: Key, secret_sha256: str) -> None:
    """Store a new key and state it."""
    tx.execute(
        keys.insert().values(
            id=key.id,
            org=key.org,
            name=key.name,
            kind=key.kind.value,
            role=key.role.name.lower(),
            secret_sha256=secret_sha256,
            created_at=key.created_at,
        )
    )
    tx.emit("key.created", key.as_dict(), key=f"key.created:{key.id}", org=key.org)


def revoke_key(tx: Transaction, key: Key) -> bool:
    """Revoke a key, its sessions and open links with it. False where it was revoked before."""
    changed = tx.execute(
        update(keys).where(keys.c.id == key.id, keys.c.revoked_at.is_(None)).values(revoked_at=rfc3339(tx.now))
    ).rowcount
    tx.execute(delete(sessions).where(sessions.c.key_id == key.id))
    tx.execute(delete(login_links).where(login_links.c.key_id == key.id))
    if changed:
        tx.emit("key.revoked", {"id": key.id, "name": key.name}, key=f"key.revoked:{key.id}", org=key.org)
    return bool(changed)


def key_by_secret(connection: Connection, secret_sha256: str) -> Key | None:
    """The key whose secret has this hash, revoked or not."""
    row = connection.execute(select(keys).where(keys.c.secret_sha256 == secret_sha256)).first()
    if row is None or not hmac.compare_digest(row.secret_sha256, secret_sha256):
        return None
    return as_key(row)


def key_by_id(connection: Connection, key_id: str) -> Key | None:
    """The key with this id, revoked or not."""
    row = connection.execute(select(keys).where(keys.c.id == key_id)).first()
    return None if row is None else as_key(row)


def key_by_session(connection: Connection, token_sha256: str, now: str) -> Key | None:
    """The unrevoked key behind a session that has not expired."""
    query = (
        select(keys)
        .join(sessions, sessions.c.key_id == keys.c.id)
        .where(sessions.c.token_sha256 == token_sha256, sessions.c.expires_at > now, keys.c.revoked_at.is_(None))
    )
    row = connection.execute(query).first()
    return None if row is None else as_key(row)


def other_owner_keys(connection: Connection, secret_sha256: str) -> list[Key]:
    """Owner keys in force that are not this one."""
    query = select(keys).where(
        keys.c.kind == KeyKind.OWNER.value, keys.c.revoked_at.is_(None), keys.c.secret_sha256 != secret_sha256
    )
    return [as_key(row) for row in connection.execute(query)]


def insert_link(tx: Transaction, code_sha256: str, key_id: str) -> None:
    """Store a one-time link, and forget those that have expired."""
    tx.execute(delete(login_links).where(login_links.c.expires_at <= rfc3339(tx.now)))
    expires = rfc3339(tx.now + LINK_LIFE)
    tx.execute(login_links.insert().values(code_sha256=code_sha256, key_id=key_id, expires_at=expires))


def take_link(tx: Transaction, code_sha256: str) -> str | None:
    """Use up a one-time link: the id of its key, once."""
    row = tx.execute(
        select(login_links.c.key_id)
        .join(keys, keys.c.id == login_links.c.key_id)
        .where(
            login_links.c.code_sha256 == code_sha256,
            login_links.c.expires_at > rfc3339(tx.now),
            keys.c.revoked_at.is_(None),
        )
    ).first()
    # The row count decides who of two that arrive at once has it.
    taken = tx.execute(delete(login_links).where(login_links.c.code_sha256 == code_sha256)).rowcount
    return row.key_id if row is not None and taken else None


def insert_session(tx: Transaction, token_sha256: str, key_id: str) -> None:
    """Store a session, and forget those that have expired."""
    now = rfc3339(tx.now)
    tx.execute(delete(sessions).where(sessions.c.expires_at <= now))
    expires = rfc3339(tx.now + SESSION_LIFE)
    tx.execute(sessions.insert().values(token_sha256=token_sha256, key_id=key_id, created_at=now, expires_at=expires))


def delete_session(tx: Transaction, token_sha256: str) -> None:
    tx.execute(delete(sessions).where(sessions.c.token_sha256 == token_sha256))


def as_key(row: Row[Any]) -> Key:
    return Key(
        id=row.id,
        org=row.org,
        name=row.name,
        kind=KeyKind(row.kind),
        role=Role[row.role.upper()],
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
