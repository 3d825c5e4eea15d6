"""Drafts: made, edited, compared and proven; a draft itself never runs for anyone and is never installed."""

from __future__ import annotations

import asyncio
import difflib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection

from core.clock import rfc3339
from core.database import Database, Transaction
from core.errors import Conflict
from core.ids import Ids
from modules.broker import Broker, Grant, parse_origin
from modules.bundle import Bundle
from modules.card import card_payload, carried_over
from modules.codecache import CodeCache
from modules.manifest import PATH as MANIFEST
from modules.manifest import read_manifest
from modules.store.bundles import read_bundle_of, read_file, record_code, save_bundle
from modules.store.drafts import (
    Draft,
    Proof,
    attach_proof,
    insert_draft,
    list_drafts,
    read_draft,
    read_proof,
    revise_draft,
)
from modules.store.versions import read_active, read_grant
from modules.validation import Progress, prove
from sandbox import Runner, SandboxPolicy, ValidationReport

LONGEST_DIFF: Final = 2_000


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file that differs. ``lines`` is a unified diff of text, cut at two thousand lines; empty for other bytes."""

    path: str
    change: Literal["added", "removed", "changed"]
    lines: tuple[str, ...]


class Drafts:
    """The use cases of drafts. ``key`` makes a repeated creation the same draft."""

    def __init__(
        self,
        db: Database,
        ids: Ids,
        *,
        runner: Runner,
        policy: SandboxPolicy,
        cache: CodeCache,
        broker: Broker | None = None,
    ) -> None:
        self._db = db
        self._ids = ids
        self._runner = runner
        self._policy = policy
        self._cache = cache
        self._broker = broker

    async def create(
        self,
        org: str,
        files: Mapping[str, bytes],
        *,
        actor: str,
        key: str,
        source: Mapping[str, Any] | None = None,
        run: str | None = None,
    ) -> Draft:
        """Store a bundle as a new draft. Raises ``InvalidInput`` when it has no valid manifest."""
        bundle, manifest = await asyncio.to_thread(_read, Bundle(files))
        await save_bundle(self._db, bundle)

        def unit(tx: Transaction) -> Draft:
            now = rfc3339(tx.now)
            made = Draft(
                id=self._ids.new(),
                org=org,
                module=manifest["name"],
                state="open",
                revision=1,
                bundle_sha256=bundle.sha256,
                proof_hash=None,
                source=dict(source or {}),
                created_by=actor,
                created_at=now,
                updated_at=now,
            )
            draft = insert_draft(tx, made, key)
            data = {"draft": draft.id, "module": draft.module, "bundle_sha256": bundle.sha256, "by": actor}
            tx.emit("draft.created", data, key=f"draft.created:{draft.id}", org=org, run=run)
            return draft

        return await self._db.write(unit)

    async def get(self, org: str, draft_id: str) -> Draft:
        """Raises ``NotFound``."""
        return await self._db.read(lambda connection: read_draft(connection, org, draft_id))

    async def list(self, org: str, *, after: str | None = None, limit: int = 50) -> list[Draft]:
        """Newest first."""
        return await self._db.read(lambda connection: list_drafts(connection, org, after=after, limit=limit))

    async def bundle(self, org: str, draft_id: str) -> Bundle:
        """The draft's files."""
        draft = await self.get(org, draft_id)
        return await self._db.read(lambda connection: read_bundle_of(connection, draft.bundle_sha256))

    async def proof(self, draft: Draft) -> Proof | None:
        """What was proven of the draft as it is now."""
        if draft.proof_hash is None:
            return None
        proof_hash = draft.proof_hash
        return await self._db.read(lambda connection: read_proof(connection, proof_hash))

    async def edit(
        self, org: str, draft_id: str, changes: Mapping[str, bytes | None], *, revision: int, actor: str
    ) -> Draft:
        """Replace, add or (``None``) remove files, which unproves the draft.

        Raises ``Conflict`` unless the draft is at ``revision``, ``InvalidInput`` for what makes no bundle.
        """
        bundle, manifest = await asyncio.to_thread(_read, (await self.bundle(org, draft_id)).with_changes(changes))
        await save_bundle(self._db, bundle)

        def unit(tx: Transaction) -> Draft:
            draft = revise_draft(
                tx, org, draft_id, revision=revision, bundle_sha256=bundle.sha256, module=manifest["name"]
            )
            data = {"draft": draft.id, "revision": draft.revision, "bundle_sha256": bundle.sha256, "by": actor}
            data |= {"files": sorted(changes)}
            tx.emit("draft.edited", data, key=f"draft.edited:{draft.id}:{draft.revision}", org=org)
            return draft

        return await self._db.write(unit)

    async def diff(self, org: str, draft_id: str, *, against: str | None = None) -> list[FileChange]:
        """What the draft changes, compared with the bundle ``against`` or else with the module's active version."""
        draft = await self.get(org, draft_id)
        if against is None:
            active = await self._db.read(lambda connection: read_active(connection, org, draft.module))
            against = None if active is None else active.bundle_sha256
        new = await self._db.read(lambda connection: read_bundle_of(connection, draft.bundle_sha256))
        if against is None:
            return compare({}, new.files)
        base = against
        old = await self._db.read(lambda connection: read_bundle_of(connection, base))
        return compare(old.files, new.files)

    async def validate(
        self, org: str, draft_id: str, *, progress: Progress | None = None, run: str | None = None
    ) -> tuple[Draft, ValidationReport]:
        """Prove the draft and mark it ``validated`` or ``failed``. Raises ``Conflict`` if it changes meanwhile."""
        draft = await self.get(org, draft_id)
        bundle = await self._db.read(lambda connection: read_bundle_of(connection, draft.bundle_sha256))
        report = await prove(bundle, self._runner, self._policy, cache=self._cache, progress=progress)
        hosts = await self._reachability(bundle)
        proof = await asyncio.to_thread(_stated, report, hosts)

        def unit(tx: Transaction) -> Draft:
            if report.passed:
                record_code(tx, bundle.sha256, self._cache.toolchain, report.proof.code_sha256)
            marked = attach_proof(tx, draft, proof)
            data = {"draft": draft.id, "revision": draft.revision, "passed": report.passed}
            data |= {"proof_hash": proof.proof_hash, "bundle_sha256": bundle.sha256, "cases": len(report.proof.cases)}
            key = f"draft.validated:{draft.id}:{draft.revision}:{proof.proof_hash}"
            tx.emit("draft.validated", data, key=key, org=org, run=run)
            return marked

        return await self._db.write(unit), report

    async def card(self, org: str, draft_id: str, **chosen: Any) -> dict[str, Any]:
        """The payload of the draft's card. Binding and credentials begin as the active version has them.

        ``chosen``: hosts, capabilities, binding, credentials, as ``card_payload`` takes them. Raises ``Conflict``
        for a draft that is not validated.
        """
        draft, proof, manifest, previous = await self._db.read(lambda connection: _for_card(connection, org, draft_id))
        if proof is None or not proof.passed:
            raise _not_validated(draft)
        begin = carried_over(previous, manifest) if previous else {}
        return card_payload(manifest, proof, **{**begin, **chosen})

    async def _reachability(self, bundle: Bundle) -> list[dict[str, Any]]:
        if self._broker is None:
            return []
        _, manifest = await asyncio.to_thread(_read, bundle)
        hosts = frozenset(map(parse_origin, manifest["hosts"]))
        return [asdict(found) for found in await self._broker.reachability(Grant(hosts, frozenset()))]


