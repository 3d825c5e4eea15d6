"""``/healthz``: the process answers. ``/readyz``: it can do its work, or what is missing."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from orchestrator.api.permissions import Public
from orchestrator.api.services import Wired
from orchestrator.probes import ask_all

router = APIRouter(tags=["operation"], dependencies=[Public])

ALIVE = {"status": "ok"}


@router.get("/healthz")
@router.head("/healthz", include_in_schema=False)
@router.api_route("/health", methods=["GET", "HEAD"], include_in_schema=False)
@router.api_route("/v1/health", methods=["GET", "HEAD"], include_in_schema=False)
async def healthz() -> dict[str, str]:
    """Says that the process is alive; asks nobody."""
    return ALIVE


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", responses={503: {"description": "Not ready: what is missing."}})
async def readyz(services: Wired) -> Response:
    """200 where everything that is needed answers; else 503 with the names of what does not."""
    found = await ask_all([probe for probe in services.probes if probe.needed])
    return JSONResponse(*readiness([result.name for result in found if not result.ok]))


def readiness(missing: list[str]) -> tuple[dict[str, Any], int]:
    """Body and status of /readyz."""
    return {"ready": not missing, "missing": missing}, 503 if missing else 200
