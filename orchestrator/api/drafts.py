"""``/admin/drafts`` and ``/admin/modules``: from a description to what answers calls, and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection

from core.actor import Actor, Role
from core.errors import NotFound
from core.events import head
from modules.store.bundles import read_bundle_of
from modules.store.drafts import Draft, list_drafts, read_draft, read_proof
from orchestrator.api.bodies import After, Body, IdempotencyKey, Limit, Number, page
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.runs.model import Run

router = APIRouter(prefix="/admin", tags=["lifecycle"])


class NewDraft(Body):
    """Exactly one of ``file`` (an uploaded file's id), ``url`` and ``text``."""

    file: str | None = None
    url: str | None = None
    text: str | None = None
    name: str | None = Field(default=None, max_length=100)


class EditDraft(Body):
    """Files by path: their new text, or null to remove one. ``revision`` is the draft's that was read."""

    revision: Number
    files: dict[str, str | None] = Field(min_length=1)


class Move(Body):
    """The version's number; without it the one before the active one."""

    version: Number | None = None


class Install(Body):
    """The number of an approved version."""

    version: Number


class Grant(Body):
    """What the installed version may reach; what is left out stays."""

    binding: dict[str, str] | None = None
    hosts: list[str] | None = None
    capabilities: list[str] | None = None
    credentials: list[dict[str, str]] | None = None


@router.post("/drafts", status_code=202)
async def create_draft(
    services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], body: NewDraft, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Build a draft from a description, prove it, and open its card. Returns the build's run."""
    given = body.model_dump(exclude={"name"}, exclude_none=True)
    as_of = await services.db.read(head)
    return told(await services.builds.start(actor, given, name=body.name, key=key), as_of)


@router.get("/drafts")
async def drafts(
    services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], limit: Limit = 50, after: After = ""
) -> dict[str, Any]:
    """Drafts, newest first."""

    def query(connection: Connection) -> dict[str, Any]:
        found = list_drafts(connection, actor.org, after=after or None, limit=limit)
        return page([as_dict(draft) for draft in found], limit, head(connection))

    return await services.db.read(query)


@router.get("/drafts/{draft}")
async def show_draft(
    services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], draft: str, response: Response
) -> dict[str, Any]:
    """One draft with its files and its proof."""

    def query(connection: Connection) -> dict[str, Any]:
        found = read_draft(connection, actor.org, draft)
        bundle = read_bundle_of(connection, found.bundle_sha256)
        proof = read_proof(connection, found.proof_hash) if found.proof_hash else None
        return {
            **as_dict(found),
            "files": {path: len(content) for path, content in bundle.files.items()},
            "proof": proof.proof if proof else None,
            "measured": proof.measured if proof else None,
            "as_of": head(connection),
        }

    found = await services.db.read(query)
    response.headers["ETag"] = f'"{found["revision"]}"'
    return found


@router.get("/drafts/{draft}/files/{path:path}", response_class=Response)
async def draft_file(
    services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], draft: str, path: str
) -> Response:
    """One file of a draft, to be reviewed."""

    def query(connection: Connection) -> bytes:
        found = read_draft(connection, actor.org, draft)
        files = read_bundle_of(connection, found.bundle_sha256).files
        if path not in files:
            raise NotFound(f"The draft has no file {path!r}.", mend="List the draft's files first.")
        return files[path]

    return Response(await services.db.read(query), media_type="text/plain; charset=utf-8")


@router.get("/drafts/{draft}/diff")
async def diff_draft(services: Wired, actor: Annotated[Actor, Requires(Role.VIEWER)], draft: str) -> dict[str, Any]:
    """What the draft changes against the installed version of its module, file by file."""
    # Read first: what happens in between is in the changes and is told again, where it would be missed otherwise.
    as_of = await services.db.read(head)
    changes = await services.drafts.diff(actor.org, draft)
    return {"items": [asdict(change) for change in changes], "next": None, "as_of": as_of}


@router.patch("/drafts/{draft}")
async def edit_draft(
    services: Wired, actor: Annotated[Actor, Requires(Role.ADMIN)], draft: str, body: EditDraft
) -> dict[str, Any]:
    """Change files of a draft, which unproves it. 409 where it has changed since ``revision``."""
    changes = {path: None if text is None else text.encode() for path, text in body.files.items()}
    edited = await services.drafts.edit(actor.org, draft, changes, revision=body.revision, actor=actor.id)
    return as_dict(edited)


@router.post("/drafts/{draft}/validate", status_code=202)
async def validate(
    services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], draft: str, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Prove the draft as it is now. Returns the run."""
    as_of = await services.db.read(head)
    return told(await services.builds.validate(actor, draft, key=key), as_of)


@router.post("/drafts/{draft}/promote", status_code=202)
async def promote(
    services: Wired, actor: Annotated[Actor, Requires(Role.OPERATOR)], draft: str, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Prove the draft as it is now and open the card that promotes and installs it. Returns the run."""
    as_of = await services.db.read(head)
    return told(await services.builds.install(actor, draft, key=key), as_of)


@router.put("/modules/{module}/binding", status_code=202)
async def bind(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.OPERATOR)],
    module: str,
    body: Grant,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Ask to change where an installed module's servers are reached, or what it may reach. Returns the run."""
    as_of = await services.db.read(head)
    return told(await services.builds.grant(actor, module, body.model_dump(exclude_none=True), key=key), as_of)


@router.post("/modules/{module}/rollback")
async def roll_back(
    services: Wired, actor: Annotated[Actor, Requires(Role.ADMIN)], module: str, body: Move, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Make an earlier approved version the active one, at once."""
    return await services.builds.rollback(actor, module, body.version, key=key or services.ids.new())


@router.post("/modules/{module}/install")
async def install(
    services: Wired,
    actor: Annotated[Actor, Requires(Role.ADMIN)],
    module: str,
    body: Install,
    key: IdempotencyKey = None,
) -> dict[str, Any]:
    """Make any approved version the active one, at once: the other direction of a rollback."""
    return await services.builds.rollback(actor, module, body.version, key=key or services.ids.new())


def told(run: Run, as_of: int) -> dict[str, Any]:
    return {**run.as_dict(), "as_of": as_of}


def as_dict(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "module": draft.module,
        "state": draft.state,
        "revision": draft.revision,
        "bundle_sha256": draft.bundle_sha256,
        "proof_hash": draft.proof_hash,
        "source": draft.source,
        "created_by": draft.created_by,
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
    }
