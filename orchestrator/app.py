"""The composition root: settings become services, services become the application. Nothing else wires things."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import text

from core.clock import Clock, SystemClock
from core.credentials import CredentialStore
from core.database import Database, migrate, open_database
from core.events import EventLog
from core.ids import Ids, TimeOrderedIds
from core.keyring import Keyring
from core.settings import Settings
from gateway import Gateway, LitellmWorker
from gateway.budget import Budgets
from gateway.builtin import BuiltinProvider
from gateway.builtin.ranking import Catalogue
from gateway.cache import open_cache
from gateway.database_ledger import DatabaseLedger
from gateway.prompt import Composer
from gateway.retention import forget_old
from modules.attestation import open_signer
from modules.broker import Broker, BrokerLimits
from modules.codecache import CodeCache
from modules.drafts import Drafts
from modules.lifecycle import Lifecycle
from modules.loader import Loader
from modules.proven_code import ProvenCode
from orchestrator.api import routers
from orchestrator.api.guard import Guard
from orchestrator.api.openapi import PROBLEM_RESPONSES, describe, operation_id
from orchestrator.api.refusal import install
from orchestrator.api.stand_in import stand_in_router
from orchestrator.bind import parse_bind
from orchestrator.builds.card import edit_card
from orchestrator.builds.machine import build_machine
from orchestrator.builds.service import Builds
from orchestrator.builds.services import BuildServices
from orchestrator.data_directory import DataDirectory
from orchestrator.governance.approvals import Approvals
from orchestrator.governance.model import Level
from orchestrator.graph.machine import turn_machine
from orchestrator.graph.services import TurnServices
from orchestrator.identity.model import HOME_ORG
from orchestrator.identity.service import Identity
from orchestrator.probes import Finding, Probe
from orchestrator.routing.choices import Choices
from orchestrator.routing.providers import Providers
from orchestrator.routing.service import Routing
from orchestrator.runs.executor import Executor
from orchestrator.runs.model import RunKind
from orchestrator.runs.saver import open_saver
from orchestrator.runs.service import Runs
from orchestrator.runs.store import claimable_ids, wake
from orchestrator.runs.sweeper import Sweeper
from orchestrator.services import Services
from orchestrator.threads.service import Threads
from orchestrator.tools.catalog import Catalog
from orchestrator.tools.chat import ChatTools
from orchestrator.tools.service import Tools
from sandbox import Runner, SandboxPolicy, SandboxUnavailable, open_runner


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
        body_limits={
            "/v1/files": settings.limits.document_bytes,
            "/v1/chat/completions": settings.limits.conversation_bytes,
            "/v1/responses": settings.limits.conversation_bytes,
        },
    )
    for router in routers():
        app.include_router(router)
    if parse_bind(settings.bind).loopback:
        app.include_router(stand_in_router())
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
        base = Ground(settings, clock, ids, directory, db, Keyring(directory.path / "keyring"))
        services = await open_features(base, stack)
        # A database of its own belongs to this directory alone, and so does the owner key in it.
        await services.identity.admit_owner(directory.owner_key(), alone=settings.database_url is None)
        yield services


@dataclass(frozen=True, slots=True)
class Ground:
    """What every feature stands on."""

    settings: Settings
    clock: Clock
    ids: Ids
    directory: DataDirectory
    db: Database
    keyring: Keyring

    @property
    def url(self) -> str:
        return self.settings.effective_database_url


async def open_features(base: Ground, stack: AsyncExitStack) -> Services:
    """Wire the features from the ground up; the sweeper starts last, when everything it may execute is there."""
    settings, clock, ids, db = base.settings, base.clock, base.ids, base.db
    events, credentials = EventLog(db), CredentialStore(db, base.keyring)
    policy = SandboxPolicy.from_settings(settings.sandbox)
    runner = await stack.enter_async_context(open_runner(policy, settings.sandbox))
    broker = Broker(BrokerLimits.from_settings(settings.limits), vault=credentials)
    stack.push_async_callback(broker.aclose)
    cache = CodeCache(base.directory.path / "code-cache")
    signer = await open_signer(db, base.keyring)
    drafts = Drafts(db, ids, runner=runner, policy=policy, cache=cache, broker=broker)
    code = ProvenCode(db, runner=runner, policy=policy, cache=cache)
    loader = Loader(db, runner=runner, policy=policy, code=code, broker=broker, signer=signer, clock=clock)
    saver = await stack.enter_async_context(open_saver(base.url, base.directory.path, synchronous=settings.synchronous))
    executor = Executor(ids.new(), db, saver)
    runs = Runs(db, ids, events, executor)
    lifecycle = Lifecycle(ids, signer)
    builds, catalog = Builds(db, runs, lifecycle), Catalog(db)
    isolation = await enforced(runner)
    tools = Tools(clock, catalog, loader, ChatTools(builds, catalog), isolation)
    card_life = timedelta(hours=settings.limits.approval_hours)
    of_builds = BuildServices(db, ids, settings.limits, broker, drafts, policy, lifecycle, card_life, isolation)
    gateway, worker, routing = await open_models(base, credentials, stack)
    providers = Providers(gateway, routing, credentials)
    of_turns = TurnServices(clock, ids, gateway, tools, card_life)
    editors = {"tool": tools.edit, "module": partial(edit_card, of_builds)}
    approvals = Approvals(db, ids, editors=editors, wake_run=wake, woken=runs.woken)
    turn = turn_machine(of_turns)
    executor.serve({RunKind.TURN: turn, RunKind.CALL: turn, RunKind.BUILD: build_machine(of_builds)})
    sweeper = Sweeper(
        db,
        executor,
        saver,
        alone=base.url.startswith("sqlite"),
        expire_cards=approvals.expire_overdue,
        keep_checkpoints_days=settings.limits.checkpoint_days,
        forget_calls=partial(forget_old, db, settings.limits.call_days),
    )
    await sweeper.start()
    stack.push_async_callback(sweeper.aclose)
    return Services(
        settings=settings,
        clock=clock,
        ids=ids,
        directory=base.directory,
        db=db,
        events=events,
        keyring=base.keyring,
        credentials=credentials,
        identity=Identity(db, clock, ids),
        runner=runner,
        policy=policy,
        loader=loader,
        drafts=drafts,
        catalog=catalog,
        tools=tools,
        builds=builds,
        runs=runs,
        threads=Threads(db, ids, runs, gateway),
        approvals=approvals,
        turns=of_turns,
        gateway=gateway,
        worker=worker,
        routing=routing,
        providers=providers,
        choices=Choices(gateway, providers),
        budgets=Budgets(db, ids, clock=clock),
        probes=[
            Probe("database", lambda: database_answers(db, base.url), needed=True),
            Probe("sandbox", lambda: sandbox_answers(runner)),
            Probe("work", lambda: work_answers(db)),
            Probe("models", lambda: models_answer(routing, gateway)),
        ],
    )


async def open_models(
    base: Ground, credentials: CredentialStore, stack: AsyncExitStack
) -> tuple[Gateway, LitellmWorker, Routing]:
    """The gateway with its money, its keys and the routing in force."""
    cache = await stack.enter_async_context(open_cache(base.settings.cache_url, base.db, base.clock))
    worker = LitellmWorker()
    stack.push_async_callback(worker.aclose)
    catalogue = Catalogue()
    gateway = Gateway(
        builtin=BuiltinProvider(catalogue),
        worker=worker,
        ledger=DatabaseLedger(base.db, base.ids),
        reveal=partial(credentials.reveal, HOME_ORG),
        compose=Composer(catalogue=catalogue),
        cache=cache,
    )
    routing = Routing(base.db, gateway, worker, file=Path("nexus.toml"), shared=not base.url.startswith("sqlite"))
    stack.push_async_callback(routing.aclose)
    await routing.start(base.settings.llm)
    return gateway, worker, routing


async def enforced(runner: Runner) -> Level:
    """The sandbox's level; ``none`` where this host cannot give what is required, and then nothing is run in it."""
    try:
        return (await runner.isolation()).level
    except SandboxUnavailable:
        return "none"


