"""The HTTP edge: one file a feature. ``routers`` is the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """Every router of the application, in the order of its documentation."""
    # Imported here: importing this package must stay cheap, because the front door does before it answers anything.
    from orchestrator.api import (
        approvals,
        check,
        credentials,
        docs,
        drafts,
        events,
        files,
        health,
        identity,
        modules,
        openai,
        page,
        routing,
        runs,
        sandbox,
        threads,
        versions,
    )

    return [
        health.router,
        identity.router,
        files.router,
        threads.router,
        runs.router,
        events.router,
        approvals.router,
        modules.router,
        versions.router,
        drafts.router,
        credentials.router,
        routing.router,
        openai.router,
        check.router,
        sandbox.router,
        docs.router,
        page.router,
    ]
