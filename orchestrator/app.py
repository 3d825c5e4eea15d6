"""The composition root: settings become services, services become the application. Nothing else wires things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI
from sqlalchemy import text

from core.clock import Clock, SystemClock
from core.credentials import CredentialStore
from core.database import Database, migrate, open_database
from core.events import EventLog
from core.ids import Ids, TimeOrderedIds
from core.keyring import Keyring
from core.settings import Settings
from orchestrator.api import routers
from orchestrator.api.guard import Guard
from orchestrator.api.openapi import PROBLEM_RESPONSES, describe, operation_id
from orchestrator.api.problem import install
from orchestrator.bind import parse_bind
from orchestrator.data_directory import DataDirectory
from orchestrator.identity import Identity
from orchestrator.probes import Finding, Probe


@dataclass(slots=True)
class Services:
    """What the routes and the features work with. One instance a running application."""

    settings: Settings
    clock: Clock
    ids: Ids
    directory: DataDirectory
    db: Database
    events: EventLog
    keyring: Keyring
    credentials: CredentialStore
    identity: Identity
    probes: list[Probe] = field(default_factory=list[Probe])


def create_app(settings: Settings, *, clock: Clock | None = None) -> FastAPI:
    """The application. Its lifespan opens the services (``app.state.services``) and closes them.

    The caller holds the data directory where the database is in it: see ``DataDirectory.held``.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings, clock=clock) as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="NEXUS",
        version="0.1.0",
        description="A self-hosted companion that grows its own tools, under its owner's control.",
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=PROBLEM_RESPONSES,
        generate_unique_id_function=operation_id,
    )
    install(app)
    app.add_middleware(
        Guard,
        ids=TimeOrderedIds(clock or SystemClock()),
        names=frozenset({parse_bind(settings.bind).host}),
        body_limit=settings.limits.request_bytes,
        body_limits={"/v1/files": settings.limits.document_bytes},
    )
    for router in routers():
        app.include_router(router)
    app.openapi = lambda: describe(app)
    return app


@asynccontextmanager
async def open_services(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Services]:
    """Open everything in order; close it in reverse, also where opening fails half-way."""
    clock = clock or SystemClock()
    ids = TimeOrderedIds(clock)
    directory = DataDirectory(settings.data_dir)
    directory.prepare()
    url = settings.effective_database_url
    await asyncio.to_thread(migrate, url)
    async with AsyncExitStack() as stack:
        db = open_database(url, clock=clock, synchronous=settings.synchronous)
        stack.push_async_callback(db.aclose)
        keyring = Keyring(directory.path / "keyring")
        services = Services(
            settings=settings,
            clock=clock,
            ids=ids,
            directory=directory,
            db=db,
            events=EventLog(db),
            keyring=keyring,
            credentials=CredentialStore(db, keyring),
            identity=Identity(db, clock, ids),
            probes=[Probe("database", lambda: database_answers(db, url), needed=True)],
        )
        # A database of its own belongs to this directory alone, and so does the owner key in it.
        await services.identity.admit_owner(directory.owner_key(), alone=settings.database_url is None)
        yield services


async def database_answers(db: Database, url: str) -> Finding:
    """Whether the database answers, and at which revision its schema is."""
    revision = await db.read(
        lambda connection: connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    )
    engine = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    return Finding(
        True, f"{engine} answers; its schema is at revision {revision}.", {"engine": engine, "revision": revision}
    )
