"""Versions' rows: immutable bundles with a number, what was granted to them, and which one is active."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, select

from core.clock import rfc3339
from core.database import Transaction
from core.errors import NotFound
from modules.store.bundles import insert_new
from modules.store.tables import activations, active, grants, versions


@dataclass(frozen=True, slots=True)
class Version:
    """A promoted bundle of an organisation. ``number`` counts from 1 within the module."""

    id: str
    org: str
    module: str
    number: int
    bundle_sha256: str
    created_by: str
    created_at: str


@dataclass(frozen=True, slots=True)
class GrantRow:
    """An approved payload of a version and the signed statement of it."""

    org: str
    payload_hash: str
    version_id: str
    payload: dict[str, Any]
    attestation: dict[str, Any]
    approval: str
    approved_by: str
    created_at: str


@dataclass(frozen=True, slots=True)
class Activation:
    """One move of the active pointer, and where it points."""

    id: str
    org: str
    module: str
    number: int
    version_id: str
    bundle_sha256: str
    payload_hash: str
    kind: str
    actor: str
    created_at: str


def lock_module(tx: Transaction, org: str, module: str) -> None:
    """Let nobody else move this module's pointer or number its versions until the commit.

    SQLite has one writer at a time anyway.
    """
    if tx.connection.dialect.name == "postgresql":
        key = int.from_bytes(hashlib.sha256(f"{org}\0{module}".encode()).digest()[:8], signed=True)
        tx.execute(select(func.pg_advisory_xact_lock(key)))


def find_or_insert_version(tx: Transaction, version: Version) -> Version:
    """The version of that bundle; made with the next number (``version.number`` is ignored) if there is none."""
    place = (versions.c.org == version.org, versions.c.module == version.module)
    same = select(versions).where(*place, versions.c.bundle_sha256 == version.bundle_sha256)
    found = tx.execute(same).mappings().first()
    if found is not None:
        return _version(found)
    newest: int = tx.execute(select(func.max(versions.c.number)).where(*place)).scalar() or 0
    made = replace(version, number=newest + 1)
    tx.execute(versions.insert().values(asdict(made)))
    return made


def read_version(connection: Connection, org: str, module: str, number: int) -> Version:
    """Raises ``NotFound``."""
    query = select(versions).where(versions.c.org == org, versions.c.module == module, versions.c.number == number)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound(f"The module {module!r} has no version {number}.")
    return _version(row)


def list_versions(connection: Connection, org: str, module: str) -> list[Version]:
    """Newest first."""
    query = select(versions).where(versions.c.org == org, versions.c.module == module)
    return [_version(row) for row in connection.execute(query.order_by(versions.c.number.desc())).mappings()]


def insert_grant(tx: Transaction, grant: GrantRow) -> bool:
    """Store an approved payload. ``False`` when this very payload was approved before: nothing is changed then."""
    known = tx.execute(
        select(grants.c.payload_hash).where(grants.c.org == grant.org, grants.c.payload_hash == grant.payload_hash)
    ).first()
    if known is not None:
        return False
    row = asdict(grant) | {"payload": json.dumps(grant.payload), "attestation": json.dumps(grant.attestation)}
    insert_new(tx, grants, [row])
    return True


def read_grant(connection: Connection, org: str, payload_hash: str) -> GrantRow:
    """Raises ``NotFound``."""
    query = select(grants).where(grants.c.org == org, grants.c.payload_hash == payload_hash)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise NotFound("No such payload was approved.")
    parsed = {"payload": json.loads(row["payload"]), "attestation": json.loads(row["attestation"])}
    return GrantRow(**{**row, **parsed})


def insert_activation(tx: Transaction, activation: Activation, key: str) -> None:
    """Move the active pointer. ``key`` must be new within the organisation: look with ``find_activation`` first."""
    tx.execute(
        activations.insert().values(
            id=activation.id,
            org=activation.org,
            key=key,
            module=activation.module,
            version_id=activation.version_id,
            payload_hash=activation.payload_hash,
            kind=activation.kind,
            actor=activation.actor,
            created_at=rfc3339(tx.now),
        )
    )
    place = (active.c.org == activation.org, active.c.module == activation.module)
    moved = tx.execute(active.update().where(*place).values(activation_id=activation.id)).rowcount
    if not moved:
        tx.execute(active.insert().values(org=activation.org, module=activation.module, activation_id=activation.id))


def find_activation(connection: Connection, org: str, key: str) -> Activation | None:
    """The move that was made with ``key``."""
    row = connection.execute(_moves().where(activations.c.org == org, activations.c.key == key)).mappings().first()
    return None if row is None else _activation(row)


def read_active(connection: Connection, org: str, module: str) -> Activation | None:
    """Where the module's pointer stands."""
    query = _moves().join(active, active.c.activation_id == activations.c.id)
    row = connection.execute(query.where(active.c.org == org, active.c.module == module)).mappings().first()
    return None if row is None else _activation(row)


def list_active(connection: Connection, org: str) -> list[Activation]:
    """Every installed module of the organisation, by name."""
    query = _moves().join(active, active.c.activation_id == activations.c.id).where(active.c.org == org)
    return [_activation(row) for row in connection.execute(query.order_by(active.c.module)).mappings()]


def list_activations(connection: Connection, org: str, module: str, limit: int = 50) -> list[Activation]:
    """The pointer's history, newest first."""
    query = _moves().where(activations.c.org == org, activations.c.module == module).order_by(activations.c.id.desc())
    return [_activation(row) for row in connection.execute(query.limit(limit)).mappings()]


def newest_grant_of(connection: Connection, version: Version) -> str | None:
    """Hash of the payload that the version was last activated with."""
    query = (
        select(activations.c.payload_hash)
        .where(activations.c.org == version.org, activations.c.version_id == version.id)
        .order_by(activations.c.id.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()


def number_before(connection: Connection, current: Activation) -> int | None:
    """The version that a rollback leads to: what was active before the current one was installed.

    Moves are undone one by one, as on a stack: a rollback is never undone by the next one.
    """
    query = (
        select(activations.c.kind, versions.c.number)
        .join(versions, versions.c.id == activations.c.version_id)
        .where(activations.c.org == current.org, activations.c.module == current.module)
        .order_by(activations.c.id)
    )
    stack: list[int] = []
    for kind, number in connection.execute(query):
        if kind == "rolled_back":
            while stack and stack[-1] != number:
                stack.pop()
        if stack[-1:] != [number]:
            stack.append(number)
    return stack[-2] if len(stack) > 1 else None


def _moves() -> Select[Any]:
    columns = (activations, versions.c.number, versions.c.bundle_sha256)
    return select(*columns).join(versions, versions.c.id == activations.c.version_id)


def _version(row: RowMapping) -> Version:
    return Version(**row)


def _activation(row: RowMapping) -> Activation:
    return Activation(**{field: row[field] for field in Activation.__slots__})
