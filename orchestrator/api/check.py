"""``/admin/check``: the effective settings and what every probe finds; `nexus check` prints it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter

from core.actor import Actor, Role
from orchestrator.api.permissions import Requires
from orchestrator.api.services import Wired
from orchestrator.effective_settings import effective
from orchestrator.probes import ask_all

router = APIRouter(tags=["operation"])


@router.get("/admin/check")
async def check(services: Wired, actor: Annotated[Actor, Requires(Role.ADMIN)]) -> dict[str, Any]:
    """Every setting with its source (secrets hidden), and every probe's answer."""
    answers = await ask_all(services.probes)
    return {
        "ok": all(answer.ok for answer in answers),
        "settings": effective(services.settings),
        "probes": [asdict(answer) for answer in answers],
    }
