"""The page in the browser: what `ui/` was built into, and every address inside it.

The page routes itself, so an address of the page is one that nothing else answers and that a person opened: see
``is_page_address``. Files under ``/assets`` carry the hash of their content in their name and never change.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from core.errors import NotFound
from orchestrator.api.permissions import Public

router = APIRouter(include_in_schema=False, dependencies=[Public])

BUILT: Final = Path(__file__).parents[1] / "page"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
FOR_PROGRAMS: Final = ("/v1/", "/admin/", "/docs/", "/assets/")
FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


@router.get("/")
async def page() -> Response:
    """The page, or the API's own documentation where the page was not built."""
    return page_response() or RedirectResponse("/docs", status_code=303)


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    path = BUILT / "assets" / name
    if not FILE_NAME.fullmatch(name) or not path.is_file():
        raise NotFound(f"There is no file {name!r} here.", mend="Reload the page: it has been built anew.")
    # A shared worker obeys the policy that came with its own script.
    return FileResponse(
        path, headers={"Content-Security-Policy": POLICY, "Cache-Control": "public, max-age=31536000, immutable"}
    )


def page_response() -> Response | None:
    """The page's document, ``None`` where it was not built (a checkout without Node)."""
    index = BUILT / "index.html"
    if not index.is_file():
        return None
    return FileResponse(
        index, media_type="text/html", headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    )


def is_page_address(request: Request) -> bool:
    """Whether a person opened an address that only the page can know."""
    reading = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
    return reading and not request.url.path.startswith(FOR_PROGRAMS)
