"""``/v1/modules/{module}/versions``: what each version is, how it was proven, and what it changes."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection
from starlette.responses import Response

from core.actor import Actor, Role
from core.errors import NotFound
from core.events import head
from modules.drafts import compare
from modules.manifest import PATH as MANIFEST
from modules.store.bundles import read_bundle_of, read_file, read_sizes
from modules.store.drafts import read_proof
from modules.store.versions import (
    Activation,
    Version,
    list_activations,
    list_versions,
    newest_grant_of,
    read_active,
    read_grant,
    read_version,
)
from orchestrator.api.bodies import LARGEST_NUMBER
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired

router = APIRouter(prefix="/v1/modules/{module}/versions", tags=["modules"])

Viewer = Annotated[Actor, Requires(Role.VIEWER)]
Number = Annotated[int, Path(ge=1, le=LARGEST_NUMBER)]


@router.get("")
async def versions(services: Wired, actor: Viewer, module: str) -> dict[str, Any]:
    """The module's versions, newest first, and the moves of its pointer."""

    def query(connection: Connection) -> dict[str, Any]:
        found = list_versions(connection, actor.org, module)
        if not found:
            raise NotFound(f"There is no module {module!r}.")
        current = read_active(connection, actor.org, module)
        return {
            "items": [as_dict(each, current) for each in found],
            "moves": [
                {"kind": move.kind, "version": move.number, "actor": move.actor, "at": move.created_at}
                for move in list_activations(connection, actor.org, module)
            ],
            "next": None,
            "as_of": head(connection),
        }

    return await services.db.read(query)


@router.get("/{version}")
async def show_version(services: Wired, actor: Viewer, module: str, version: Number) -> dict[str, Any]:
    """One version: what of its source was left out, how it was proven, what it was last granted and by whom."""

    def query(connection: Connection) -> dict[str, Any]:
        found = read_version(connection, actor.org, module, version)
        manifest = json.loads(read_file(connection, found.bundle_sha256, MANIFEST) or b"{}")
        return {
            **as_dict(found, read_active(connection, actor.org, module)),
            **{name: manifest[name] for name in ("title", "description", "source", "findings")},
            **approved(connection, found),
            "as_of": head(connection),
        }

    return await services.db.read(query)


@router.get("/{version}/files")
async def list_files(services: Wired, actor: Viewer, module: str, version: Number) -> dict[str, Any]:
    """The version's files by path, with their sizes in bytes."""

    def query(connection: Connection) -> dict[str, Any]:
        sizes = read_sizes(connection, read_version(connection, actor.org, module, version).bundle_sha256)
        items = [{"path": path, "size": size} for path, size in sizes.items()]
        return {"items": items, "next": None, "as_of": head(connection)}

    return await services.db.read(query)


@router.get("/{version}/files/{path:path}", response_class=Response)
async def version_file(services: Wired, actor: Viewer, module: str, version: Number, path: str) -> Response:
    """One file of a version, as it runs."""

    def query(connection: Connection) -> bytes:
        content = read_file(connection, read_version(connection, actor.org, module, version).bundle_sha256, path)
        if content is None:
            raise NotFound(f"The version has no file {path!r}.", mend="List the version's files first.")
        return content

    return Response(await services.db.read(query), media_type="text/plain; charset=utf-8")


@router.get("/{version}/diff")
async def diff_versions(
    services: Wired,
    actor: Viewer,
    module: str,
    version: Number,
    against: Annotated[int, Query(ge=1, le=LARGEST_NUMBER, description="Number of the version compared with.")],
) -> dict[str, Any]:
    """What the version changes compared with another one, file by file."""

    def query(connection: Connection) -> tuple[dict[str, bytes], dict[str, bytes], int]:
        old, new = (
            dict(read_bundle_of(connection, read_version(connection, actor.org, module, number).bundle_sha256).files)
            for number in (against, version)
        )
        return old, new, head(connection)

    old, new, as_of = await services.db.read(query)
    changes = await asyncio.to_thread(compare, old, new)
    return {"items": [asdict(change) for change in changes], "next": None, "as_of": as_of}


@router.get("/{version}/bundle", response_class=Response)
async def bundle(services: Wired, actor: Viewer, module: str, version: Number) -> Response:
    """The version's bytes: a tar whose SHA-256 is the bundle's hash."""

    def query(connection: Connection) -> tuple[str, bytes]:
        found = read_version(connection, actor.org, module, version)
        return found.bundle_sha256, read_bundle_of(connection, found.bundle_sha256).tar()

    sha256, content = await services.db.read(query)
    headers = {
        "Content-Disposition": f'attachment; filename="{module}-{version}.tar"',
        "Digest": f"sha-256={sha256}",
    }
    return Response(content, media_type="application/x-tar", headers=headers)


def approved(connection: Connection, version: Version) -> dict[str, Any]:
    """The grant that the version was last activated with, and the proof that its approval named."""
    granted = newest_grant_of(connection, version)
    if granted is None:
        return dict.fromkeys(("payload", "payload_hash", "approval", "approved_by", "approved_at", "proof", "measured"))
    grant = read_grant(connection, version.org, granted)
    proof = read_proof(connection, grant.payload["proof_hash"])
    return {
        "payload": grant.payload,
        "payload_hash": grant.payload_hash,
        "approval": grant.approval,
        "approved_by": grant.approved_by,
        "approved_at": grant.created_at,
        "proof": proof.proof,
        "measured": proof.measured,
    }


def as_dict(version: Version, current: Activation | None) -> dict[str, Any]:
    """A version in one line."""
    return {
        "number": version.number,
        "bundle_sha256": version.bundle_sha256,
        "active": current is not None and current.version_id == version.id,
        "created_by": version.created_by,
        "created_at": version.created_at,
    }
