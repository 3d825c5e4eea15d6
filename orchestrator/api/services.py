"""How a route reaches what the composition root wired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends
from starlette.requests import Request

if TYPE_CHECKING:
    from orchestrator.app import Services


def wired(request: Request) -> Any:
    return request.app.state.services


if TYPE_CHECKING:
    Wired = Annotated[Services, Depends(wired)]
else:
    # The routes need the dependency alone at run time; importing the composition root from here would be a circle.
    Wired = Annotated[Any, Depends(wired)]
