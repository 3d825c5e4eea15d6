"""Drafts' rows: what is being made, at which revision, and what was proven of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from core.clock import rfc3339
from core.database import Transaction
from core.errors import Conflict, NotFound
from modules.store.bundles import insert_new
from modules.store.tables import drafts, proofs


@dataclass(frozen=True, slots=True)
class Draft:
    """A module in the making. ``proof_hash`` is of a proof of exactly this ``bundle_sha256``, or ``None``."""

    id: str
    org: str
    module: str
    state: str
    revision: int
    bundle_sha256: str
    proof_hash: str | None
    source: dict[str, Any]
    created_by: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A stored proof: hashed ``proof``, and ``measured`` beside it."""

    proof_hash: str
    bundle_sha256: str
    passed: bool
    proof: dict[str, Any]
    measured: dict[str, Any]


def insert_draft(tx: Transaction, draft: Draft, key: str) -> Draft:
    """Store a new draft. A draft of the same organisation and ``key`` is returned instead of made twice."""
    found = tx.execute(select(drafts).where(drafts.c.org == draft.org, drafts.c.key == key)).mappings().first()
    if found is not None:
        return _draft(found)
    tx.execute(drafts.insert().values(asdict(draft) | {"key": key, "source": json.dumps(draft.source)}))
    return draft


def read_draft(connection: Connection, org: str, draft_id: str) -> Draft:
    """Raises ``NotFound``."""
    row = connection.execute(select(drafts).where(drafts.c.org == org, drafts.c.id == draft_id)).mappings().first()
    if row is None:
        raise NotFound("There is no such draft.", mend="List the drafts first.")
    return _draft(row)


def list_drafts(connection: Connection, org: str, *, after: str | None = None, limit: int = 50) -> list[Draft]:
    """Newest first, older than the draft ``after``."""
    query = select(drafts).where(drafts.c.org == org).order_by(drafts.c.id.desc()).limit(limit)
    if after is not None:
        query = query.where(drafts.c.id < after)
    return [_draft(row) for row in connection.execute(query).mappings()]


def revise_draft(tx: Transaction, org: str, draft_id: str, *, revision: int, bundle_sha256: str, module: str) -> Draft:
    """Put another bundle into the draft, which unproves it. Raises ``Conflict`` unless it is at ``revision``."""
    _change(
        tx,
        org,
        draft_id,
        revision,
        bundle_sha256=bundle_sha256,
        module=module,
        state="open",
        proof_hash=None,
        revision=revision + 1,
    )
    return read_draft(tx.connection, org, draft_id)


def attach_proof(tx: Transaction, draft: Draft, proof: Proof) -> Draft:
    """Store ``proof`` and mark the draft. Raises ``Conflict`` when the draft has changed since it was proven."""
    insert_proof(tx, proof)
    state = "validated" if proof.passed else "failed"
    _change(tx, draft.org, draft.id, draft.revision, state=state, proof_hash=proof.proof_hash)
    return read_draft(tx.connection, draft.org, draft.id)


def mark_promoted(tx: Transaction, org: str, draft_id: str, bundle_sha256: str) -> None:
    """Say that the draft became a version, if it still is what was promoted."""
    place = (drafts.c.org == org, drafts.c.id == draft_id, drafts.c.bundle_sha256 == bundle_sha256)
    tx.execute(update(drafts).where(*place).values(state="promoted"))


def insert_proof(tx: Transaction, proof: Proof) -> None:
    """Store a proof; the same proof again changes nothing."""
    row = {
        "proof_hash": proof.proof_hash,
        "bundle_sha256": proof.bundle_sha256,
        "passed": proof.passed,
        "proof": json.dumps(proof.proof),
        "measured": json.dumps(proof.measured),
        "created_at": rfc3339(tx.now),
    }
    insert_new(tx, proofs, [row])


def read_proof(connection: Connection, proof_hash: str) -> Proof:
    """Raises ``NotFound``."""
    row = connection.execute(select(proofs).where(proofs.c.proof_hash == proof_hash)).first()
    if row is None:
        raise NotFound("There is no such proof.")
    return Proof(row.proof_hash, row.bundle_sha256, row.passed, json.loads(row.proof), json.loads(row.measured))


def _change(tx: Transaction, org: str, draft_id: str, at_revision: int, **values: Any) -> None:
    place = (drafts.c.org == org, drafts.c.id == draft_id, drafts.c.revision == at_revision)
    changed = tx.execute(update(drafts).where(*place).values(**values, updated_at=rfc3339(tx.now))).rowcount
    if not changed:
        current = read_draft(tx.connection, org, draft_id)
        raise Conflict(
            f"The draft has changed: it is at revision {current.revision}, not {at_revision}.",
            mend="Read the draft again and repeat the change on what it is now.",
            revision=current.revision,
        )


def _draft(row: RowMapping) -> Draft:
    values = {field: row[field] for field in Draft.__slots__}
    return Draft(**values | {"source": json.loads(row["source"])})
