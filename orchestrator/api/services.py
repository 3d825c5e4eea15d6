"""How a route reaches what the composition root wired."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from orchestrator.services import Services


def wired(request: Request) -> Services:
    return request.app.state.services


Wired = Annotated[Services, Depends(wired)]
