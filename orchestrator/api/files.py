"""``/v1/files``: bytes in, an id out. Messages refer to files by that id, never by a path."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.requests import Request

from core.actor import Actor, Role
from core.errors import InvalidInput
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.files.store import put_file
from orchestrator.runs.idempotency import write_racing

router = APIRouter(tags=["files"])
LONGEST_NAME = 255


@router.post("/v1/files", status_code=201)
async def upload(
    request: Request,
    services: Wired,
    actor: Annotated[Actor, Requires(Role.OPERATOR)],
    name: Annotated[str, Query(max_length=LONGEST_NAME, description="The file's name, for people.")] = "document",
    content_type: Annotated[str, Header(max_length=LONGEST_NAME)] = "application/octet-stream",
) -> dict[str, Any]:
    """Keep the raw request body. The same bytes under the same name are kept once."""
    content = await request.body()
    if not content:
        raise InvalidInput("The file is empty.", mend="Send the file's bytes as the request's body.")
    file = services.ids.new()
    base = shown(name.replace("\\", "/").rsplit("/", 1)[-1]) or "document"
    return await write_racing(
        services.db, lambda tx: put_file(tx, actor.org, file, content, name=base, media_type=content_type)
    )


def shown(name: str) -> str:
    """``name`` without what a terminal would obey or a database refuse: control characters."""
    return "".join(character for character in name if unicodedata.category(character) != "Cc")
