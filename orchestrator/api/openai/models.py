"""``GET /v1/models``: what a client may name as its model."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter

from core.actor import Actor, Role
from orchestrator.api.openai.described import ERRORS
from orchestrator.api.openai.names import listed, unknown
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.services import Services

router = APIRouter(prefix="/v1/models", tags=["openai"], responses=ERRORS)

Viewer = Annotated[Actor, Requires(Role.VIEWER)]


@router.get("")
async def list_models(services: Wired, actor: Viewer) -> dict[str, Any]:
    """Tiers, purposes, configured models and the companion, in OpenAI's shape."""
    names = listed(services.gateway.config, actor.org)
    return {"object": "list", "data": [shown(services, name) for name in names]}


@router.get("/{model:path}")
async def show_model(model: str, services: Wired, actor: Viewer) -> dict[str, Any]:
    """One of them."""
    if model not in listed(services.gateway.config, actor.org):
        raise unknown(model)
    return shown(services, model)


def shown(services: Services, name: str) -> dict[str, Any]:
    """A model. ``created`` is when the routing came into force that it belongs to, 0 where nothing was ever routed."""
    active = services.routing.active
    created = int(datetime.fromisoformat(active.created_at).timestamp()) if active is not None else 0
    return {"id": name, "object": "model", "created": created, "owned_by": "nexus"}