async def sandbox_answers(runner: Runner) -> Finding:
    """What the sandbox enforces here. Raises ``SandboxUnavailable`` with the two ways on."""
    found = await runner.isolation()
    missing = f" Missing: {', '.join(found.missing)}." if found.missing else ""
    return Finding(True, f"The sandbox enforces the level {found.level!r}.{missing}", {"level": found.level})


async def work_answers(db: Database) -> Finding:
    """Whether every run that has work to do has a living process that does it."""
    orphans = await db.read(claimable_ids)
    sentence = "Every run has a living owner." if not orphans else f"{len(orphans)} runs wait for a living owner."
    return Finding(not orphans, sentence, {"ownerless": orphans[:20]})


async def models_answer(routing: Routing, gateway: Gateway) -> Finding:
    """Whether the routing that was asked for is in force, and which models there are beside the builtin one."""
    names = sorted(gateway.config.models)
    if routing.problem is not None:
        return Finding(False, f"{routing.problem} The routing before it is in force.", {"models": names})
    sentence = f"Models: {', '.join(names)}." if names else "No model is configured; the builtin provider answers."
    return Finding(True, sentence, {"models": names})


async def database_answers(db: Database, url: str) -> Finding:
    """Whether the database answers, and at which revision its schema is."""
    revision = await db.read(
        lambda connection: connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    )
    engine = "SQLite" if url.startswith("sqlite") else "PostgreSQL"
    return Finding(
        True, f"{engine} answers; its schema is at revision {revision}.", {"engine": engine, "revision": revision}
    )
