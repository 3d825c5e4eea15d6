"""``/admin/sandbox``: what holds untrusted code here, layer by layer; `nexus check sandbox` prints it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter

from core.actor import Actor, Role
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired

router = APIRouter(tags=["operation"])


@router.get("/admin/sandbox")
async def sandbox(services: Wired, actor: Annotated[Actor, Requires(Role.ADMIN)]) -> dict[str, Any]:
    """Each layer: enforced or not, why not, and what that leaves open; and the owner's policy.

    ``sufficient``: whether this host gives the level that ``sandbox.require`` names, below which nothing runs.
    """
    found = await services.runner.isolation()
    policy = services.policy
    return {
        "level": found.level,
        "require": policy.require,
        "sufficient": policy.require == "process" or found.level == "kernel",
        "layers": [asdict(layer) for layer in found.layers],
        "escapes": list(found.escapes),
        "policy": policy.model_dump(mode="json"),
        "policy_hash": policy.policy_hash,
    }