def _read(bundle: Bundle) -> tuple[Bundle, dict[str, Any]]:
    """The bundle, hashed, and its manifest: seconds for the largest, so it is done in a thread."""
    manifest = read_manifest(bundle.files)
    _ = bundle.sha256, bundle.listing
    return bundle, manifest


def _stated(report: ValidationReport, hosts: list[dict[str, Any]]) -> Proof:
    return Proof(
        proof_hash=report.proof_hash,
        bundle_sha256=report.proof.bundle_sha256,
        passed=report.passed,
        proof=report.proof.model_dump(mode="json"),
        measured=report.measured.model_dump() | {"hosts": hosts},
    )


def compare(old: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[FileChange]:
    """What changes from one bundle's files to another's, by path."""
    changes: list[FileChange] = []
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            change = "added" if path not in old else "removed" if path not in new else "changed"
            changes.append(FileChange(path, change, _diff(path, old.get(path, b""), new.get(path, b""))))
    return changes


def _diff(path: str, old: bytes, new: bytes) -> tuple[str, ...]:
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return ()
    lines = difflib.unified_diff(before, after, path, path, lineterm="")
    return tuple(line for line, _ in zip(lines, range(LONGEST_DIFF), strict=False))


def _for_card(
    connection: Connection, org: str, draft_id: str
) -> tuple[Draft, Proof | None, dict[str, Any], dict[str, Any] | None]:
    draft = read_draft(connection, org, draft_id)
    proof = read_proof(connection, draft.proof_hash) if draft.proof_hash else None
    manifest = read_manifest({MANIFEST: read_file(connection, draft.bundle_sha256, MANIFEST) or b""})
    active = read_active(connection, org, draft.module)
    previous = read_grant(connection, org, active.payload_hash).payload if active else None
    return draft, proof, manifest, previous


def _not_validated(draft: Draft) -> Conflict:
    return Conflict(
        f"The draft of {draft.module!r} is {draft.state}: only a validated one can be approved.",
        mend="Validate it; what is wrong stands in its report.",
    )
