"""The stand-in's HTTP side: Open-Meteo's paths and the notes', on loopback; every answer says that it is one."""

from __future__ import annotations

import json
import logging
import signal
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.clock import rfc3339
from orchestrator.demo.forecast import BadParameter, forecast, utc_now, whole
from orchestrator.demo.notes import BadNote, NoSuchNote, Notebook
from orchestrator.demo.places import search

STAND_IN = (b"x-stand-in", b"NEXUS demo upstream; this data is invented")
WELCOME = (
    "A stand-in for offline use, at `/demo` or run by `nexus demo upstream`. It plays Open-Meteo's /v1/forecast and "
    "/v1/search with invented weather for real places, and the notebook of the notes example at /v1/notes."
)

PLAYS = ["https://api.open-meteo.com:443", "https://geocoding-api.open-meteo.com:443", "https://notes.example:443"]


def demo_app(now: Callable[[], datetime] = utc_now) -> ASGIApp:
    """The stand-in as an ASGI application, with an empty notebook."""
    notes = NoteRoutes(Notebook(), now)

    async def forecasts(request: Request) -> Response:
        return JSONResponse(forecast(joined(request), now()))

    routes = [
        Route("/", welcome),
        Route("/v1/forecast", forecasts),
        Route("/v1/search", places),
    ]
    # With and without the version: a binding may replace the described server with or without its path.
    for base in ("/v1/notes", "/notes"):
        routes += [
            Route(base, notes.find, methods=["GET"]),
            Route(base, notes.write, methods=["POST"]),
            Route(base + "/{note_id}", notes.read, methods=["GET"]),
            Route(base + "/{note_id}", notes.delete, methods=["DELETE"]),
        ]
    handlers: Any = {BadParameter: bad_parameter, BadNote: bad_note, NoSuchNote: no_such_note}
    return Labelled(Starlette(routes=routes, exception_handlers=handlers))


class Labelled:
    """Puts the header on every response by which a reader of a trace knows the stand-in."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def labelled(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), STAND_IN]
            await send(message)

        await self._app(scope, receive, labelled)


async def welcome(_request: Request) -> Response:
    return JSONResponse({"stand_in": True, "about": WELCOME, "plays": PLAYS})


async def places(request: Request) -> Response:
    query = joined(request)
    if "name" not in query:
        raise BadParameter("Parameter 'name' is required.")
    count = whole(query, "count", 10, 1, 100)
    found = search(query["name"], count=count, country_code=query.get("countryCode"))
    answer: dict[str, Any] = {"generationtime_ms": 0.1}
    return JSONResponse({"results": [place.as_result() for place in found], **answer} if found else answer)


class NoteRoutes:
    """The notebook over HTTP."""

    def __init__(self, notebook: Notebook, now: Callable[[], datetime]) -> None:
        self._notebook = notebook
        self._now = now

    async def find(self, request: Request) -> Response:
        query = request.query_params
        limit = whole(query, "limit", 20, 1, 100)
        found = self._notebook.find(tags=query.getlist("tag"), text=query.get("q", ""), limit=limit)
        return JSONResponse({"notes": found})

    async def write(self, request: Request) -> Response:
        try:
            body = json.loads(await request.body())
        except ValueError:
            raise BadNote("The body is not JSON.") from None
        return JSONResponse(self._notebook.write(body, rfc3339(self._now())), status_code=201)

    async def read(self, request: Request) -> Response:
        return JSONResponse(self._notebook.read(request.path_params["note_id"]))

    async def delete(self, request: Request) -> Response:
        self._notebook.delete(request.path_params["note_id"])
        return Response(status_code=204)


async def bad_parameter(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": True, "reason": str(error)}, status_code=400)


async def bad_note(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, status_code=422)


async def no_such_note(_request: Request, error: Exception) -> Response:
    return JSONResponse({"detail": f"There is no note {error}."}, status_code=404)


def joined(request: Request) -> dict[str, str]:
    """The query, with a name that is repeated joined by commas: the real service takes lists both ways."""
    query = request.query_params
    return {name: ",".join(query.getlist(name)) for name in query}


def serve_demo(listener: socket.socket) -> None:
    """Serve the stand-in on ``listener`` until a signal."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        demo_app(), log_config=None, access_log=False, server_header=False, lifespan="off", ws="none"
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    uvicorn.Server(config).run(sockets=[listener])
