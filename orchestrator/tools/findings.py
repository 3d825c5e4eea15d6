"""What real answers disagreed with: kept for each operation of a bundle, for its next version to be built from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Integer, Table, Text, select, update

from core.clock import rfc3339
from core.database import Transaction, metadata

call_findings = Table(
    "call_findings",
    metadata,
    Column("org", Text, primary_key=True),
    Column("bundle_sha256", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("module", Text, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("seen", Integer, nullable=False),
    Column("last_seen_at", Text, nullable=False),
)


def keep_findings(tx: Transaction, org: str, envelope: Mapping[str, Any]) -> None:
    """Count each finding of a call's envelope."""
    for finding in envelope["findings"]:
        where = (
            (call_findings.c.org == org)
            & (call_findings.c.bundle_sha256 == envelope["bundle_sha256"])
            & (call_findings.c.operation == envelope["operation"])
            & (call_findings.c.code == finding["code"])
            & (call_findings.c.place == finding["place"])
        )
        changed = tx.execute(
            update(call_findings)
            .where(where)
            .values(seen=call_findings.c.seen + 1, sentence=finding["sentence"], last_seen_at=rfc3339(tx.now))
        ).rowcount
        if not changed:
            tx.execute(
                call_findings.insert().values(
                    org=org,
                    bundle_sha256=envelope["bundle_sha256"],
                    operation=envelope["operation"],
                    code=finding["code"],
                    place=finding["place"],
                    module=envelope["module"],
                    sentence=finding["sentence"],
                    seen=1,
                    last_seen_at=rfc3339(tx.now),
                )
            )


def list_findings(connection: Connection, org: str, module: str) -> list[dict[str, Any]]:
    """What was seen of a module, most often first."""
    query = select(call_findings).where(call_findings.c.org == org, call_findings.c.module == module)
    return [
        {
            name: row[name]
            for name in ("bundle_sha256", "operation", "code", "place", "sentence", "seen", "last_seen_at")
        }
        for row in connection.execute(query.order_by(call_findings.c.seen.desc()).limit(200)).mappings()
    ]
