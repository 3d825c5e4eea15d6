"""``/admin/credentials``: secrets go in; names come out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import SecretStr

from core.actor import Actor, Role
from core.events import head
from orchestrator.api.bodies import Body
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired

router = APIRouter(prefix="/admin/credentials", tags=["admin"])

Admin = Annotated[Actor, Requires(Role.ADMIN)]


class CredentialValue(Body):
    """The secret. It is sealed before it is stored, and no route returns it."""

    value: SecretStr


@router.get("")
async def list_credentials(services: Wired, actor: Admin) -> dict[str, Any]:
    """Names of the stored credentials, and when each was set."""
    as_of = await services.db.read(head)
    return {"items": await services.credentials.list(actor.org), "next": None, "as_of": as_of}


@router.put("/{name:path}", status_code=204)
async def set_credential(name: str, body: CredentialValue, services: Wired, actor: Admin) -> None:
    """Store a credential, or replace its value."""
    await services.credentials.set(actor.org, name, body.value.get_secret_value())


@router.delete("/{name:path}", status_code=204)
async def remove_credential(name: str, services: Wired, actor: Admin) -> None:
    """Forget a credential."""
    await services.credentials.remove(actor.org, name)
