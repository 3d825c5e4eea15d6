"""One server process: hold the directory, bind, say where, and only then import and open the application."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

from core.errors import NexusError
from core.settings import Settings
from orchestrator.api.front import FrontDoor, House
from orchestrator.bind import Bind, listen, parse_bind
from orchestrator.data_directory import DataDirectory, RunningService
from orchestrator.identity.secret import new_token

if TYPE_CHECKING:
    from orchestrator.services import Services

DRAIN_SECONDS = 10
# How long a working thread may keep the interpreter from the event loop (Python's default: 5 ms). A request waits for
# it several times over.
SWITCH_SECONDS = 0.001


class Announcement:
    """What `nexus serve` says once it is bound."""

    def __init__(self, wanted: Bind, bound: Bind, code: str) -> None:
        self.wanted = wanted
        self.url = bound.url()
        self.moved = wanted.port not in (0, bound.port)
        self.link = f"{self.url}/login?code={code}"
        self.exposed = not bound.loopback


def serve(settings: Settings, *, announce: Callable[[Announcement], None], on_open: Callable[[], None]) -> None:
    """Serve until a signal ends it. Raises ``NexusError`` where it cannot start."""
    # Everything this process writes (the database's files among it) is for its owner's eyes alone.
    os.umask(0o077)
    sys.setswitchinterval(SWITCH_SECONDS)
    directory = DataDirectory(settings.data_dir)
    directory.prepare()
    with ExitStack() as stack:
        if holds_database(settings):
            stack.enter_context(directory.held())
        wanted = parse_bind(settings.bind)
        listener, bound = listen(wanted)
        stack.callback(listener.close)
        service = RunningService(url=bound.url(), pid=os.getpid())
        directory.owner_key()
        directory.announce(service)
        stack.callback(directory.withdraw, service)
        code = new_token()
        announce(Announcement(wanted, bound, code))
        run_server(lambda: Application(settings, code), listener, on_open)


def holds_database(settings: Settings) -> bool:
    """Whether the database is a file, which one process at a time may serve; PostgreSQL serves several."""
    return settings.effective_database_url.startswith("sqlite")


def run_server(build: Callable[[], House], listener: socket.socket, on_open: Callable[[], None]) -> None:
    """Run uvicorn on ``listener`` until a signal, or until the application fails to open: that error is raised."""
    failures: list[NexusError] = []

    def give_up(error: NexusError) -> None:
        failures.append(error)
        server.should_exit = True

    server = quiet_server(FrontDoor(build, on_open=on_open, on_failure=give_up))
    # uvicorn stops on these, and when it has stopped raises them once more for whoever listened before: nobody.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: None)
    server.run(sockets=[listener])
    if failures:
        raise failures[0]


def quiet_server(app: FrontDoor) -> uvicorn.Server:
    """uvicorn without its own log lines: its access log would hold one-time codes."""
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    config = uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    return uvicorn.Server(config)


class Application:
    """The application proper, for the front door: imported on construction, wired when opened."""

    def __init__(self, settings: Settings, code: str) -> None:
        # Imported here and not above: this is what takes long, and it runs in the front door's thread.
        from orchestrator.app import create_app

        self._app = create_app(settings)
        self._code = code

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Open the services; from then on the one-time link with ``code`` works."""
        async with self._app.router.lifespan_context(self._app):
            services: Services = self._app.state.services
            owner = await services.identity.by_key(services.directory.owner_key())
            await services.identity.open_link(self._code, owner)
            yield
